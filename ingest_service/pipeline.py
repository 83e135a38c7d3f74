"""One change from the disk to the outbox: the story of the ingest service.

Look, settle, read, store, judge. Events only say where to look. Two transactions: what was read and the mark that it is
still to be judged; then relations, event and no mark. A kill between them leaves the mark, and the next start goes on
there.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from ingest_service import brake, events, file_names, ledger, scan
from ingest_service.db import Database
from ingest_service.docket import Docket
from ingest_service.errors import DatabaseAway
from ingest_service.ignoring import Ignore
from ingest_service.intake import Intake, Outcome, Picture
from ingest_service.judging import Judge
from ingest_service.looks import Looks
from ingest_service.panel import JudgePool
from ingest_service.pool import WorkerPool
from ingest_service.scan import FileFact, Odd
from ingest_service.settings import Settings
from ingest_service.watch import Watch

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Health:
    """How the watcher is."""

    healthy: bool
    reasons: tuple[str, ...]
    detail: dict[str, Any]


class Pipeline:
    """Keeps ledger and outbox true to the folder. `woken` is called after each commit that may owe something."""

    def __init__(self, settings: Settings, database: Database, workers: WorkerPool, woken: Callable[[], None]) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._root = settings.seeds
        self._database = database
        self._woken = woken
        self._origin = events.Origin(settings.collection_name, f"/ingest/{settings.collection_name}")
        self._docket = Docket(database, Judge(self._origin, JudgePool(workers.facts, workers)), woken)
        self._looks = Looks(time.monotonic)
        self._intake = Intake(self._root, self._limits, workers, self._looks)
        self._gone: dict[str, float] = {}
        self._root_seen: tuple[int, int] | None = None
        self._trouble: tuple[str, ...] = ()
        self.overflows = 0
        """How often the watcher lost events."""
        self.scanned = asyncio.Event()
        """Set when everything found at the start is in the outbox."""

    @property
    def health(self) -> Health:
        """How the watcher is, and what waits."""
        detail: dict[str, Any] = {
            "strategy": "inotify",
            "root": file_names.to_text(str(self._root)),
            "waiting_for_writer": self._intake.settling.waiting,
            "overflows": self.overflows,
            "reads": self._intake.reads,
        }
        return Health(not self._trouble, self._trouble, detail)

    async def run(self, stop: asyncio.Event) -> None:
        """Watches the folder until `stop`."""
        watch: Watch | None = None
        reconcile_at = 0.0
        try:
            while not stop.is_set():
                if time.monotonic() >= reconcile_at:
                    self._looks.everything("it is time")
                if watch is None or not watch.alive or self._is_another_root():
                    watch = await self._watch_again(watch)
                if await self._step():
                    reconcile_at = time.monotonic() + self._limits.reconcile_seconds
                more = await self._judge_some()
                await self._looks.next(0.0 if more else self._limits.tick_seconds)
        finally:
            if watch is not None:
                watch.stop()
            await self._docket.close()

    async def once(self) -> None:
        """Brings ledger and outbox up to date with the folder as it is now, and ends."""
        self._looks.everything("asked")
        while self._looks.waiting():
            await self._step()
            await self._looks.next(self._limits.tick_seconds)
        while await self._judge_some():
            pass
        await self._docket.close()

    async def _step(self) -> bool:
        """Looks at what is due; true when that was the whole folder. A database that is away is waited for."""
        why, paths = self._looks.take()
        if why is None and not paths:
            return False
        try:
            await (self._look_everywhere(why) if why is not None else self._look_at(paths))
        except (DatabaseAway, OSError) as error:
            self._fail(error)
            self._looks.everything("the last look failed")
            await asyncio.sleep(self._limits.tick_seconds)
            return False
        return why is not None

    def _fail(self, error: DatabaseAway | OSError) -> None:
        reason = str(error) if isinstance(error, DatabaseAway) else f"source unavailable: {error}"
        if self._trouble != (reason,):
            log.error("the folder cannot be brought in now", reason=reason)
        self._trouble = (reason,)

    # Watching

    async def _watch_again(self, old: Watch | None) -> Watch | None:
        """A new watch on the folder that is there now; None while there is none."""
        if old is not None:
            await asyncio.to_thread(old.stop)
        loop = asyncio.get_running_loop()

        def look(path: str) -> None:
            loop.call_soon_threadsafe(self._reported, path)

        def everything(why: str) -> None:
            loop.call_soon_threadsafe(self._overflowed, why)

        try:
            self._root_seen = scan.identity(self._root)
            watch = Watch(self._root, look, everything)
            watch.start()
        except OSError as error:
            self._root_seen = None
            self._fail(error)
            return None
        self._looks.everything("the watch begins")
        return watch

    def _reported(self, path: str) -> None:
        self._looks.at(path, self._intake.settling.quiet_from(path))

    def _overflowed(self, why: str) -> None:
        self.overflows += 1
        log.warning("everything is looked at again", why=why)
        self._looks.everything(why)

    def _is_another_root(self) -> bool:
        try:
            return scan.identity(self._root) != self._root_seen
        except OSError:
            return True

    # Looking

    async def _look_everywhere(self, why: str) -> None:
        log.info("looking at the whole folder", why=why)
        identity = scan.identity(self._root)
        found = await asyncio.to_thread(lambda: list(scan.walk(self._root, Ignore(self._root))))
        known = await self._database.read(ledger.known)
        files, odd = scan.facts_of(found)
        self._intake.settling.keep(files)
        picture = Picture(known, odd, scan.diff(known, files), len(found), whole=True)
        back = files.keys() & set(await self._database.read(ledger.held))
        if back:
            await self._database.write(ledger.release, self._context(), back)
        held = await self._hold(identity, picture)
        gone = tuple(path for path in picture.difference.gone if path not in held)
        # All are stored before the first is judged: a rebuilt ledger must know every neighbour.
        await self._bring_in(picture, gone)
        await self._docket.judge_new()
        self._trouble = ()
        if not held:
            await self._database.write(brake.trust, identity)
        self.scanned.set()

    async def _look_at(self, paths: Sequence[str]) -> None:
        picture = await self._picture(paths)
        await self._bring_in(picture, picture.difference.gone)
        await self._docket.judge_new()

    async def _picture(self, paths: Sequence[str]) -> Picture:
        """What stands at the paths, below those that are folders, and where their files stood before."""
        ignore = Ignore(self._root)
        wanted = [path for path in paths if not _under_ignored(ignore, path)]
        found = await asyncio.to_thread(lambda: [each for path in wanted for each in self._stands_at(ignore, path)])
        files, odd = scan.facts_of(found)
        known = await self._database.read(ledger.known_around, wanted, list(files.values()))
        for path in known.keys() - files.keys():
            elsewhere = scan.look(self._root, path)
            if isinstance(elsewhere, FileFact):
                files[path] = elsewhere
        for path in paths:
            if path not in files:
                self._intake.settling.forget(path)
        return Picture(known, odd, scan.diff(known, files), len(found), whole=False)

    def _stands_at(self, ignore: Ignore, path: str) -> list[FileFact | Odd]:
        here = self._root / file_names.to_name(path)
        if here.is_dir() and not here.is_symlink():
            try:
                return list(scan.walk(self._root, ignore, path))
            except OSError:
                return []
        found = scan.look(self._root, path)
        return [found] if found is not None else []

    async def _hold(self, identity: tuple[int, int], picture: Picture) -> frozenset[str]:
        """Those of the gone that the brake holds; what was witnessed or merely moved is not for it to judge."""
        inferred = set(picture.difference.gone) - set(self._gone) - set(picture.difference.origins.values())
        counts = (len(picture.known), picture.seen)
        return await self._database.write(brake.hold, self._context(), identity, counts, inferred)

    # Bringing in

    async def _bring_in(self, picture: Picture, gone: Sequence[str]) -> None:
        ready, overdue = self._intake.whole_ones(picture.difference.to_read)
        homes = scan.Homes({path: picture.known[path].digest for path in (*gone, *picture.difference.origins.values())})
        async with aclosing(self._intake.readings(picture, ready, homes)) as readings:
            async for batch in readings:
                outcome = self._intake.outcome(picture, batch, overdue, homes)
                new = {read.digest: fact for fact, read in outcome.stored if fact.path not in picture.known}
                if new and picture.difference.gone:
                    await self._database.write(ledger.rehouse, self._context(), picture.difference.gone, new)
                await self._database.write(_enter, self._context(), outcome)
                self._woken()
                if not picture.whole:
                    await self._docket.judge_new()
        odd = Outcome(failed=[(each, each.why.code, str(each.why)) for each in picture.odd])
        if odd.failed:
            await self._database.write(_enter, self._context(), odd)
        await self._part_with(picture, gone)

    async def _part_with(self, picture: Picture, gone: Sequence[str]) -> None:
        """Tells what is gone for good: still gone after the pause in which an editor puts a file back."""
        now = time.monotonic()
        told = []
        for path in gone:
            since = self._gone.setdefault(path, now)
            if (picture.whole and not self.scanned.is_set()) or now - since >= self._limits.settle_seconds:
                told.append(path)
            else:
                self._looks.at(path, since + self._limits.settle_seconds)
        for path in (*told, *(path for path in self._gone if path not in gone and path in picture.known)):
            self._gone.pop(path, None)
        if told:
            await self._database.write(ledger.parting(self._settings.on_delete), self._context(), told)
            self._woken()

    async def _judge_some(self) -> bool:
        """A piece of what waits to be judged; whether there may be more."""
        try:
            # After a look that failed not all are stored yet; the next one judges what is new.
            return await self._docket.judge_some(new=not self._trouble)
        except DatabaseAway as error:
            self._fail(error)
            self._looks.everything("the last look failed")
            return False

    def _context(self) -> ledger.Context:
        return ledger.Context(self._origin, self._now())

    @staticmethod
    def _now() -> datetime:
        return datetime.now(UTC)


def _enter(session: Session, context: ledger.Context, outcome: Outcome) -> None:
    """The first transaction: moves before all, so that a path is free for what came to it."""
    if outcome.moved:
        ledger.move(session, context, outcome.moved)
    for fact in outcome.touched:
        ledger.touch(session, context, fact)
    for fact, prepared in outcome.stored:
        ledger.store(session, context, fact, prepared)
    for place, code, detail in outcome.failed:
        ledger.quarantine(session, context, place, code, detail)


def _under_ignored(ignore: Ignore, path: str) -> bool:
    """Whether the path or a folder above it is ignored."""
    parts = path.split("/")
    return any(ignore("/".join(parts[:end]), end < len(parts)) for end in range(1, len(parts) + 1))
