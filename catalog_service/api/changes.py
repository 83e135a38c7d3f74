"""The feed of everything that happens, for who wants to keep up."""

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

# Another process may have written: its commits wake nobody here.
LOOK_AGAIN_SECONDS = 2.0
TYPES = r"(document|relation|story)\.[a-z]{1,20}\.v1"


class Wanted(Parameters):
    """Which changes, from where on, and how long to wait for one."""

    since: Annotated[Cursor, Field(description="The cursor of an earlier answer; 0: from the beginning; or now.")] = "0"
    types: Annotated[str, Field(max_length=1_000, pattern=rf"^{TYPES}(,{TYPES})*$")] | None = None
    collection: contract.Collection | None = None
    document: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 100
    wait: Annotated[float, Field(ge=0, le=25, description="Seconds.")] = 0


async def feed(request: web.Request, asked: Wanted) -> web.Response:
    """The changes behind a cursor, in the order of commits; with `wait` it waits for the first one.

    The cursor of each answer is the `since` of the next question. A reader who has seen one change never later finds
    an earlier one.
    """
    loop = asyncio.get_running_loop()
    database, stopping = request.config_dict[DATABASE], request.config_dict[STOPPING]
    wanted = changes.Filter(
        types=tuple(asked.types.split(",")) if asked.types else (),
        collection=asked.collection,
        document=str(asked.document) if asked.document else None,
    )
    deadline, since = loop.time() + asked.wait, asked.since
    while True:
        commit = request.config_dict[WRITER].commit
        page = await database.read(changes.page, since, wanted, limit=asked.limit)
        left = deadline - loop.time()
        if page.events or left <= 0 or stopping.is_set():
            return answer(request, page)
        since = page.cursor
        with suppress(TimeoutError):
            await asyncio.wait_for(commit.wait(), min(left, LOOK_AGAIN_SECONDS))


OPERATIONS = (
    Operation(
        "GET", "/v1/changes", feed, Wanted, {200: Content(resources.Changes)},
        (CursorInvalid, CursorMismatch, CursorExpired),
    ),
)  # fmt: skip
