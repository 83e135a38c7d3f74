"""No parameter of any route makes the ingest service fail, on either database."""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import aiohttp
import pytest
from yarl import URL

from catalog_service import contract
from ingest_service import model, service
from ingest_service.admin import handlers, server
from ingest_service.judging import matching
from ingest_service.ledger.status import read_status
from ingest_service.store.db import Database
from tests import templates

UNSTORABLE = ["%00", "a%00b", "%ED%A0%80", "%ff%fe", "%C0%80"]
BEYOND = [str(2**31), str(2**63), str(-(2**63) - 1), "9" * 400, "1e400", "NaN", "%D9%A3", "1_0", "%2B1"]
ODD = ["", "%20", "..%2f..%2fetc", "'%22%3B--", "%25", "%F0%9F%92%A9", "%E2%80%AE", "a" * 3_000, "%5C", "%0D%0A"]
HOSTILE = [*UNSTORABLE, *BEYOND, *ODD]


@pytest.fixture
async def application(database_url: str) -> AsyncIterator[tuple[str, list[tuple[str, str]]]]:
    """The service's own face over a real database: its URL, and the methods and paths of its routes."""
    database = Database(database_url)
    templates.bring_up(database)

    async def status() -> contract.IngestStatus:
        return await database.read(read_status, "news", datetime.now(UTC))

    async def files(query: handlers.FilesQuery) -> contract.Files:
        return await database.read(service.page_of_files, query)

    async def match(text: str) -> contract.Matches:
        return await database.read(matching.match, model.Article("", (text,)))

    app = handlers.create_app(handlers.Sources(handlers.Condition, status, files, match))
    routes = [(route.method, route.resource.canonical) for route in app.router.routes() if route.resource]
    async with server.serving(app, "127.0.0.1", 0) as url:
        yield url, routes
    database.close()


def addresses(path: str) -> Iterator[str]:
    """Every address of a route with one hostile parameter."""
    if "{code}" in path:
        yield from (path.format(code=value) for value in HOSTILE)
    for name, value in itertools.product(("state", "after", "limit", *UNSTORABLE), HOSTILE):
        yield f"{path.format(code='not-found') if '{' in path else path}?{name}={value}"


async def test_no_parameter_of_any_route_makes_the_service_fail(
    application: tuple[str, list[tuple[str, str]]],
) -> None:
    url, routes = application
    assert len(routes) >= 7
    async with aiohttp.ClientSession(url) as client:
        for method, path in routes:
            for address in addresses(path):
                async with client.request(method, URL(address, encoded=True), data=b"a text") as response:
                    assert response.status < 500, (method, address)
                    if response.status >= 400 and method != "HEAD":
                        problem = contract.Problem.model_validate_json(await response.read())
                        assert (problem.status, bool(problem.code)) == (response.status, True), (method, address)


@pytest.mark.parametrize(("address", "status", "code"), [
    ("/v1/files?after=%00", 400, "bad-query"), ("/livez?%00=1", 400, "bad-query"),
    ("/problems/a%00b", 404, "not-found"), ("/v1/files?limit=99999999999999999999", 400, "bad-query"),
])  # fmt: skip
async def test_what_no_database_holds_is_refused(
    application: tuple[str, list[tuple[str, str]]], address: str, status: int, code: str
) -> None:
    async with aiohttp.ClientSession(application[0]) as client, client.get(URL(address, encoded=True)) as response:
        problem = contract.Problem.model_validate_json(await response.read())
    assert (response.status, problem.code) == (status, code)
