"""The ingest service: runs the pipeline of the folder beside the relay, and reports the status of both."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model, runner
from ingest_service.admin import handlers
from ingest_service.delivery import adoption
from ingest_service.delivery.relay import Relay, RelayConfig
from ingest_service.delivery.transport import Transport
from ingest_service.errors import CatalogRefused, CatalogTrouble, DatabaseAway
from ingest_service.judging import matching
from ingest_service.ledger import adopted, entries, queries, status
from ingest_service.progress import Progress
from ingest_service.settings import Settings
from ingest_service.store.db import Database

log = structlog.get_logger()


def now() -> datetime:
    """The clock of the service."""
    return datetime.now(UTC)


class WatcherHealth(Protocol):
    """How well the folder is watched."""

    @property
    def healthy(self) -> bool:
        """Whether every change is noticed without delay."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Says what is degraded, each in a sentence."""

    @property
    def detail(self) -> dict[str, Any]:
        """The strategy of the watcher, and counters."""


class Folder(Protocol):
    """The part of the service that brings the folder into the outbox."""

    scanned: asyncio.Event
    """Set after the first complete scan: its events are in the outbox."""

    progress: Progress
    """How far the scans of the folder have come."""

    @property
    def health(self) -> WatcherHealth:
        """How well the folder is watched."""

    async def run(self, stop: asyncio.Event) -> None:
        """Watches and scans until `stop`."""

    async def once(self) -> None:
        """Scans the whole folder, and judges until no article is pending."""


class Service:
    """One ingest service; `open_folder` is called with the function that wakes the relay."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        transport: Transport,
        open_folder: Callable[[Callable[[], None]], Folder],
    ) -> None:
        self._settings = settings
        self._database = database
        self._transport = transport
        config = RelayConfig(settings.collection_name, keep=timedelta(days=settings.limits.delivered_days))
        self.relay = Relay(database, transport, config, purge=entries.purge, clock=now)
        self.folder = open_folder(self.relay.wake)
        self.folder.progress.published = self.relay.outcomes.total
        self._adopted = asyncio.Event()
        self._remaining: str | None = "adopt what the catalog knows"

    async def run(self, stop: asyncio.Event, guard: Coroutine[Any, Any, None]) -> None:
        """Adopts, then watches and delivers until `stop`, while `guard` holds the lock. Raises PartDied."""
        parts = {
            "folder": self._watch(stop),
            "relay": self._deliver(),
            "readiness": self._become_ready(),
            "lock": guard,
        }
        await runner.supervise(parts, stop)

    async def once(self) -> None:
        """Adopts, brings the folder in once, delivers. Raises CatalogTrouble, Refused, SourceAway, DatabaseAway."""
        await self._adopt()
        over = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self.relay.follow(over), name="relay")
                await self.folder.once()
                over.set()
                self.relay.wake()
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        await self.relay.drain()

    def condition(self) -> handlers.Condition:
        """The progress of the service: what is left to do before it is ready, and the outcomes of its events."""
        return handlers.Condition(
            remaining=(self._remaining,) if self._remaining else (), outcomes=dict(self.relay.outcomes)
        )

    async def status(self) -> contract.IngestStatus:
        """The whole state of the service. Raises DatabaseAway."""
        health, trouble = self.folder.health, self.relay.trouble
        stored = await self._database.read(status.read_status, self._settings.collection_name, now())
        reasons = (*health.reasons, *stored.reasons, *((f"{trouble.code}: {trouble}",) if trouble else ()))
        return stored.model_copy(
            update={
                "watcher": health.detail,
                "healthy": health.healthy and not reasons,
                "reasons": reasons,
                "progress": self.folder.progress.figures(),
                "ledger": self._settings.ledger,
            }
        )

    def first_load(self) -> contract.LoadProgress | None:
        """The progress of the load that a start makes; None when everything of it is delivered."""
        return self.folder.progress.figures() if self._remaining else None

    async def files(self, query: handlers.FilesQuery) -> contract.Files:
        """One page of files. Raises DatabaseAway."""
        return await self._database.read(page_of_files, query)

    async def match(self, text: str) -> contract.Matches:
        """Finds where a text comes from. Raises DatabaseAway."""
        # One paragraph, so that the offsets refer to the text as it was sent.
        return await self._database.read(matching.match, model.Article("", (text,)))

    async def _watch(self, stop: asyncio.Event) -> None:
        while True:
            try:
                await self._adopt()
            except (CatalogTrouble, CatalogRefused, DatabaseAway) as trouble:
                await self.relay.wait_out(trouble)
            else:
                break
        self._remaining = "look at the whole folder"
        self._adopted.set()
        await self.folder.run(stop)

    async def _adopt(self) -> None:
        if await self._database.read(adoption.is_needed):
            collection = self._settings.collection_name
            count = await adoption.adopt(self._database, self._transport, collection, adopted.adopt, now())
            log.info("adopted", items=count)

    async def _deliver(self) -> None:
        # Without adoption, documents that the catalog has would be published again.
        await self._adopted.wait()
        await self.relay.run()

    async def _become_ready(self) -> None:
        await self.folder.scanned.wait()
        self._remaining = "deliver what was found"
        await self.relay.drained()
        self._remaining = None
        log.info("ready")
        await asyncio.Event().wait()


def page_of_files(session: Session, query: handlers.FilesQuery) -> contract.Files:
    """One page of files; `next` is the path after which the next page begins, None on the last page."""
    files = queries.file_states(session, state=query.state, after=query.after, limit=query.limit + 1)
    page = tuple(files[: query.limit])
    return contract.Files(files=page, next=page[-1].path if len(files) > query.limit else None)
