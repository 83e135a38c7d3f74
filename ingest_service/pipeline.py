"""The pipeline: brings each change of the folder from the disk into the outbox.

Its steps are scan, settle, read, store, judge. The watcher's events only name paths to scan. A scan of the whole folder
stores the articles that were read and queues them for judging; when all are stored, other transactions store their
events, with relations, and end the queueing. After a kill in between, the next start judges what is queued. A scan of a
few paths does both in one transaction.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from ingest_service import file_names
from ingest_service.deletions import Deletions
from ingest_service.delivery import events, outbox
from ingest_service.errors import DatabaseAway, SourceAway
from ingest_service.failures import FAILURES, Failure, Failures
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.moves import MoveMatcher
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.folder.watcher import FolderWatcher
from ingest_service.intake import Intake, Outcome
from ingest_service.judging.backlog import JudgingBacklog
from ingest_service.judging.judge import Judge
from ingest_service.judging.parallel import JudgePool
from ingest_service.ledger import adopted, articles, entries, folder_diff, mass_deletion
from ingest_service.ledger.batch import FileChanges
from ingest_service.progress import Progress
from ingest_service.rereading import Rereading
from ingest_service.settings import BATCH_SIZE, Settings
from ingest_service.store.db import Database
from ingest_service.workers.pool import WorkerPool

# After so many ticks unavailable paths are scanned again.
RETRY_TICKS = 10
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Health:
    """How well the folder is watched and read."""

    healthy: bool
    reasons: tuple[str, ...]
    detail: dict[str, Any]


class Pipeline:
    """Keeps ledger and outbox up to date with the folder. Calls `woken` after each commit that may add events."""

    def __init__(self, settings: Settings, database: Database, workers: WorkerPool, woken: Callable[[], None]) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._root = settings.seeds
        self._database = database
        self._workers = workers
        self._woken = woken
        self._origin = events.Origin(settings.collection_name, f"/ingest/{settings.collection_name}")
        self.progress = Progress(time.monotonic)
        judge = Judge(self._origin, JudgePool(workers.facts, workers))
        self._backlog = JudgingBacklog(database, judge, woken, self.progress.add_judged)
        self._schedule = ScanSchedule(time.monotonic)
        self._intake = Intake(self._root, self._limits, workers, self._schedule)
        self._rereading = Rereading(database, self._intake, workers.count)
        self._watcher = FolderWatcher(
            self._root, self._schedule, self._intake.settling, self._limits.tick_seconds, time.monotonic
        )
        self._deletions = Deletions(settings, database, self._schedule, self._watcher)
        self._failures = Failures(self._root, RETRY_TICKS * self._limits.tick_seconds)
        self.scanned = asyncio.Event()
        """Set when everything found at the start is in the outbox."""

    @property
    def health(self) -> Health:
        """How well the folder is watched, with counters."""
        detail: dict[str, Any] = {
            "strategy": "inotify",
            "root": file_names.to_text(str(self._root)),
            "waiting_for_writer": self._intake.settling.waiting,
            "overflows": self._watcher.overflows,
            "reads": self._intake.reads,
        }
        reasons = self._failures.reasons()
        return Health(not reasons, reasons, detail)

    async def run(self, stop: asyncio.Event) -> None:
        """Watches the folder until `stop`."""
        reconcile_at = background_at = 0.0
        try:
            while not stop.is_set():
                if time.monotonic() >= reconcile_at:
                    self._schedule.scan_all("it is time")
                await self._watch()
                for path in self._failures.to_retry():
                    self._schedule.scan_now(path)
                if await self._step():
                    reconcile_at = time.monotonic() + self._limits.reconcile_seconds
                    # The first change after a start does not wait for them.
                    self._workers.warm_up()
                # Once a tick, so that it does not compete with the events that a step has just put into the outbox.
                if time.monotonic() >= background_at and not await self._work_in_background():
                    background_at = time.monotonic() + self._limits.tick_seconds
                await self._schedule.wait(max(0.0, background_at - time.monotonic()))
        finally:
            self._watcher.stop()
            await self._backlog.close()

    async def once(self) -> None:
        """Brings ledger and outbox up to date with the folder as it is, and ends. Raises a failure that lasts."""
        self._schedule.scan_all("asked")
        while self._schedule.is_pending():
            await self._step()
            self._failures.check()
            if self._schedule.is_pending():
                await self._schedule.wait(self._limits.tick_seconds)
            while not self._schedule.is_pending() and await self._read_again():
                pass
        while await self._judge_some():
            pass
        await self._backlog.close()

    async def _watch(self) -> None:
        try:
            await self._watcher.renew()
        except (SourceAway, OSError) as error:
            self._fail(error)

    async def _work_in_background(self) -> bool:
        """Judges and reads again a part of what earlier scans left. Returns whether there may be more."""
        is_busy = await self._judge_some()
        return await self._read_again() or is_busy

    async def _step(self) -> bool:
        """Scans what is due; true if that was the whole folder. After a failure the whole folder is scheduled."""
        reason, paths = self._schedule.take()
        if reason is None and not paths:
            return False
        try:
            await self._scan(reason, paths)
        except FAILURES as error:
            self._fail(error)
            for path in paths:
                self._schedule.scan_now(path)
            await asyncio.sleep(self._limits.tick_seconds)
            return False
        return reason is not None

    def _fail(self, error: Failure | OSError) -> None:
        """Schedules the whole folder after a failed scan. The service is degraded until that scan succeeds.

        Raises WorkersUnavailable again when it lasts.
        """
        self.progress.begin("idle")
        self._failures.record(error)
        # What failed may have put events into the outbox before.
        self._woken()
        self._schedule.scan_all("the last scan failed")

    # Scanning

    async def _scan(self, reason: str | None, paths: Sequence[str]) -> None:
        """Scans the paths, or the whole folder if there is a reason for it, and brings in the differences."""
        if reason is not None:
            log.info("looking at the whole folder", why=reason)
            self.progress.begin("scan")
            await self._rereading.load()
            diff = await asyncio.to_thread(folder_diff.of_everything, self._database, self._root)
        else:
            diff = await asyncio.to_thread(folder_diff.of_paths, self._database, self._root, paths)
        if self._failures.note_unavailable(diff, paths):
            # A folder that could not be read could not be watched either.
            self._watcher.expire()
        self._forget_waits(diff, paths)
        is_load = self._begin_reading(diff)
        held = await self._deletions.hold(self._context(), diff)
        # All files are stored before the first is judged: in a rebuilt ledger an article needs every candidate.
        deleted = [path for path in diff.difference.deleted if path not in held]
        postponed = await self._bring_in(diff, deleted)
        missing = [path for path in deleted if path not in postponed]
        is_first = diff.whole and not self.scanned.is_set()
        if await self._deletions.confirm(self._context(), diff, missing, at_once=is_first):
            self._woken()
        if is_load:
            self.progress.begin("judge", await self._database.read(articles.count_new))
        if diff.whole:
            await self._backlog.judge_new()
        if is_load:
            self.progress.begin("deliver", await self._database.read(outbox.count_pending))
        self._watcher.forget(paths)
        if diff.whole:
            await self._database.write(mass_deletion.trust, diff, held)
            self._failures.clear()
            self.scanned.set()

    def _begin_reading(self, diff: FolderDiff) -> bool:
        """Begins the reading step of a load; False if the scan was of a few paths: they are no load."""
        to_read = len(diff.difference.to_read)
        if diff.whole:
            self.progress.found = len(diff.seen.files)
        elif to_read <= BATCH_SIZE:
            return False
        self.progress.begin("read", to_read)
        return True

    def _forget_waits(self, diff: FolderDiff, paths: Sequence[str]) -> None:
        """Ends the waits of files that are absent."""
        if diff.whole:
            self._intake.settling.keep(diff.seen.files)
            return
        for path in paths:
            if path not in diff.seen.files:
                self._intake.settling.forget(path)

    async def _read_again(self) -> bool:
        """Learns furniture, then reads some of the files again that are due. Returns whether there may be more."""
        if self._failures.last is not None or not self.scanned.is_set():
            return False
        try:
            # First, so that a page is read again once for all that is learned of its site.
            if await self._rereading.learn(self._now()):
                return True
            paths = await self._rereading.claim(self._now())
            if paths:
                diff = await asyncio.to_thread(folder_diff.of_paths, self._database, self._root, paths, again=True)
                self._forget_waits(diff, paths)
                # Missing files are left to the next scan of the whole folder: no event reported a deletion.
                await self._bring_in(diff, ())
        except FAILURES as error:
            self._fail(error)
            return False
        return bool(paths)

    # Bringing in

    async def _bring_in(self, diff: FolderDiff, deleted: Sequence[str]) -> Collection[str]:
        """Enters the files that differ. Returns the paths that are left as they are until a later scan."""
        origins = diff.difference.origins
        matcher = MoveMatcher({path: diff.known[path] for path in (*deleted, *origins.values())}, origins)
        ready, overdue = self._intake.settled(diff.difference.to_read, matcher)
        # Files that were adopted and are missing were never read.
        unread = [path for path in diff.difference.deleted if diff.known[path].digest is None]
        async with aclosing(self._intake.readings(diff, ready, matcher)) as readings:
            async for batch in readings:
                self.progress.add_read(len(batch))
                outcome = self._intake.outcome(diff, batch, overdue, matcher)
                new = {read.digest: fact for fact, read in outcome.stored if fact.path not in diff.known}
                if new and unread:
                    await self._database.write(adopted.move_adopted, self._context(), unread, new)
                self._rereading.note_stored()
                enter = functools.partial(_enter, context=self._context(), outcome=outcome)
                write = self._database.write if diff.whole else self._backlog.judge_after
                if await write(enter):
                    self._woken()
                self.progress.add_stored(len(batch))
                if len(batch) == BATCH_SIZE:
                    # The pages of the next batches are read without what these show to be furniture.
                    await self._rereading.learn(self._now())
        unusable = Outcome(failed=[(entry, entry.why) for entry in diff.seen.unusable.values()])
        if unusable.failed:
            await self._database.write(_enter, context=self._context(), outcome=unusable)
        return matcher.postponed

    async def _judge_some(self) -> bool:
        """Judges a part of the backlog. Returns whether there may be more."""
        try:
            # After a failed scan not all new files are stored yet; the next scan judges them.
            return await self._backlog.judge_some(new=self._failures.last is None)
        except DatabaseAway as error:
            self._fail(error)
            return False

    def _context(self) -> entries.Context:
        return entries.Context(self._origin, self._now())

    @staticmethod
    def _now() -> datetime:
        return datetime.now(UTC)


def _enter(session: Session, context: entries.Context, outcome: Outcome) -> bool:
    """Stores what happened to the files of a batch. Returns whether it put events into the outbox."""
    changes = FileChanges(outcome.moved, outcome.touched, outcome.stored, outcome.failed)
    return entries.enter(session, context, changes)
