"""The change feed, for clients that keep a copy or react to changes."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any
from uuid import UUID

from aiohttp import web
from pydantic import AfterValidator, Field, RootModel

from catalog_service import changes, contract, resources
from catalog_service.api import event_stream, negotiation
from catalog_service.api.answers import answer, linked
from catalog_service.api.operations import JSON, Content, Operation, Parameters
from catalog_service.api.parameters import Cursor
from catalog_service.broadcast import FEW
from catalog_service.changes import Batch
from catalog_service.contract import BATCH_MEDIA_TYPE
from catalog_service.errors import CursorExpired, CursorInvalid, CursorMismatch, Stopping, TooManyReaders
from catalog_service.keys import BROADCAST, DATABASE, POINTS
from catalog_service.store.prepared import Reader

JSON_LINES = "application/jsonl"
EVENT_STREAM = event_stream.MEDIA_TYPE
FORMS = (JSON, BATCH_MEDIA_TYPE, JSON_LINES, EVENT_STREAM)


def _known(types: str) -> str:
    """Raises ValueError for a type that the feed does not have."""
    for name in types.split(","):
        if name not in changes.TYPES:
            raise ValueError(f"{name[:100]!r} is no type of the feed; its types are {', '.join(changes.TYPES)}")
    return types


class ChangeFeedParameters(Parameters):
    """The position in the feed, its filters, and how long to wait for a change."""

    since: Annotated[
        Cursor, Field(description="The cursor of an earlier answer; 0: all changes; now: later changes only.")
    ] = "0"
    types: (
        Annotated[
            str,
            Field(max_length=1_000, description=f"One or more of {', '.join(changes.TYPES)}; joined by commas."),
            AfterValidator(_known),
        ]
        | None
    ) = None
    collection: contract.Collection | None = None
    document: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    wait: Annotated[
        float, Field(ge=0, le=25, description="Seconds to wait for a change; a stream waits without an end.")
    ] = 0

    def filter(self) -> changes.Filter:
        """The entries of the change log that are asked for."""
        return changes.Filter(
            types=tuple(self.types.split(",")) if self.types else (),
            collection=self.collection,
            document=str(self.document) if self.document else None,
        )


class ChangeBatch(RootModel[tuple[resources.Change, ...]]):
    """One page of the change feed as a CloudEvents batch."""


async def feed(request: web.Request, parameters: ChangeFeedParameters) -> web.StreamResponse:
    """The changes after a cursor, in the order of commits; with `wait`, the answer waits for the first one.

    The cursor of an answer is the `since` of the next request; the `Link` header `next` has it too. No change appears
    later before one that was read. As `text/event-stream` the answer stays open: each event has its cursor as `id`, and
    `Last-Event-ID` counts instead of `since`. There, an event `start` only has the position of `since=now`, and an
    event `reset` says that the catalog was restored from a backup: what was read before is void, and all changes
    follow anew.
    """
    form = negotiation.choose(request.headers.get("Accept"), FORMS)
    if form == EVENT_STREAM:
        return await event_stream.answer(request, parameters.since, parameters.filter())
    batch = await _next_batch(request, parameters)
    response = _page(batch) if form == JSON else _lines(batch, form)
    following = str(request.rel_url.update_query(since=batch.position.cursor()))
    response.headers.update({"Vary": "Accept", **linked([(following, "next")])})
    return response


async def _next_batch(request: web.Request, parameters: ChangeFeedParameters) -> Batch:
    """The first changes after the cursor; if there are none, those that arrive first within the time to wait."""
    broadcast, limit = request.app[BROADCAST], parameters.limit
    source = request.app[POINTS if limit <= FEW else DATABASE]
    batch = await source.read(_first, parameters.since, parameters.filter(), limit)
    if batch.changes or not parameters.wait:
        return batch
    with broadcast.reading(), suppress(TimeoutError):
        async with asyncio.timeout(parameters.wait):
            while not batch.changes and not broadcast.closed:
                await broadcast.wait(batch.position)
                batch = await broadcast.after(batch.position, limit)
    return batch


def _first(reader: Reader, cursor: str, filter_: changes.Filter, limit: int) -> Batch:
    return changes.after(reader, changes.start(reader, cursor, filter_), limit)


def _page(batch: Batch) -> web.Response:
    return answer(
        resources.Changes(events=tuple(batch.changes), cursor=batch.position.cursor(), more=batch.more),
    )


def _lines(batch: Batch, form: str) -> web.Response:
    """The changes as JSON lines, or as a JSON array."""
    events = [change.model_dump_json() for change in batch.changes]
    text = f"[{','.join(events)}]" if form == BATCH_MEDIA_TYPE else "".join(f"{event}\n" for event in events)
    return web.Response(text=text, content_type=form)


STREAM_SCHEMA: Mapping[str, Any] = {
    "type": "string",
    "description": "Server-sent events; `data` is one change as JSON.",
}
OPERATIONS = (
    Operation(
        "GET", "/v1/changes", feed, ChangeFeedParameters,
        {
            200: (
                Content(resources.Changes), Content(ChangeBatch, (BATCH_MEDIA_TYPE,)),
                Content(resources.Change, (JSON_LINES,)), Content(STREAM_SCHEMA, (EVENT_STREAM,)),
            )
        },
        (CursorInvalid, CursorMismatch, CursorExpired, TooManyReaders, Stopping),
        headers={"Last-Event-ID": "The `id` of the last event that was read from a stream."},
    ),
)  # fmt: skip
