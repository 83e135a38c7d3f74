"""Which paths to scan, and when: as watcher, timer and unsettled files request it, each path once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


class ScanSchedule:
    """Paths, each with the moment, in seconds of `clock`, from which it is due. Used in the event loop only."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._reason: str | None = None
        self._woken = asyncio.Event()

    def scan_now(self, path: str) -> None:
        """Schedules the path at once."""
        self.scan_at(path, self._clock())

    def scan_at(self, path: str, moment: float) -> None:
        """Schedules the path from `moment` on, instead of an earlier schedule of it."""
        self._due[path] = moment
        self._woken.set()

    def scan_later(self, path: str, moment: float) -> None:
        """Schedules a path that was taken from `moment` on, unless it was scheduled since.

        The close of a file may be reported while the file is scanned and seen open.
        """
        self._due.setdefault(path, moment)
        self._woken.set()

    def cancel(self, path: str) -> None:
        """Forgets that a path is scheduled: what was reported of it is known."""
        self._due.pop(path, None)

    def scan_all(self, reason: str) -> None:
        """Schedules the whole folder at once; `reason` is for the log."""
        self._reason = reason
        self._woken.set()

    def is_pending(self) -> bool:
        """Whether anything is scheduled, now or later."""
        return bool(self._due) or self._reason is not None

    async def wait(self, limit: float) -> None:
        """Waits until something is due, `limit` seconds at most."""
        end = self._clock() + limit
        while not self._is_due() and self._clock() < end:
            self._woken.clear()
            until = min([end, *self._due.values()])
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, until - self._clock())):
                    await self._woken.wait()

    def take(self) -> tuple[str | None, list[str]]:
        """Removes what is due: the reason to scan the whole folder, or None; and the paths."""
        reason, self._reason = self._reason, None
        paths = self._due_paths()
        for path in paths:
            del self._due[path]
        return reason, paths

    def _is_due(self) -> bool:
        return self._reason is not None or bool(self._due_paths())

    def _due_paths(self) -> list[str]:
        now = self._clock()
        return [path for path, due in self._due.items() if due <= now]
