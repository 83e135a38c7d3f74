"""The change feed as server-sent events (WHATWG HTML, 9.2): an answer that ends with the connection or the service."""

import asyncio
import json
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp_sse import EventSourceResponse

from catalog_service import changes
from catalog_service.api.errors import problem
from catalog_service.broadcast import Broadcast
from catalog_service.changes import Filter, Position
from catalog_service.errors import CursorExpired, DatabaseAway, DatabaseUnusable, Stopping
from catalog_service.keys import BROADCAST, DATABASE, STOPPING
from catalog_service.store.db import Database

MEDIA_TYPE = "text/event-stream"
# A comment this often keeps proxies from closing the connection, and detects that the reader has closed it.
COMMENT_SECONDS = 15.0
# A reader that accepts nothing for this long is disconnected; it can resume after the last event that it received.
STUCK_SECONDS = 30.0
# Then the stream ends and its reader connects again: a token that was revoked meanwhile is refused.
LONGEST_SECONDS = 3_600.0
BATCH = 100
EXPECTED = (ConnectionError, TimeoutError, DatabaseAway, DatabaseUnusable)
log = structlog.get_logger()


async def answer(request: web.Request, cursor: str, filter_: Filter) -> web.StreamResponse:
    """All changes after `Last-Event-ID`, or else after the cursor, and then every change as it is committed.

    Raises CursorInvalid, CursorMismatch, TooManyReaders, Stopping.
    """
    database, broadcast = request.app[DATABASE], request.app[BROADCAST]
    cursor = request.headers.get("Last-Event-ID") or cursor
    position = await _start(database, cursor, filter_)
    if broadcast.closed:
        raise Stopping
    if request.method == "HEAD":
        return web.Response(content_type=MEDIA_TYPE, headers={"Vary": "Accept"})
    with broadcast.reading():
        response = await _begin(request)
        async with response:
            stream = _Stream(response, database, broadcast, filter_)
            await _until_end(request, response, stream.send(position, now=cursor == "now"))
    return response


async def _start(database: Database, cursor: str, filter_: Filter) -> Position | None:
    """The position of a cursor; None for a cursor of another epoch."""
    with suppress(CursorExpired):
        return await database.read(changes.start, cursor, filter_)
    return None


async def _begin(request: web.Request) -> EventSourceResponse:
    response = EventSourceResponse(sep="\n", ping_interval=COMMENT_SECONDS, send_timeout=STUCK_SECONDS)
    response.headers["Vary"] = "Accept"
    # Set for every answer by `requests.finish`, which knows whether a token was needed.
    del response.headers["Cache-Control"]
    await response.prepare(request)
    return response


@dataclass(frozen=True, slots=True)
class _Stream:
    """What one reader gets."""

    response: EventSourceResponse
    database: Database
    broadcast: Broadcast
    filter: Filter

    async def send(self, position: Position | None, *, now: bool) -> None:
        """Sends changes until the service stops. Raises ConnectionError, TimeoutError, DatabaseAway, DatabaseUnusable.

        With `now`, first an event `start` with the position: without its id, a reader that reconnects before the first
        change would miss changes. Else a comment, because the headers are sent only with the first bytes of the body.
        """
        if position and now:
            await self.response.send(json.dumps({"cursor": position.cursor()}), id=position.cursor(), event="start")
        else:
            await self.response.write(b": changes\n\n")
        while not self.broadcast.closed:
            try:
                position = await self._send_next(position) if position else await self._reset()
            except CursorExpired:
                position = None

    async def _send_next(self, position: Position) -> Position:
        """Sends the next changes, as soon as there are any; returns the position after them. Raises CursorExpired."""
        await self.broadcast.wait(position)
        batch = await self.broadcast.after(position, BATCH)
        for change in batch.changes:
            cursor = position.after(change).cursor()
            await self.response.send(change.model_dump_json(), id=cursor)
        return batch.position

    async def _reset(self) -> Position:
        """Reports that the catalog was restored; the changes of the new epoch follow from the first on."""
        position = await self.database.read(changes.start, "0", self.filter)
        await self.response.send(problem(CursorExpired()).model_dump_json(), id=position.cursor(), event="reset")
        return position


async def _until_end(request: web.Request, response: EventSourceResponse, sending: Coroutine[None, None, None]) -> None:
    """Sends until the time is over, the reader is gone or stuck, or the service stops, also within a write."""
    stop = request.app[STOPPING]
    tasks = [asyncio.ensure_future(part) for part in (sending, response.wait(), stop.wait())]
    try:
        await asyncio.wait(tasks, timeout=LONGEST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        failure, *_ = await asyncio.gather(*tasks, return_exceptions=True)
    # The answer has begun, so no problem can be sent: the reader sees its end, and comes back.
    if isinstance(failure, Exception) and not isinstance(failure, EXPECTED):
        log.error("unforeseen", path=request.path, exc_info=failure)
    transport = request.transport
    if transport is not None and transport.get_write_buffer_size():
        # The end of the answer would wait behind what the reader does not accept.
        transport.abort()
