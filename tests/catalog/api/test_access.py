"""On loopback a catalog is open until it has a token; then, and on other addresses, requests need a token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from catalog_service import server
from catalog_service.access import tokens
from catalog_service.app import create_app
from catalog_service.contract import EVENT_MEDIA_TYPE
from catalog_service.settings import Settings
from catalog_service.store.db import Database
from tests.catalog.api.conftest import problem_of
from tests.catalog.events import raw_event

NOW = datetime.now(UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: tokens have their own tests."""
    return sqlite_url


@asynccontextmanager
async def client_of(
    catalog: Database, token: str | None = None, **settings: object
) -> AsyncIterator[aiohttp.ClientSession]:
    """A client, with a token or none, of a catalog with these settings; it listens on loopback in any case."""
    validated = Settings.model_validate({"database_url": "sqlite:///unused", **settings})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        server.serving(create_app(validated, catalog), "127.0.0.1", 0) as url,
        aiohttp.ClientSession(url, headers=headers) as client,
    ):
        yield client


def token(catalog: Database, *scopes: str, expires: datetime | None = None) -> str:
    """A token with these scopes."""
    with catalog.writing() as session:
        return tokens.create(session, scopes, NOW, expires=expires)


async def status(client: aiohttp.ClientSession, path: str = "/v1/documents") -> int:
    """The status of the answer to a read request."""
    async with client.get(path) as response:
        return response.status


async def published(client: aiohttp.ClientSession) -> int:
    """The status of the answer to a published event."""
    async with client.post("/v1/events", json=raw_event(1), headers={"Content-Type": EVENT_MEDIA_TYPE}) as response:
        return response.status


async def test_loopback_without_tokens_is_open(catalog: Database) -> None:
    async with client_of(catalog) as client:
        assert (await status(client), await published(client)) == (200, 200)


async def test_an_open_catalog_refuses_host_names_other_than_loopback(catalog: Database) -> None:
    async with client_of(catalog) as client:
        for host, expected in {
            "localhost": 200, "127.0.0.1:8080": 200, "[::1]:80": 200, "app.localhost": 200, "evil.example": 421,
            "127.0.0.1.evil.example": 421, "localhost.evil.example": 421, "[::1": 421, "": 421,
        }.items():  # fmt: skip
            async with client.get("/v1/documents", headers={"Host": host}) as response:
                assert response.status == expected, host


async def test_when_a_token_exists_only_operations_without_scope_are_open(catalog: Database) -> None:
    token(catalog, "read")
    async with client_of(catalog) as client:
        for path in ("/v1/documents", "/v1/nothing", "/v1/heads?collection=seeds", "/documents/x"):
            async with client.get(path) as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Bearer ")
        assert await published(client) == 401
        assert [await status(client, path) for path in ("/livez", "/readyz", "/openapi.json")] == [200, 200, 200]


async def test_a_token_allows_its_scopes(catalog: Database) -> None:
    for scopes, reading, publishing in (
        (("read",), 200, 403),
        (("publish",), 403, 200),
        (("read", "publish"), 200, 200),
        (("admin",), 200, 200),
    ):
        async with client_of(catalog, token(catalog, *scopes)) as client:
            assert (await status(client), await published(client)) == (reading, publishing), scopes


async def test_a_wrong_expired_or_revoked_token_is_refused(catalog: Database) -> None:
    revoked, soon = token(catalog, "read"), token(catalog, "read", expires=NOW + timedelta(microseconds=1))
    with catalog.writing() as session:
        tokens.revoke(session, 1, NOW)
    for bad in (revoked, soon, "palimpsest_guess", "é", "x" * 5_000):
        async with client_of(catalog, bad) as client, client.get("/v1/documents") as response:
            assert (await problem_of(response))["status"] == 401
            assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


async def test_an_answer_to_a_token_is_private_for_caches(catalog: Database) -> None:
    async with client_of(catalog, token(catalog, "read")) as client, client.get("/v1/documents") as response:
        assert response.headers["Cache-Control"] == "private, no-cache"


async def test_on_other_addresses_only_public_read_needs_no_token(catalog: Database) -> None:
    async with client_of(catalog, host="0.0.0.0") as client:  # noqa: S104  What is tested.
        assert (await status(client), await published(client)) == (401, 401)
    async with client_of(catalog, host="0.0.0.0", public_read=True) as client:  # noqa: S104  What is tested.
        assert (await status(client), await published(client)) == (200, 401)
