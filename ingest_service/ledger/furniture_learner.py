"""The learner of furniture: learns from new articles batch by batch, and has what is known ready for the workers."""

import asyncio
from datetime import datetime

import structlog

from ingest_service.furniture import NOTHING_LEARNED, Furniture
from ingest_service.ledger import furniture
from ingest_service.settings import BATCH_SIZE
from ingest_service.store.db import Database

# So many ticks may pass until it is noticed that another process has disabled a line.
MOST_SKIPPED = 10

log = structlog.get_logger()


class FurnitureLearner:
    """One for each run of the service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Furniture = NOTHING_LEARNED
        self._revision: int | None = None
        self.packed = b""
        """What is known, packed for the workers."""
        self.has_scheduled = False
        """Whether pages were scheduled to be read again since this was last set to false."""
        self.may_be_behind = True
        """Whether articles may have been stored since all were learned from."""
        self._skipped = 0

    async def learn(self, now: datetime) -> bool:
        """Learns from a batch of new articles; returns whether there may be more. Raises DatabaseAway.

        It runs at every tick, and mostly asks nothing.
        """
        if not self.may_be_behind and self._skipped < MOST_SKIPPED:
            self._skipped += 1
            return False
        self._skipped = 0
        before = await self.renew()
        self.may_be_behind = before.is_behind
        if not before.is_behind:
            return False
        taught = await self._database.write(furniture.learn, now, BATCH_SIZE)
        if taught.lines:
            self._known = self._known.with_lines(taught.lines)
            await self._pack(before.revision + 1)
            log.info("furniture of sites was learned", lines=len(taught.lines), read_again=taught.files)
        self.has_scheduled = self.has_scheduled or taught.files > 0
        return taught.pages == BATCH_SIZE

    async def renew(self) -> furniture.Progress:
        """Loads what is known, unless it is loaded and no other process changed it. Raises DatabaseAway."""
        progress = await self._database.read(furniture.progress)
        if progress.revision != self._revision:
            self.has_scheduled = self.has_scheduled or self._revision is not None
            self._known = await self._database.read(furniture.load)
            await self._pack(progress.revision)
        return progress

    async def _pack(self, revision: int) -> None:
        self.packed = await asyncio.to_thread(self._known.packed)
        self._revision = revision
