"""The judging backlog: articles that wait to be judged, new ones first, then those to be judged again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from ingest_service.errors import DatabaseAway
from ingest_service.index import mirror
from ingest_service.judging.judge import Judge
from ingest_service.ledger import articles
from ingest_service.settings import BATCH_SIZE
from ingest_service.store.db import Database

T = TypeVar("T")
log = structlog.get_logger()


class JudgingBacklog:
    """Judges queued articles batch by batch.

    `woken` is called after each commit that may have emitted events, `judged` with the number of new articles judged.
    """

    def __init__(
        self, database: Database, judge: Judge, woken: Callable[[], None], judged: Callable[[int], None]
    ) -> None:
        self._database = database
        self._judge = judge
        self._woken = woken
        self._judged = judged
        self._saving: asyncio.Task[None] | None = None
        self._is_mirrored = False

    async def judge_new(self) -> None:
        """Judges all new articles. Raises DatabaseAway, and the fault of the task that saves checkpoints."""
        # Outside the writing transaction: an update takes seconds when there are many new articles.
        await self._database.read(mirror.update)
        self._is_mirrored = True
        await self._judge_new()

    async def judge_after(self, store: Callable[[Session], T]) -> T:
        """Stores one batch by `store` and judges it, in one transaction, then the rest as `judge_new`.

        Returns what `store` returns. Raises as `judge_new` does; the batch may be stored then or not.
        """
        if not self._is_mirrored:
            stored = await self._database.write(store)
            await self.judge_new()
            return stored
        stored, count, written = await self._database.write(self._store_and_judge, store)
        mirror.keep(self._database.engine, written)
        await self._judge_new(more=self._note_judged(count))
        return stored

    def _store_and_judge(self, session: Session, store: Callable[[Session], T]) -> tuple[T, int, mirror.Mirror | None]:
        stored = store(session)
        count = self._judge_batch(session)
        return stored, count, mirror.written(session)

    async def _judge_new(self, *, more: bool = True) -> None:
        while more:
            more = self._note_judged(await self._database.write(self._judge_batch))
        self._raise_fault()
        if self._saving is None and mirror.is_checkpoint_due(self._database.engine):
            self._saving = asyncio.create_task(self._save_checkpoint())

    def _judge_batch(self, session: Session) -> int:
        return self._judge.judge(session, BATCH_SIZE)

    def _note_judged(self, count: int) -> bool:
        """Reports articles that were judged. Returns whether more may be queued."""
        if count:
            self._judged(count)
            self._woken()
        return count == BATCH_SIZE

    async def judge_some(self, *, new: bool) -> bool:
        """Judges all new articles if `new` is true, else one batch again; returns whether more may be queued.

        Raises as `judge_new` does.
        """
        self._raise_fault()
        # Read each time, since other processes queue articles too: `confirm-deletes`, or the relay when it purges.
        backlog = await self._database.read(articles.backlog)
        if backlog.new and new:
            await self.judge_new()
        elif not backlog.again or not await self._database.write(
            self._judge.judge_again, BATCH_SIZE, datetime.now(UTC)
        ):
            return False
        self._woken()
        return True

    async def close(self) -> None:
        """Waits until a checkpoint that is being saved is complete. Raises the fault of the task that saves it."""
        if self._saving is not None:
            await self._saving

    def _raise_fault(self) -> None:
        """Raises what ended the task that saves checkpoints; no other code awaits it before the end of the service."""
        if self._saving is not None and self._saving.done():
            ended, self._saving = self._saving, None
            ended.result()

    async def _save_checkpoint(self) -> None:
        """Saves a checkpoint beside other work: with hundreds of thousands of articles this takes seconds."""
        try:
            if saved := await self._database.read(mirror.save):
                await self._database.write(mirror.record, saved)
        except DatabaseAway as error:
            log.warning("the fingerprints are saved to disk later; the database is away", reason=str(error))
