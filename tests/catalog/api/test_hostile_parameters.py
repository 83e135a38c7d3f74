"""No parameter of any route makes the catalog fail, on either database: a path finds nothing, a query is refused."""

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from catalog_service.api.operations import Operation
from catalog_service.app import create_app
from catalog_service.settings import Settings
from catalog_service.store.db import Database
from tests.catalog.api.conftest import problem_of, publish
from tests.catalog.events import document_id, raw_event

# Percent-encoded, or as it is where no encoding makes it: what no database holds, and what is beyond its numbers.
UNSTORABLE = ["%00", "a%00b", "%ED%A0%80", "%ff%fe", "%C0%80"]
BEYOND = [str(2**31), str(2**63), str(-(2**63) - 1), "9" * 400, "1e400", "NaN", "%D9%A3", "1_0", "%2B1", "0x10"]
ODD = ["", "%20", "..%2f..%2fetc", "'%22%3B--", "%25", "%F0%9F%92%A9", "%E2%80%AE", "a" * 3_000, "%5C", "%0D%0A"]
HOSTILE = [*UNSTORABLE, *BEYOND, *ODD]
# The pages declare their parameters inside their functions.
OF_PAGES = ("q", "cursor", "version")


def routes(app: web.Application) -> Iterator[web.AbstractRoute]:
    """Every route of the application that answers GET, PUT or POST."""
    for route in app.router.routes():
        if route.method in ("GET", "PUT", "POST"):
            yield route


def addresses(route: web.AbstractRoute) -> Iterator[str]:
    """Every address of a route with one hostile parameter, the others being right."""
    assert route.resource is not None
    canonical = route.resource.canonical
    right = {"id": document_id(1), "n": "1", "from": "1", "to": "1", "first": "1", "second": "1", "form": "atom"}
    in_path = [
        name
        for name in ("id", "n", "from", "to", "first", "second", "name", "digest", "code", "form")
        if f"{{{name}}}" in canonical
    ]
    operation = getattr(route.handler, "__self__", None)
    declared: dict[str, Any] = operation.parameters.model_fields if isinstance(operation, Operation) else {}
    in_query = [field.alias or name for name, field in declared.items()] or OF_PAGES
    for name, value in itertools.product(in_path, HOSTILE):
        yield canonical.format(**{**dict.fromkeys(in_path, "x"), **right, name: value})
    address = canonical.format(**{**dict.fromkeys(in_path, "x"), **right})
    for name, value in itertools.product(set(in_query) - set(in_path) - {"wait"}, HOSTILE):
        yield f"{address}?{name}={value}"
    for value in UNSTORABLE:
        yield f"{address}?{value}=1"


async def test_no_parameter_of_any_route_makes_the_catalog_fail(
    client: aiohttp.ClientSession, catalog: Database, database_url: str
) -> None:
    await publish(client, raw_event(1))
    every = list(routes(create_app(Settings(database_url=database_url), catalog)))
    assert len(every) > 25
    for route in every:
        for address in addresses(route):
            async with client.request(route.method, URL(address, encoded=True)) as response:
                assert response.status < 500, (route.method, address)
                if response.status >= 400 and response.content_type != "text/html":
                    assert (await problem_of(response))["code"], (route.method, address)


@pytest.mark.parametrize("value", UNSTORABLE[:2])
async def test_what_no_database_holds_is_refused_by_name(client: aiohttp.ClientSession, value: str) -> None:
    async with client.get(URL(f"/v1/relations/{value}", encoded=True)) as response:
        described = await problem_of(response)
    assert (response.status, described["code"]) == (404, "not-found")
    assert [error["pointer"] for error in described["errors"]] == ["id"]
    async with client.get(URL(f"/v1/search?q={value}", encoded=True)) as response:
        described = await problem_of(response)
    assert (response.status, described["code"]) == (400, "bad-query")
    assert [error["pointer"] for error in described["errors"]] == ["q"]
    async with client.get(URL(f"/relations/{value}", encoded=True)) as response:
        assert (response.status, response.content_type) == (404, "text/html")
    async with client.get(URL(f"/?q={quote('bridge')}{value}", encoded=True)) as response:
        assert (response.status, response.content_type) == (400, "text/html")
