"""Point reads in the event loop, on SQLite: they never keep it waiting, and hold nothing afterwards."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from catalog_service import documents
from catalog_service.errors import DatabaseUnusable
from catalog_service.store import point_reads
from catalog_service.store.db import Database
from catalog_service.store.point_reads import PointReader
from tests import templates
from tests.catalog.conftest import Record
from tests.catalog.events import document_id, event, relation
from tests.catalog.store.test_point_reads import thread_of

ONE = UUID(document_id(1))


@pytest.fixture
def catalog(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    templates.bring_up(database)
    yield database
    database.close()


@pytest.fixture
async def points(catalog: Database) -> AsyncIterator[PointReader]:
    made = PointReader(catalog)
    yield made
    made.close()


def checkpoint(catalog: Database) -> int:
    """Moves everything from the WAL into the file; 1 if a reader was in the way."""
    with catalog.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        return int(driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def replace_content(catalog: Database, changed: Callable[[bytes], bytes]) -> bytes:
    """Changes the content of the database's file; the content that it had."""
    path = Path(catalog.engine.url.database or "")
    content = path.read_bytes()
    catalog.engine.dispose()
    path.write_bytes(changed(content))
    return content


async def test_a_read_that_takes_long_leaves_the_event_loop(
    points: PointReader, catalog: Database, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(point_reads, "MAX_STEPS", 1_000)
    copies = [event(number, relations=[relation(1, type_="duplicate")]) for number in range(2, 80)]
    record(event(1), *copies)
    assert await points.read(thread_of, ONE) != threading.get_ident()
    assert (await points.read(documents.one, ONE)).duplicates == len(copies)


async def test_no_checkpoint_waits_for_a_reader(points: PointReader, catalog: Database, record: Record) -> None:
    record(event(1))
    await points.read(documents.one, ONE)
    assert not checkpoint(catalog)
    record(event(2))
    await points.look_up(documents.seq, ONE)
    assert not checkpoint(catalog)


async def test_a_damaged_database_is_reported_as_one(points: PointReader, catalog: Database, record: Record) -> None:
    record(event(1))
    checkpoint(catalog)
    whole = replace_content(catalog, lambda content: content[:100] + b"\xff" * (len(content) - 100))
    with pytest.raises(DatabaseUnusable):
        await points.read(documents.one, ONE)
    replace_content(catalog, lambda _: whole)
    assert (await points.read(documents.one, ONE)).id == ONE


async def test_a_read_that_is_cancelled_while_the_connection_opens_leaves_no_read_only_connection_behind(
    points: PointReader, catalog: Database, record: Record
) -> None:
    record(event(1))
    begun, may_go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold(*_: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        may_go_on.wait(10)

    sa.event.listen(catalog.engine, "checkout", hold, once=True)
    reading = asyncio.create_task(points.read(thread_of, ONE))
    await begun.wait()
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    may_go_on.set()
    # Joins the thread, in which no other connection can be opened afterwards.
    await loop.shutdown_default_executor()
    record(event(2))
    assert await points.read(thread_of, ONE) == threading.get_ident()
