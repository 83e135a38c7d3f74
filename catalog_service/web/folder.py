"""What the ingest service says about the watched folder, in words for the pages."""

import asyncio
from dataclasses import dataclass

from aiohttp import web

from catalog_service import contract
from catalog_service.errors import IngestAway
from catalog_service.keys import INGEST

# How long a page waits for the ingest service if what it answers is beside the point of the page.
SHORT_SECONDS = 0.7


@dataclass(frozen=True, slots=True)
class Folder:
    """The watched folder: its path, or else its collection, and how many files wait, cannot be read, or are held."""

    name: str
    waiting: int
    unreadable: int
    held: int
    healthy: bool


def of_status(status: contract.IngestStatus) -> Folder:
    """The folder as a status describes it; what waits are files to be read or judged and events to be delivered."""
    return Folder(
        str(status.watcher.get("root") or status.collection),
        status.to_read_again + status.to_judge + status.outbox.get("owed", 0),
        status.states.get("quarantined", 0),
        status.states.get("gone-held", 0),
        status.healthy,
    )


async def glance(request: web.Request) -> Folder | None:
    """The folder, or None if the ingest service does not answer at once."""
    try:
        async with asyncio.timeout(SHORT_SECONDS):
            return of_status(await request.app[INGEST].status())
    except (IngestAway, TimeoutError):
        return None
