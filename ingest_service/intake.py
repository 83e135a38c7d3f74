"""Reads the files that a scan found to differ: those that have settled, in the workers, in batches."""

import asyncio
import dataclasses
import itertools
import math
import time
from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ingest_service.errors import MovedMeanwhile, Unreadable
from ingest_service.folder import moves
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.moves import MoveMatcher
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.folder.settling import Settling
from ingest_service.settings import BATCH_SIZE, Limits
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import FileResult, FileToRead, PreparedFile, Task

# The content of two batches is in memory at once.
BATCH_BYTES = 32 * 2**20
# The most files of one task of a worker, and about the most bytes: a larger file is a task alone.
TASK_FILES = 20
TASK_BYTES = 256 * 2**10

Read: TypeAlias = tuple[FileFact, FileResult]


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
        self.furniture = b""
        """The known furniture of all sites, packed for the workers."""

    def settled(self, facts: Sequence[FileFact], matcher: MoveMatcher) -> tuple[list[FileFact], set[str]]:
        """The files to read now, and the paths of those that may still be written to; schedules the other files."""
        overdue = {fact.path for fact in facts if self.settling.is_overdue(fact.path)}
        settled = {fact.path: self.settling.settled(fact) for fact in facts}
        unsettled = {path for path, file in settled.items() if file is None}
        self._postpone(unsettled, matcher)
        for path in matcher.postponed - unsettled:
            # It waits for another file, not for its own writer.
            self.settling.forget(path)
        ready = [file for path, file in settled.items() if file is not None and path not in matcher.postponed]
        for file in ready:
            if file.is_current:
                # The close of a file that was scanned at its creation may have been reported meanwhile.
                self._schedule.cancel(file.fact.path)
                # Its writer has finished, however long that took.
                overdue.discard(file.fact.path)
        return [file.fact for file in ready], overdue

    async def readings(
        self, diff: FolderDiff, ready: Sequence[FileFact], matcher: MoveMatcher
    ) -> AsyncGenerator[Sequence[Read], None]:
        """Reads batch after batch in the workers, each while the caller processes the one before."""
        ahead: deque[asyncio.Future[list[Read]]] = deque()
        try:
            for batch in _divided(moves.in_order(ready, diff.difference.origins), BATCH_SIZE, BATCH_BYTES):
                ahead.append(asyncio.ensure_future(self._read(batch, self._tasks(diff, batch, matcher))))
                if len(ahead) > 1:
                    yield await ahead.popleft()
            while ahead:
                yield await ahead.popleft()
        finally:
            for reading in ahead:
                reading.cancel()

    def outcome(
        self, diff: FolderDiff, batch: Sequence[Read], overdue: Collection[str], matcher: MoveMatcher
    ) -> Outcome:
        """What to do with each file of a batch, by what was read of it."""
        outcome = Outcome()
        known: list[tuple[FileFact, PreparedFile]] = []
        for fact, _ in batch:
            self.settling.forget(fact.path)
        self._postpone([fact.path for fact, read in batch if isinstance(read, MovedMeanwhile)], matcher)
        for fact, read in batch:
            if isinstance(read, MovedMeanwhile) or fact.path in matcher.postponed:
                continue
            if isinstance(read, Unreadable):
                outcome.failed.append((fact, read))
            else:
                prepared = dataclasses.replace(read, possibly_truncated=fact.path in overdue)
                may_be_known = not read.items or _may_be_moved(diff, fact)
                (known if may_be_known else outcome.stored).append((fact, prepared))
        self._match_moves(diff, outcome, known, matcher)
        for fact, _ in batch:
            matcher.exclude(fact.path)
        return outcome

    def _postpone(self, paths: Collection[str], matcher: MoveMatcher) -> None:
        """Schedules these paths, and those that must wait for them, to be scanned together after a pause."""
        moment = time.monotonic() + self._limits.settle_seconds
        for path in matcher.postpone(paths):
            self._schedule.scan_later(path, moment)

    def _tasks(self, diff: FolderDiff, batch: Sequence[FileFact], matcher: MoveMatcher) -> list[Task]:
        """The tasks of a batch, with few enough files each that every worker has one."""
        most = min(TASK_FILES, math.ceil(len(batch) / self._workers.count))
        parts = _divided(([fact] for fact in batch), most, TASK_BYTES)
        return [
            Task(self._root, tuple(self._file_to_read(diff, fact, matcher) for fact in part), self.furniture)
            for part in parts
        ]

    async def _read(self, batch: Sequence[FileFact], tasks: Sequence[Task]) -> list[Read]:
        self.reads += len(batch)
        results = await asyncio.gather(*map(self._workers.prepare, tasks))
        return list(zip(batch, itertools.chain(*results), strict=True))

    def _file_to_read(self, diff: FolderDiff, fact: FileFact, matcher: MoveMatcher) -> FileToRead:
        """A file of a task. It has few digests of other files: `_match_moves` looks the bytes up among all."""
        known = diff.known.get(fact.path)
        digests: frozenset[str] = frozenset()
        if _may_be_moved(diff, fact):
            digests = matcher.digests(fact)
        if known is not None and known.digest is not None and fact.path not in diff.again:
            digests |= {known.digest}
        return FileToRead(fact, digests)

    def _match_moves(
        self, diff: FolderDiff, outcome: Outcome, read: Sequence[tuple[FileFact, PreparedFile]], matcher: MoveMatcher
    ) -> None:
        """Known bytes are a touched file or a moved one. Unchanged paths come first, so no move claims their files."""
        elsewhere = []
        for fact, prepared in read:
            known = diff.known.get(fact.path)
            if known is not None and known.digest == prepared.digest and matcher.stays(fact.path):
                outcome.touched.append(fact)
            else:
                elsewhere.append((fact, prepared))
        for fact, prepared in elsewhere:
            origin = matcher.claim(fact.path, prepared.digest)
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


def _divided(groups: Iterable[Sequence[FileFact]], most_files: int, most_bytes: int) -> Iterator[list[FileFact]]:
    """The files in order, in parts of so many files, and of about so many bytes; a larger group is a part alone."""
    part: list[FileFact] = []
    size = 0
    for group in groups:
        group_size = sum(fact.size for fact in group)
        if part and (len(part) + len(group) > most_files or size + group_size > most_bytes):
            yield part
            part, size = [], 0
        part.extend(group)
        size += group_size
    if part:
        yield part
