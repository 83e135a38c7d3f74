"""The files of one look: which are whole, what was read of them, and what each turned out to be."""

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
from ingest_service.folder.schedule import Looks
from ingest_service.folder.settling import Settling
from ingest_service.settings import BATCH_SIZE, Limits
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import PreparedFile, Task

# What is read of files waits in memory, of two batches at once.
BATCH_BYTES = 32 * 2**20

Read: TypeAlias = tuple[FileFact, PreparedFile | IngestError]


@dataclass(slots=True)
class Outcome:
    """What one batch of files turned out to be."""

    stored: list[tuple[FileFact, PreparedFile]] = field(default_factory=list)
    touched: list[FileFact] = field(default_factory=list)
    moved: dict[str, FileFact] = field(default_factory=dict)
    failed: list[tuple[FileFact | Unusable, Unreadable]] = field(default_factory=list)


class Intake:
    """Reads files in the workers; what cannot be read yet is looked at again."""

    def __init__(self, root: Path, limits: Limits, workers: WorkerPool, looks: Looks) -> None:
        self._root = root
        self._limits = limits
        self._workers = workers
        self._looks = looks
        self.settling = Settling(root, limits, time.monotonic)
        """Which writers are not done."""
        self.reads = 0
        """How many files were read since the start."""

    def whole_ones(self, facts: Sequence[FileFact]) -> tuple[list[FileFact], set[str]]:
        """The files whose writers are done, and which of them were waited for too long; the others wait on."""
        ready, overdue = [], set()
        for fact in facts:
            if self.settling.is_overdue(fact.path):
                overdue.add(fact.path)
            if self.settling.is_whole(fact):
                ready.append(fact)
            else:
                self._looks.at(fact.path, time.monotonic() + self._limits.settle_seconds)
        return ready, overdue

    async def readings(
        self, diff: FolderDiff, ready: Sequence[FileFact], moves: scan.MoveMatcher
    ) -> AsyncGenerator[Sequence[Read], None]:
        """Reads batch after batch in the workers: the next one while whoever asks is busy with the last."""
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
        """What each file of a batch turned out to be."""
        outcome = Outcome()
        known: list[tuple[FileFact, PreparedFile]] = []
        for fact, read in batch:
            self.settling.forget(fact.path)
            if isinstance(read, MovedMeanwhile):
                self._looks.at(fact.path, time.monotonic() + self._limits.settle_seconds)
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
                # A file has one new place: another one with its bytes is a document of its own, and is read as such.
                self._looks.soon(fact.path)


def _may_be_moved(diff: FolderDiff, fact: FileFact) -> bool:
    """Whether a file may have come from another path."""
    return fact.path not in diff.known or fact.path in diff.difference.origins


def _batches(facts: Sequence[FileFact]) -> Iterator[list[FileFact]]:
    """Files in order, so many at a time, or fewer where they are large."""
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
