"""A real application on a free port with a real database, and a check of the shape of problems."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from catalog_service import server
from catalog_service.app import create_app
from catalog_service.contract import BATCH_MEDIA_TYPE
from catalog_service.settings import Settings
from catalog_service.store.db import Database

Json = dict[str, Any]


@pytest.fixture
async def url(catalog: Database, database_url: str) -> AsyncIterator[str]:
    """The URL of the running application."""
    settings = Settings(database_url=database_url)
    async with server.serving(create_app(settings, catalog), "127.0.0.1", 0) as url:
        yield url


@pytest.fixture
async def client(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the application."""
    async with aiohttp.ClientSession(url) as session:
        yield session


async def problem_of(response: aiohttp.ClientResponse) -> Json:
    """The problem in an answer, with all its required fields."""
    assert response.content_type == "application/problem+json"
    described: Json = await response.json(content_type=None)
    assert described["status"] == response.status
    assert described["request_id"] == response.headers["X-Request-Id"]
    assert described["type"] == f"/problems/{described['code']}"
    assert described["title"]
    assert described["detail"]
    return described


async def publish(client: aiohttp.ClientSession, *events: object) -> list[Json]:
    """Sends the events as one batch and returns the receipts."""
    async with client.post("/v1/events", json=events, headers={"Content-Type": BATCH_MEDIA_TYPE}) as response:
        assert response.status == 200, await response.text()
        receipts: list[Json] = (await response.json())["receipts"]
        return receipts


async def got(client: aiohttp.ClientSession, path: str) -> Any:  # noqa: ANN401  JSON is anything.
    """The JSON at a path, answered with 200."""
    async with client.get(path) as response:
        assert response.status == 200, await response.text()
        return await response.json()
