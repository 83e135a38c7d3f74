"""Rules for all operations: errors have one shape, and no input causes a 5xx."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from catalog_service import api
from catalog_service.api import service
from catalog_service.api.operations import Operation
from tests.catalog.api.conftest import problem_of, publish
from tests.catalog.events import document_id, raw_event

OPERATIONS: tuple[Operation[Any], ...] = (*service.OPERATIONS, *api.OPERATIONS)
HOSTILE = ["%00", "%ff%fe", "..%2f..%2fetc%2fpasswd", "%ed%a0%80", "9" * 3_000, "-1", "'%22;--", "%F0%9F%92%A9", "1e9"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite only; the tests of each resource try hostile inputs on both databases."""
    return sqlite_url


def filled(operation: Operation[Any], value: str) -> str:
    """The path of an operation with `value` for each of its parameters."""
    return re.sub(r"{\w+}", lambda _: value, operation.path)


def malformed() -> Iterator[tuple[str, str]]:
    """Method and address of requests that no operation can answer."""
    for operation in OPERATIONS:
        yield operation.method, filled(operation, document_id(1)) + "?no-such-parameter=1"
        yield "TRACE" if operation.method == "GET" else "GET", filled(operation, "1") + "/beyond"
        if operation.in_path:
            yield from ((operation.method, filled(operation, value)) for value in HOSTILE)
        for name in operation.parameters.model_fields.keys() - operation.in_path:
            yield operation.method, f"{filled(operation, document_id(1))}?{name}=%00"


async def test_every_operation_answers_malformed_requests_with_a_problem(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    for method, address in malformed():
        async with client.request(method, URL(address, encoded=True)) as response:
            assert 400 <= response.status < 500, (method, address)
            if method not in ("HEAD", "OPTIONS"):
                assert (await problem_of(response))["code"], (method, address)


async def test_options_and_405_list_the_methods_of_every_address(client: aiohttp.ClientSession) -> None:
    for operation in OPERATIONS:
        async with client.options(URL(filled(operation, "1"), encoded=True)) as response:
            allowed = response.headers["Allow"].split(", ")
            assert (response.status, operation.method in allowed, "HEAD" in allowed) == (204, True, "GET" in allowed)
        async with client.delete(URL(filled(operation, "1"), encoded=True)) as response:
            assert (await problem_of(response))["status"] == 405
            assert response.headers["Allow"].split(", ") == allowed


async def test_every_operation_refuses_a_media_type_that_it_does_not_have(client: aiohttp.ClientSession) -> None:
    await publish(client, raw_event(1))
    for operation in OPERATIONS:
        if (
            operation.method == "GET"
            and not operation.in_path
            and "collection" not in operation.parameters.model_fields
        ):
            async with client.get(operation.path, headers={"Accept": "image/png"}) as response:
                assert response.status in (400, 406), operation.path
                await problem_of(response)


VALUES = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", "0", "now", "current", "all", document_id(1), f"{document_id(1)}@1", "2024..", "*", "..", "1"]
    ),
)
NAMES = sorted(
    {name for operation in OPERATIONS for name in operation.parameters.model_fields if name not in ("wait",)}
)
REQUESTS = st.tuples(
    st.sampled_from([operation for operation in OPERATIONS if operation.method == "GET"]),
    VALUES,
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3),
)


@settings(deadline=None, max_examples=1, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(requests=st.lists(REQUESTS, min_size=150, max_size=150))
async def test_no_request_causes_a_server_error(url: str, requests: list[Any]) -> None:
    async with aiohttp.ClientSession(url) as client:
        for operation, value, query in requests:
            encoded = "&".join(f"{name}={quote(text, safe='')}" for name, text in query.items())
            address = URL(f"{filled(operation, quote(value, safe=''))}?{encoded}", encoded=True)
            async with client.get(address) as response:
                assert response.status < 500, address
                assert await response.read()
