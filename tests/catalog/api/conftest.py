"""A real application on a free port, with a real database."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from catalog_service import server
from catalog_service.app import create_app
from catalog_service.db import Database
from catalog_service.settings import Settings


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite, for what no database has a say in; a module that stores or finds takes both."""
    return sqlite_url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of the catalog."""
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
async def url(database: Database, database_url: str) -> AsyncIterator[str]:
    """Where the application listens."""
    settings = Settings(database_url=database_url)
    async with server.serving(create_app(settings, database), "127.0.0.1", 0) as listening:
        yield listening


@pytest.fixture
async def client(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the application."""
    async with aiohttp.ClientSession(url) as session:
        yield session
