"""The operations for operators and tools: health, release, metrics, and the description of the API."""

import json

import aiohttp
import openapi_spec_validator
import pytest

from catalog_service import logs
from catalog_service.api import errors

TRACE = "0123456789abcdef" * 2


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite only: these operations do not depend on the database."""
    return sqlite_url


async def test_each_operation_answers_get_and_head(client: aiohttp.ClientSession) -> None:
    for path in ("/livez", "/readyz", "/version", "/metrics", "/openapi.json", "/docs"):
        async with client.get(path) as response:
            assert response.status == 200
            assert await response.read()
            assert response.headers["X-Request-Id"]
        async with client.head(path) as response:
            assert response.status == 200
            assert await response.read() == b""


async def test_the_description_is_valid_openapi(client: aiohttp.ClientSession) -> None:
    async with client.get("/openapi.json") as response:
        openapi_spec_validator.validate(await response.json())


async def test_the_metrics_count_requests_by_route(client: aiohttp.ClientSession) -> None:
    await client.get("/livez")
    await client.get("/problems/anything")
    async with client.get("/metrics") as response:
        text = await response.text()
    assert 'catalog_requests_total{method="GET",route="/livez",status="200"} 1.0' in text
    assert 'catalog_requests_total{method="GET",route="/problems/{code}",status="404"} 1.0' in text


async def test_the_log_line_of_a_request_has_only_its_own_context(
    client: aiohttp.ClientSession, logs_restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("json")
    # One after the other, so on one connection.
    await (
        await client.get("/livez", headers={"X-Request-Id": "r-1", "traceparent": f"00-{TRACE}-{'1' * 16}-01"})
    ).read()
    await (await client.get("/docs", headers={"X-Request-Id": "r-2"})).read()
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["request_id"], first["trace_id"], first["path"]) == ("r-1", TRACE, "/livez")
    assert (second["request_id"], second.get("trace_id"), second["path"]) == ("r-2", None, "/docs")
    assert (second["event"], second["level"], second["method"], second["status"]) == ("request", "info", "GET", 200)
    assert 0 <= second["seconds"] < 60


async def test_every_problem_code_has_a_page(client: aiohttp.ClientSession) -> None:
    for kind in errors.problem_types():
        async with client.get(f"/problems/{kind.code}") as response:
            assert response.status == 200
            assert f"status {kind.status}" in await response.text()


async def test_options_lists_the_methods(client: aiohttp.ClientSession) -> None:
    async with client.options("/livez") as response:
        assert response.status == 204
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
