"""Decides whether a file has settled: no process has it open for writing, or it has not changed for a while."""

import errno
import fcntl
import os
import signal
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from ingest_service import file_names
from ingest_service.folder.scan import FileFact
from ingest_service.settings import Limits


@dataclass(slots=True)
class _Wait:
    since: float
    still_since: float
    fact: FileFact


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

    def is_whole(self, fact: FileFact) -> bool:
        """Whether the file may be read now: it has settled, or has waited for the longest time."""
        now = self._clock()
        wait = self._waits.setdefault(fact.path, _Wait(now, now, fact))
        if wait.fact != fact:
            wait.fact, wait.still_since = fact, now
        written = is_written(self._root / file_names.to_name(fact.path))
        still = max(now - wait.still_since, self._age(fact))
        whole = written is False or (written is None and still >= self._limits.settle_seconds)
        if whole or self.is_overdue(fact.path):
            self._read(fact.path, now)
            return True
        return False

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


def is_written(path: Path) -> bool | None:
    """Whether a process has the file open for writing; None if the file system cannot say.

    A read lease is refused (EAGAIN) while there is a writer, and is released at once. SIGIO must be ignored: else a
    writer that opens the file during the lease ends this process.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    else:
        return False
    finally:
        os.close(number)
