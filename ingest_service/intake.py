"""Reads the files that a scan found to differ: those that have settled, in the workers, in batches."""

import asyncio
import dataclasses
import time
from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ingest_service.errors import IngestError, MovedMeanwhile, Unreadable
from ingest_service.folder import scan
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.folder.settling import Settling
from ingest_service.settings import BATCH_SIZE, Limits
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import PreparedFile, Task

# The content of two batches is in memory at once.
BATCH_BYTES = 32 * 2**20

Read: TypeAlias = tuple[FileFact, PreparedFile | IngestError]


@dataclass(slots=True)
class Outcome:
    """What the ledger must do with each file of a batch. `moved` holds each file by its path before."""

    stored: list[tuple[FileFact, PreparedFile]] = field(default_factory=list)
    touched: list[FileFact] = field(default_factory=list)
    moved: dict[str, FileFact] = field(default_factory=dict)
    failed: list[tuple[FileFact | Unusable, Unreadable]] = field(default_factory=list)


class Intake:
    """Reads files in the workers; schedules those that cannot be read yet for another scan."""

    def __init__(self, root: Path, limits: Limits, workers: WorkerPool, schedule: ScanSchedule) -> None:
        self._root = root
        self._limits = limits
        self._workers = workers
        self._schedule = schedule
        self.settling = Settling(root, limits, time.monotonic)
        """Which files wait until their writer has finished."""
        self.reads = 0
        """How many files were read since the start."""

    def settled(self, facts: Sequence[FileFact]) -> tuple[list[FileFact], set[str]]:
        """The files to read now, and the paths that have waited for the longest time; schedules the other files."""
        ready, overdue = [], set()
        for fact in facts:
            if self.settling.is_overdue(fact.path):
                overdue.add(fact.path)
            if self.settling.is_whole(fact):
                ready.append(fact)
            else:
                self._schedule.scan_at(fact.path, time.monotonic() + self._limits.settle_seconds)
        return ready, overdue

    async def readings(
        self, diff: FolderDiff, ready: Sequence[FileFact], moves: scan.MoveMatcher
    ) -> AsyncGenerator[Sequence[Read], None]:
        """Reads batch after batch in the workers, each while the caller processes the one before."""
        ahead: deque[asyncio.Future[list[Read]]] = deque()
        try:
            for batch in _batches(ready):
                tasks = [self._task(diff, fact, moves) for fact in batch]
                ahead.append(asyncio.gather(*map(self._read, tasks)))
                if len(ahead) > 1:
                    yield await ahead.popleft()
            while ahead:
                yield await ahead.popleft()
        finally:
            for reading in ahead:
                reading.cancel()

    def outcome(
        self, diff: FolderDiff, batch: Sequence[Read], overdue: Collection[str], moves: scan.MoveMatcher
    ) -> Outcome:
        """What to do with each file of a batch, by what was read of it."""
        outcome = Outcome()
        known: list[tuple[FileFact, PreparedFile]] = []
        for fact, read in batch:
            self.settling.forget(fact.path)
            if isinstance(read, MovedMeanwhile):
                self._schedule.scan_at(fact.path, time.monotonic() + self._limits.settle_seconds)
            elif isinstance(read, Unreadable):
                outcome.failed.append((fact, read))
            elif isinstance(read, PreparedFile):
                prepared = dataclasses.replace(read, possibly_truncated=fact.path in overdue)
                may_be_known = not read.items or _may_be_moved(diff, fact)
                (known if may_be_known else outcome.stored).append((fact, prepared))
        self._match_moves(diff, outcome, known, moves)
        return outcome

    def _task(self, diff: FolderDiff, fact: FileFact, moves: scan.MoveMatcher) -> Task:
        """The task of a worker. It holds few digests of other files: `_match_moves` looks the bytes up among all."""
        known = diff.known.get(fact.path)
        digests: frozenset[str] = frozenset()
        if _may_be_moved(diff, fact):
            digests = moves.digests(fact.size, diff.difference.origins.get(fact.path))
        if known is not None and known.digest is not None and fact.path not in diff.again:
            digests |= {known.digest}
        return Task(self._root, fact, digests, self._limits)

    async def _read(self, task: Task) -> Read:
        self.reads += 1
        try:
            return task.fact, await self._workers.prepare(task)
        except (Unreadable, MovedMeanwhile) as error:
            return task.fact, error

    def _match_moves(
        self, diff: FolderDiff, outcome: Outcome, read: Sequence[tuple[FileFact, PreparedFile]], moves: scan.MoveMatcher
    ) -> None:
        """Known bytes are a touched file or a moved one. Unchanged paths come first, so no move claims their files."""
        elsewhere = []
        for fact, prepared in read:
            known = diff.known.get(fact.path)
            if known is not None and known.digest == prepared.digest and moves.stays(fact.path):
                outcome.touched.append(fact)
            else:
                elsewhere.append((fact, prepared))
        for fact, prepared in elsewhere:
            origin = moves.claim(prepared.digest, diff.difference.origins.get(fact.path))
            if origin is not None:
                outcome.moved[origin] = fact
            elif prepared.items:
                outcome.stored.append((fact, prepared))
            else:
                # A file moves to one path. Another file with the same bytes is another document, and is read again.
                self._schedule.scan_now(fact.path)


def _may_be_moved(diff: FolderDiff, fact: FileFact) -> bool:
    """Whether a file may have come from another path."""
    return fact.path not in diff.known or fact.path in diff.difference.origins


def _batches(facts: Sequence[FileFact]) -> Iterator[list[FileFact]]:
    """The files in order, in batches of at most `BATCH_SIZE` files and about `BATCH_BYTES` bytes."""
    batch: list[FileFact] = []
    size = 0
    for fact in facts:
        if batch and (len(batch) == BATCH_SIZE or size + fact.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(fact)
        size += fact.size
    if batch:
        yield batch
