"""The operations for operators and tools: health, release, metrics, and the description of the API."""

import aiohttp
import openapi_spec_validator
import pytest
import structlog

from catalog_service.api import errors
from catalog_service.request_log import RequestLog

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


async def test_each_request_has_a_log_context_of_its_own(
    client: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts: list[dict[str, str]] = []
    monkeypatch.setattr(RequestLog, "write", lambda *_: contexts.append(structlog.contextvars.get_contextvars()))
    # One after the other, so on one connection.
    traced = {"X-Request-Id": "r-1", "traceparent": f"00-{TRACE}-{'1' * 16}-01"}
    for headers in (traced, {"X-Request-Id": "r-2"}):
        async with client.get("/livez", headers=headers) as response:
            await response.read()
    assert contexts == [{"request_id": "r-1", "trace_id": TRACE}, {"request_id": "r-2"}]


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
