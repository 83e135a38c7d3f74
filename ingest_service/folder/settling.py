"""Decides whether a file has settled: no process has it open for writing, or it has not changed for a while."""

import errno
import fcntl
import os
import signal
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ingest_service import file_names
from ingest_service.folder import scan
from ingest_service.folder.scan import FileFact
from ingest_service.settings import Limits


@dataclass(slots=True)
class _Wait:
    since: float
    still_since: float
    fact: FileFact


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts by which a file may be read; `is_current` if they are newer than every event received before them."""

    fact: FileFact
    is_current: bool


class Settling:
    """Remembers since when each path waits for its writer.

    Times are seconds of the monotonic `clock`; `wall` is the time of day in seconds, to compare with times of files.
    """

    def __init__(
        self, root: Path, limits: Limits, clock: Callable[[], float], wall: Callable[[], float] = time.time
    ) -> None:
        # A writer that opens a file while we hold a lease on it sends SIGIO, whose default action ends the process.
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        self._root = root
        self._limits = limits
        self._clock = clock
        self._wall = wall
        self._waits: dict[str, _Wait] = {}
        # In the order of reading, so that outdated entries come first.
        self._read_at: OrderedDict[str, float] = OrderedDict()

    @property
    def waiting(self) -> int:
        """The number of files that have not settled yet."""
        return len(self._waits)

    def quiet_from(self, path: str) -> float:
        """When a path that was just reported may be scanned: now, or after a pause if it was read a moment ago."""
        now = self._clock()
        read = self._read_at.get(path)
        if read is None or now - read >= self._limits.settle_again_seconds:
            return now
        return now + self._limits.settle_seconds

    def settled(self, fact: FileFact) -> Settled | None:
        """The facts by which the file may be read now: it has settled, or has waited for the longest time; else None.

        They are newer than those of the scan, which may have seen the file just before its writer closed it.
        """
        now = self._clock()
        wait = self._waits.setdefault(fact.path, _Wait(now, now, fact))
        if wait.fact != fact:
            wait.fact, wait.still_since = fact, now
        seen = unwritten(self._root / file_names.to_name(fact.path))
        still = max(now - wait.still_since, self._age(fact))
        is_still = seen is Writer.UNKNOWN and still >= self._limits.settle_seconds
        if not (isinstance(seen, os.stat_result) or is_still or self.is_overdue(fact.path)):
            return None
        self._read(fact.path, now)
        latest = scan.fact_of(fact.path, seen) if isinstance(seen, os.stat_result) else None
        # Another file that has replaced it may have come from elsewhere: the next scan compares it.
        if latest is not None and latest.identity == fact.identity:
            return Settled(latest, is_current=True)
        return Settled(fact, is_current=False)

    def _age(self, fact: FileFact) -> float:
        """Seconds since the last change by the times of the file; negative if they are in the future."""
        return self._wall() - max(fact.mtime_ns, fact.ctime_ns) / 1e9

    def is_overdue(self, path: str) -> bool:
        """Whether the file has waited for the longest time, so that it is read even if it may not be whole."""
        wait = self._waits.get(path)
        return wait is not None and self._clock() - wait.since >= self._limits.settle_max_seconds

    def forget(self, path: str) -> None:
        """Ends the wait of a path whose file was read or deleted."""
        self._waits.pop(path, None)

    def keep(self, paths: Collection[str]) -> None:
        """Ends the waits of all paths but these, which are all files in the folder."""
        self._waits = {path: wait for path, wait in self._waits.items() if path in paths}

    def _read(self, path: str, now: float) -> None:
        self._read_at[path] = now
        self._read_at.move_to_end(path)
        while next(iter(self._read_at.values())) <= now - self._limits.settle_again_seconds:
            self._read_at.popitem(last=False)


class Writer(Enum):
    """Why it is not certain that a file is complete: it has a writer, or the file system does not say."""

    PRESENT = 1
    UNKNOWN = 2


def unwritten(path: Path) -> os.stat_result | Writer:
    """What a file is like while no process has it open for writing.

    A read lease is refused (EAGAIN) while there is a writer, and makes a later one wait; it is released at once. SIGIO
    must be ignored: else a writer that opens the file during the lease ends this process.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return Writer.UNKNOWN
    try:
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        facts = os.fstat(number)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return Writer.PRESENT if error.errno == errno.EAGAIN else Writer.UNKNOWN
    else:
        return facts
    finally:
        os.close(number)
