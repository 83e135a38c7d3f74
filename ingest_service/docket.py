"""What waits to be judged, worked off some at a time: new articles, then those to be judged again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from ingest_service import articles, following
from ingest_service.db import Database
from ingest_service.errors import DatabaseAway
from ingest_service.judging import Judge
from ingest_service.settings import BATCH_SIZE

log = structlog.get_logger()


class Docket:
    """Works off what is marked. `woken` is called after each commit that may owe something."""

    def __init__(self, database: Database, judge: Judge, woken: Callable[[], None]) -> None:
        self._database = database
        self._judge = judge
        self._woken = woken
        self._keeping: asyncio.Task[None] | None = None

    async def judge_new(self) -> None:
        """Judges all that is new. Raises DatabaseAway, and the fault of the task that writes fingerprints to disk."""
        # Before the turn to write is taken: the first time, this takes seconds where there are many articles.
        await self._database.read(following.follow)
        while await self._database.write(self._judge.judge, datetime.now(UTC), BATCH_SIZE):
            self._woken()
        self._raise_fault()
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())

    async def judge_some(self, *, new: bool) -> bool:
        """A piece of what waits, whoever marked it, what is `new` or not; whether there may be more. DatabaseAway."""
        self._raise_fault()
        # Asked each time, for other processes mark too: `confirm-deletes`, or the relay that purges.
        backlog = await self._database.read(articles.backlog)
        if backlog.new and new:
            await self.judge_new()
        elif not backlog.again or not await self._database.write(
            self._judge.judge_again, datetime.now(UTC), BATCH_SIZE
        ):
            return False
        self._woken()
        return True

    async def close(self) -> None:
        """Waits until nothing is written to disk any more. Raises the fault of the task that writes."""
        if self._keeping is not None:
            await self._keeping

    def _raise_fault(self) -> None:
        """Raises what ended the task that writes to disk; no other code awaits it before the end of the service."""
        if self._keeping is not None and self._keeping.done():
            ended, self._keeping = self._keeping, None
            ended.result()

    async def _keep(self) -> None:
        """Keeps the fingerprints on disk beside all else: with hundreds of thousands of articles it takes seconds."""
        try:
            if kept := await self._database.read(following.keep):
                await self._database.write(following.remember, kept)
        except DatabaseAway as error:
            log.warning("the fingerprints are kept on disk later; the database is away", reason=str(error))
