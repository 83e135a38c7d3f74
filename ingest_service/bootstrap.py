"""Opens the parts of the service in order of dependence, and closes them in reverse."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import structlog

from catalog_service import contract
from ingest_service import runner
from ingest_service.admin import handlers, server
from ingest_service.delivery import adoption
from ingest_service.delivery.http import HttpTransport
from ingest_service.errors import SourceAway
from ingest_service.pipeline import Pipeline
from ingest_service.service import Service
from ingest_service.settings import Settings
from ingest_service.store import lock
from ingest_service.store.db import Database
from ingest_service.workers.pool import WorkerPool

log = structlog.get_logger()


Display: TypeAlias = Callable[[Callable[[], contract.LoadProgress | None]], AbstractAsyncContextManager[None]]
"""Shows the figures that a function returns, until it returns None or the block ends."""


async def run(settings: Settings, database: Database, display: Display) -> None:
    """Runs the service and its HTTP API until SIGTERM or SIGINT; displays the first load.

    Raises DatabaseTaken, DatabaseAway, CannotListen, PartDied.
    """
    stop = runner.stop_on_signals()
    with lock.owning(database.engine) as owned:
        async with opened(settings, database) as service:
            sources = handlers.Sources(service.condition, service.status, service.files, service.match)
            app = handlers.create_app(sources, settings.host, settings.limits.text_characters)
            async with server.serving(app, settings.host, settings.port) as url:
                log.info("listening", url=url)
                async with display(service.first_load):
                    await service.run(stop, owned.guard())
    log.info("stopped")


async def once(settings: Settings, database: Database, display: Display) -> None:
    """Brings the folder in once and delivers its events; displays the progress.

    Raises DatabaseTaken, DatabaseAway, CatalogTrouble, Refused, and SourceAway when a part of the folder could not be
    read; the events of the rest are delivered before.
    """
    with lock.owning(database.engine):
        async with opened(settings, database) as service:
            async with display(service.first_load):
                await service.once()
            if reasons := service.folder.health.reasons:
                raise SourceAway("; ".join(reasons))


@asynccontextmanager
async def opened(settings: Settings, database: Database) -> AsyncIterator[Service]:
    """The service with its transport and its workers, closed at the end. Raises SettingsWrong, DatabaseAway."""
    workers = WorkerPool(settings.limits)
    try:
        if await database.read(adoption.is_needed):
            # Every file is new: the workers import their modules while the folder is scanned. If they cannot be
            # started, the first read reports it. Over known files they would only compete with the scan.
            workers.warm_up()
        async with HttpTransport(settings.catalog_url, settings.publish_token()) as transport:
            yield Service(settings, database, transport, lambda wake: Pipeline(settings, database, workers, wake))
    finally:
        await asyncio.to_thread(workers.close)
