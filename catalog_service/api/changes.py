"""The change feed, for clients that keep a copy or react to changes."""

import asyncio
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from catalog_service import changes, contract, resources
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import Cursor
from catalog_service.errors import CursorExpired, CursorInvalid, CursorMismatch
from catalog_service.keys import DATABASE, STOPPING, WRITER

# Only commits of this process wake waiting requests; those of other processes are found by reading this often.
POLL_SECONDS = 2.0
TYPES = r"(document|relation|story)\.[a-z]{1,20}\.v1"


class ChangeFeedParameters(Parameters):
    """The position in the feed, its filters, and how long to wait for a change."""

    since: Annotated[
        Cursor, Field(description="The cursor of an earlier answer; 0: all changes; now: later changes only.")
    ] = "0"
    types: Annotated[str, Field(max_length=1_000, pattern=rf"^{TYPES}(,{TYPES})*$")] | None = None
    collection: contract.Collection | None = None
    document: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    wait: Annotated[float, Field(ge=0, le=25, description="Seconds.")] = 0


async def feed(request: web.Request, parameters: ChangeFeedParameters) -> web.Response:
    """The changes after a cursor, in the order of commits; with `wait`, the answer waits for the first one.

    The cursor of an answer is the `since` of the next request. No change appears later before one that was read.
    """
    loop = asyncio.get_running_loop()
    database, stopping = request.config_dict[DATABASE], request.config_dict[STOPPING]
    filter_ = changes.Filter(
        types=tuple(parameters.types.split(",")) if parameters.types else (),
        collection=parameters.collection,
        document=str(parameters.document) if parameters.document else None,
    )
    deadline, since = loop.time() + parameters.wait, parameters.since
    while True:
        commit = request.config_dict[WRITER].commit
        page = await database.read(changes.page, since, filter_, limit=parameters.limit)
        remaining = deadline - loop.time()
        if page.events or remaining <= 0 or stopping.is_set():
            return answer(page)
        since = page.cursor
        with suppress(TimeoutError):
            await asyncio.wait_for(commit.wait(), min(remaining, POLL_SECONDS))


OPERATIONS = (
    Operation(
        "GET", "/v1/changes", feed, ChangeFeedParameters, {200: Content(resources.Changes)},
        (CursorInvalid, CursorMismatch, CursorExpired),
    ),
)  # fmt: skip
