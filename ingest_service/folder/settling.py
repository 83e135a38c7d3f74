"""Whether a file is whole: nobody holds it open for writing, or, where that is not told, it kept still for a while."""

import signal
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
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


class Settling:
    """Remembers, per path, since when it is waited for.

    Times are seconds of `clock`, which never goes back; `wall` is the time of day in seconds, as files are dated.
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
        # In the order of reading, so that those that matter no more are the first.
        self._read_at: OrderedDict[str, float] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many files wait for their writer or for quiet."""
        return len(self._waits)

    def quiet_from(self, path: str) -> float:
        """When a path that was just reported may be looked at: at once, or after a pause when it was read just now."""
        now = self._clock()
        read = self._read_at.get(path)
        if read is None or now - read >= self._limits.settle_again_seconds:
            return now
        return now + self._limits.settle_seconds

    def is_whole(self, fact: FileFact) -> bool:
        """Whether the file may be read now; if not, it is to be looked at again."""
        now = self._clock()
        wait = self._waits.setdefault(fact.path, _Wait(now, now, fact))
        if wait.fact != fact:
            wait.fact, wait.still_since = fact, now
        written = scan.is_written(self._root / file_names.to_name(fact.path))
        still = max(now - wait.still_since, self._age(fact))
        whole = written is False or (written is None and still >= self._limits.settle_seconds)
        if whole or self.is_overdue(fact.path):
            self._read(fact.path, now)
            return True
        return False

    def _age(self, fact: FileFact) -> float:
        """For how many seconds the file has held still by its own dates; a date to come says nothing."""
        return self._wall() - max(fact.mtime_ns, fact.ctime_ns) / 1e9

    def is_overdue(self, path: str) -> bool:
        """Whether the file is read though it may not be whole, because it was waited for too long."""
        wait = self._waits.get(path)
        return wait is not None and self._clock() - wait.since >= self._limits.settle_max_seconds

    def forget(self, path: str) -> None:
        """The file is deleted or was read: a file of that name is waited for anew."""
        self._waits.pop(path, None)

    def keep(self, paths: Collection[str]) -> None:
        """These are all files there are: no other is waited for."""
        self._waits = {path: wait for path, wait in self._waits.items() if path in paths}

    def _read(self, path: str, now: float) -> None:
        self._read_at[path] = now
        self._read_at.move_to_end(path)
        while next(iter(self._read_at.values())) <= now - self._limits.settle_again_seconds:
            self._read_at.popitem(last=False)
