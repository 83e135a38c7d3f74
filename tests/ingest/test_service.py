"""The service adopts before it publishes, is ready when what it found is delivered, and tells how it is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from ingest_service.admin import handlers
from ingest_service.delivery import events, outbox
from ingest_service.delivery.http import HttpTransport
from ingest_service.errors import CatalogAway, PartDied, UnknownFormat
from ingest_service.folder.scan import FileFact
from ingest_service.ledger import entries
from ingest_service.ledger.batch import FileChanges
from ingest_service.ledger.status import MAX_DEAD_LETTERS
from ingest_service.progress import Progress
from ingest_service.service import Service
from ingest_service.settings import Settings
from ingest_service.store import state, tables
from ingest_service.store.db import Database
from tests import templates
from tests.ingest import fake_catalog
from tests.ingest.events import NOON, head, observed, problem, put_event
from tests.ingest.fake_catalog import FakeCatalog
from tests.ingest.waiting import until


@dataclass(frozen=True)
class Health:
    healthy: bool = True
    reasons: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


class Folder:
    """A folder with one file in it, which is found when the test says so."""

    def __init__(self, database: Database, wake: Callable[[], None]) -> None:
        self.scanned = asyncio.Event()
        self.health = Health()
        self.progress = Progress(lambda: 0.0)
        self.has_file = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.dies: Exception | None = None
        self._database = database
        self._wake = wake

    async def run(self, stop: asyncio.Event) -> None:
        await self.once()
        if self.dies is not None:
            raise self.dies
        await stop.wait()

    async def once(self) -> None:
        await self.has_file.wait()
        await self._database.write(put_event, observed("seoul"))
        self._wake()
        self.scanned.set()
        await self.goes_on.wait()


@dataclass
class Stage:
    """A service, what stands around it, and the way to stop it."""

    service: Service
    folder: Folder
    database: Database
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def still(self) -> tuple[str, ...]:
        """What is not done yet."""
        return self.service.condition().remaining


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    made = Database(sqlite_url)
    templates.bring_up(made)
    yield made
    made.close()


def adopted(database: Database) -> list[str]:
    """The paths of the items that were adopted from the catalog."""
    with database.reading() as session:
        return list(session.scalars(sa.select(tables.Item.path)))


def add_files(database: Database, *paths: str) -> None:
    """Adds files to the ledger that cannot be read."""
    context = entries.Context(events.Origin("seeds", "/ingest/seeds"), NOON)
    with database.writing() as session:
        failed = [(FileFact(path, 1, 1, 1, 1, 1), UnknownFormat()) for path in paths]
        entries.enter(session, context, FileChanges(failed=failed))


@asynccontextmanager
async def staged(database: Database, url: str) -> AsyncIterator[Stage]:
    """A service on a fake folder, not yet running."""
    settings = Settings(seeds=Path("seeds"), catalog_url=url, token=SecretStr("t"))
    async with HttpTransport(url) as transport:
        service = Service(settings, database, transport, lambda wake: Folder(database, wake))
        assert isinstance(service.folder, Folder)
        yield Stage(service, service.folder, database)


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[None]:
    """The service runs until the block ends, and stops cleanly."""
    task = asyncio.create_task(stage.service.run(stage.stop, forever()))
    try:
        yield
    finally:
        stage.stop.set()
        await task


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_service_is_ready_when_what_it_found_is_delivered(database: Database) -> None:
    catalog = FakeCatalog(heads=[head("tokyo")])
    async with catalog.serving(), staged(database, catalog.url) as stage, running(stage):
        await until(lambda: stage.still == ("look at the whole folder",), "the adoption")
        assert adopted(database) == [head("tokyo").path]
        assert catalog.recorded == []
        stage.folder.has_file.set()
        await until(lambda: stage.still == (), "readiness")
        assert catalog.recorded == [observed("seoul").id]
        assert stage.service.condition().outcomes == {"recorded": 1}
        assert stage.service.first_load() is None
        progress = (await stage.service.status()).progress
        assert progress is not None
        assert progress.published == 1


async def test_nothing_is_published_before_the_catalog_reported_its_heads(database: Database) -> None:
    catalog = FakeCatalog()
    catalog.faults.extend([fake_catalog.status(503, **{"Retry-After": "0"}), fake_catalog.breaks_off])
    async with catalog.serving(), staged(database, catalog.url) as stage, running(stage):
        stage.folder.has_file.set()
        await until(lambda: stage.service.relay.trouble, "the first trouble")
        assert stage.still == ("adopt what the catalog knows",)
        assert catalog.recorded == []
        assert (await stage.service.status()).healthy is False
        await until(lambda: stage.still == (), "readiness in the end")
    assert catalog.recorded == [observed("seoul").id]


async def test_a_ledger_adopts_once(database: Database) -> None:
    with database.writing() as session:
        state.remember(session, "adopted", "2026-11-22T12:00:00.000000Z")
    catalog = FakeCatalog(heads=[head("tokyo")])
    async with catalog.serving(), staged(database, catalog.url) as stage:
        stage.folder.has_file.set()
        await stage.service.once()
        assert adopted(database) == []
    assert catalog.recorded == [observed("seoul").id]


async def test_once_delivers_while_the_folder_is_brought_in(database: Database) -> None:
    catalog = FakeCatalog()
    async with catalog.serving(), staged(database, catalog.url) as stage:
        stage.folder.has_file.set()
        stage.folder.goes_on.clear()
        once = asyncio.create_task(stage.service.once())
        await until(lambda: catalog.recorded == [observed("seoul").id], "the first event")
        assert not once.done()
        await database.write(put_event, observed("tokyo"))
        stage.folder.goes_on.set()
        await once
    assert catalog.recorded == [observed("seoul").id, observed("tokyo").id]


async def test_a_fault_of_the_relay_ends_once_while_the_folder_is_brought_in(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> int:
        raise ValueError("poison")

    catalog = FakeCatalog()
    async with catalog.serving(), staged(database, catalog.url) as stage:
        monkeypatch.setattr(stage.service.relay, "deliver", fail)
        async with asyncio.timeout(30):
            with pytest.raises(ValueError, match="poison"):
                await stage.service.once()
        assert not stage.folder.scanned.is_set()


async def test_once_brings_in_everything_before_it_says_that_the_catalog_is_away(database: Database) -> None:
    catalog = FakeCatalog()
    catalog.faults.extend([fake_catalog.status(503, **{"Retry-After": "0"})] * 9)
    with database.writing() as session:
        state.remember(session, "adopted", "2026-11-22T12:00:00.000000Z")
        put_event(session, observed("tokyo"))
    async with catalog.serving(), staged(database, catalog.url) as stage:
        once = asyncio.create_task(stage.service.once())
        await until(lambda: len(catalog.faults) < 9, "the first trouble")
        stage.folder.has_file.set()
        with pytest.raises(CatalogAway):
            await once
        assert await database.read(outbox.counts) == {"owed": 2, "delivered": 0, "dead": 0}


async def test_a_part_that_dies_takes_the_service_down(database: Database) -> None:
    async with FakeCatalog().serving() as catalog, staged(database, catalog.url) as stage:
        stage.folder.has_file.set()
        stage.folder.dies = LookupError("poison")
        with pytest.raises(PartDied, match="folder"):
            await stage.service.run(stage.stop, forever())


async def test_the_status_tells_what_waits_and_what_is_degraded(database: Database) -> None:
    async with FakeCatalog().serving() as catalog, staged(database, catalog.url) as stage:
        with database.writing() as session:
            put_event(session, observed())
        add_files(database, "a.bin", "b.bin")
        stage.folder.health = Health(False, ("polled: too many folders",), {"strategy": "polling"})
        status = await stage.service.status()
    assert status.states == {"quarantined": 2}
    assert status.outbox["owed"] == 1
    assert status.to_judge == 0
    assert status.oldest_waiting_seconds is not None
    assert status.reasons == ("polled: too many folders",)
    assert status.watcher == {"strategy": "polling"}
    assert status.healthy is False


async def test_dead_letters_make_the_service_unhealthy_with_the_words_of_the_catalog(database: Database) -> None:
    async with FakeCatalog().serving() as catalog, staged(database, catalog.url) as stage:
        with database.writing() as session:
            for number in range(MAX_DEAD_LETTERS + 1):
                put_event(session, observed(f"file-{number}"))
                [event] = outbox.claim(session, limit_events=1, limit_bytes=1, now=NOON)
                outbox.dead(session, event.id, problem("event-refused"))
        status = await stage.service.status()
        assert status.healthy is False
        assert status.reasons == (
            "events that the catalog refused for good: 101; the first: event-refused: No such month.",
        )
        assert len(status.dead_letters) == MAX_DEAD_LETTERS
        with database.writing() as session:
            outbox.retry(session)
        assert (await stage.service.status()).healthy


async def test_an_event_that_is_refused_for_now_makes_the_service_unhealthy(database: Database) -> None:
    async with FakeCatalog().serving() as catalog, staged(database, catalog.url) as stage:
        with database.writing() as session:
            put_event(session, observed())
            [event] = outbox.claim(session, limit_events=1, limit_bytes=1, now=NOON)
            outbox.refuse(session, event.id, problem("database-away", 503), NOON)
        status = await stage.service.status()
        assert status.healthy is False
        assert status.reasons == (
            "events that the catalog refuses and that will be sent again: 1; the first: database-away: No such month.",
        )


async def test_files_come_in_pages(database: Database) -> None:
    add_files(database, "c.txt", "a.txt", "b.txt")
    async with FakeCatalog().serving() as catalog, staged(database, catalog.url) as stage:
        first = await stage.service.files(handlers.FilesQuery(limit=2))
        assert [file.path for file in first.files] == ["a.txt", "b.txt"]
        second = await stage.service.files(handlers.FilesQuery(limit=2, after=first.next))
    assert [file.path for file in second.files] == ["c.txt"]
    assert second.next is None
