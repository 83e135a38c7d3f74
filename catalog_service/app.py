"""The catalog as a web application: its parts put together, started and stopped."""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterable
from typing import Any

import structlog
from aiohttp import web

from catalog_service import api, contract, requests, runner, server
from catalog_service.access.policy import Access
from catalog_service.api import errors, events, openapi, service
from catalog_service.api.operations import Operation
from catalog_service.broadcast import Broadcast
from catalog_service.differences import Differences
from catalog_service.history.group_commit import Writer
from catalog_service.history.preparer import Preparer
from catalog_service.ingest_client import IngestClient
from catalog_service.keys import (
    ACCESS,
    BROADCAST,
    DATABASE,
    DESCRIPTION,
    DIFFERENCES,
    INGEST,
    METRICS,
    POINTS,
    PREPARER,
    REQUEST_LOG,
    SETTINGS,
    STOPPING,
    WRITER,
)
from catalog_service.metrics import Metrics
from catalog_service.request_log import RequestLog
from catalog_service.settings import Settings
from catalog_service.store import notices
from catalog_service.store.db import Database
from catalog_service.store.point_reads import PointReader
from catalog_service.web import routes

log = structlog.get_logger()


def create_app(settings: Settings, database: Database) -> web.Application:
    """The application; it uses the database and leaves it open."""
    app = web.Application(
        middlewares=[requests.observe, errors.middleware, requests.bound, requests.refuse_unstorable, requests.guard]
    )
    app[SETTINGS] = settings
    app[DATABASE] = database
    app[POINTS] = PointReader(database)
    app[DIFFERENCES] = Differences(database)
    app[INGEST] = IngestClient(settings.ingest_url)
    app[ACCESS] = Access(settings, app[POINTS])
    app[METRICS] = Metrics()
    app[REQUEST_LOG] = RequestLog(settings.log_format)
    app[BROADCAST] = Broadcast(database, app[POINTS], limit=settings.limits.readers)
    app[PREPARER] = Preparer(database)
    app[WRITER] = Writer(
        database,
        functools.partial(events.record_events, prepared=app[PREPARER].prepared),
        limit=settings.limits.waiting_events,
        together=contract.MAX_BATCH_EVENTS,
        committed=app[BROADCAST].wake,
    )
    app[STOPPING] = asyncio.Event()
    app[METRICS].watch_queue(lambda: app[WRITER].waiting)
    app[DESCRIPTION] = openapi.describe((*service.OPERATIONS, *api.OPERATIONS))
    app[METRICS].watch_readers(lambda: app[BROADCAST].readers)
    app.cleanup_ctx.append(_writing)
    app.cleanup_ctx.append(_broadcasting)
    app.on_cleanup.append(_close)
    app.on_shutdown.append(_stop_waiting)
    app.on_response_prepare.append(requests.finish)
    _route(app, (*service.OPERATIONS, *api.OPERATIONS))
    routes.setup(app)
    return app


async def _close(app: web.Application) -> None:
    app[POINTS].close()
    app[DIFFERENCES].close()
    app[PREPARER].close()
    await app[INGEST].close()


async def _stop_waiting(app: web.Application) -> None:
    app[STOPPING].set()
    app[BROADCAST].close()


async def _writing(app: web.Application) -> AsyncIterator[None]:
    """The writer's task, for as long as the application runs. Raises PartDied."""
    async with runner.supervised("writer", app[WRITER].run(), app[STOPPING]):
        yield


async def _broadcasting(app: web.Application) -> AsyncIterator[None]:
    """The tasks that wake the readers of changes, for as long as the application runs. Raises PartDied."""
    broadcast, stop = app[BROADCAST], app[STOPPING]
    async with (
        runner.supervised("broadcast", broadcast.run(), stop),
        runner.supervised("notices", notices.watch(app[DATABASE], broadcast.wake), stop),
    ):
        yield


def _route(app: web.Application, operations: Iterable[Operation[Any]]) -> None:
    for operation in operations:
        if operation.method == "GET":
            app.router.add_get(operation.path, operation.answer)
        else:
            app.router.add_route(operation.method, operation.path, operation.answer)


async def run(settings: Settings, database: Database) -> None:
    """Serves until SIGTERM or SIGINT. Raises CannotListen, PartDied."""
    app = create_app(settings, database)
    app[REQUEST_LOG].keep_order()
    runner.stop_on_signals(app[STOPPING])
    async with server.serving(app, settings.host, settings.port) as url:
        log.info("listening", url=url)
        await app[STOPPING].wait()
    log.info("stopped")
