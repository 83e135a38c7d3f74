"""Notices of commits: from PostgreSQL by LISTEN, also after the connection was lost; on SQLite from the clock."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from catalog_service import runner
from catalog_service.store import counter, notices
from catalog_service.store.db import Database
from tests import templates
from tests.catalog.conftest import Record
from tests.catalog.events import event

END_LISTENERS = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")


@pytest.fixture
async def noticed(catalog: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """Set by each notice; those of the clock come every 60 s on PostgreSQL, and quickly on SQLite."""
    monkeypatch.setattr(notices, "LISTEN_SECONDS", 60.0)
    monkeypatch.setattr(notices, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(notices, "RETRY_SECONDS", 0.05)
    noticed = asyncio.Event()
    async with runner.supervised("notices", notices.watch(catalog, noticed.set), asyncio.Event()):
        yield noticed


async def come(noticed: asyncio.Event) -> None:
    """Waits for the next notice."""
    await asyncio.wait_for(noticed.wait(), 10)
    noticed.clear()


async def test_a_commit_is_noticed(noticed: asyncio.Event, record: Record) -> None:
    await come(noticed)
    record(event(1))
    await come(noticed)


async def test_a_lost_connection_is_made_anew(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "RETRY_SECONDS", 0.05)
    database = Database(postgres_url)
    templates.bring_up(database)
    noticed = asyncio.Event()
    async with runner.supervised("notices", notices.watch(database, noticed.set), asyncio.Event()):
        await come(noticed)
        with database.writing() as session:
            assert session.scalars(END_LISTENERS).all() == [True]
        await come(noticed)
        await come(noticed)
        with database.writing() as session:
            session.execute(sa.text(f"NOTIFY {counter.CHANNEL}"))
        await come(noticed)
    database.close()
