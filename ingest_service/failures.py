"""Why the folder cannot be brought in now: the last scan failed, or single paths are unavailable."""

import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TypeAlias

import structlog

from ingest_service.errors import DatabaseAway, SourceAway, WorkersUnavailable
from ingest_service.folder import folder_view, scan
from ingest_service.folder.folder_view import FolderDiff

# A single run ends with an error after so many failed scans in a row, all for the same reason.
MAX_FAILURES = 3
# So does the service when no worker can be started; after each failure it pauses for a tick.
MAX_WORKER_FAILURES = 30
log = structlog.get_logger()

# Why a scan may fail without a fault of the program.
FAILURES = (DatabaseAway, SourceAway, WorkersUnavailable, OSError)
Failure: TypeAlias = DatabaseAway | SourceAway | WorkersUnavailable


class Failures:
    """The failed scans in a row, and the paths that the scans found unavailable."""

    def __init__(self, root: Path, retry_seconds: float) -> None:
        self._root = root
        self._retry_seconds = retry_seconds
        self._retry_at = 0.0
        self._unavailable: dict[str, str] = {}
        self._count = 0
        self.last: Failure | None = None
        """Why the last scan failed; None if it succeeded."""

    def record(self, error: Failure | OSError) -> None:
        """Records a failed scan, and logs a reason that is new. Raises WorkersUnavailable again when it lasts."""
        failure = SourceAway(str(error)) if isinstance(error, OSError) else error
        if str(self.last) != str(failure):
            log.error("the folder cannot be brought in now", code=failure.code, reason=str(failure))
        self._count = self._count + 1 if type(self.last) is type(failure) else 1
        self.last = failure
        if isinstance(failure, WorkersUnavailable) and self._count >= MAX_WORKER_FAILURES:
            raise failure

    def clear(self) -> None:
        """Records that a scan of the whole folder succeeded."""
        self.last, self._count = None, 0

    def check(self) -> None:
        """Raises the failure that lasts."""
        if self.last is not None and self._count >= MAX_FAILURES:
            raise self.last

    def note_unavailable(self, diff: FolderDiff, paths: Sequence[str]) -> bool:
        """Replaces the unavailable paths among those scanned by the ones that this scan found.

        Returns whether a path is available again.
        """
        scanned = set(paths)
        kept = {} if diff.whole else self._unavailable.items()
        others = {path: why for path, why in kept if scanned.isdisjoint(scan.upwards(path))}
        before = self._unavailable
        self._unavailable = others | {entry.path: entry.why for entry in diff.seen.unavailable}
        for path in self._unavailable.keys() - before.keys():
            log.error("unavailable", path=path, reason=self._unavailable[path])
        return bool(before.keys() - self._unavailable.keys())

    def to_retry(self) -> Collection[str]:
        """The unavailable paths, once in a while: no event reports that they can be read."""
        now = time.monotonic()
        if not self._unavailable or now < self._retry_at:
            return ()
        self._retry_at = now + self._retry_seconds
        return self._unavailable.keys()

    def reasons(self) -> tuple[str, ...]:
        """The sentences that say what is degraded: the last scan, or single paths."""
        if self.last is not None:
            return (f"source unavailable: {self.last}" if isinstance(self.last, SourceAway) else str(self.last),)
        return folder_view.reasons(self._root, self._unavailable)
