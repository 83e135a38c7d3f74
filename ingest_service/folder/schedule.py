"""Which paths are to be looked at, and when: what watcher, timer and unsettled files ask for, each path once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress


class Looks:
    """Paths with the moment, in seconds of `clock`, from which each may be looked at. Used in the event loop only."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due: dict[str, float] = {}
        self._everything: str | None = None
        self._woken = asyncio.Event()

    def soon(self, path: str) -> None:
        """Look at the path now."""
        self.at(path, self._clock())

    def at(self, path: str, moment: float) -> None:
        """Look at the path from `moment` on; the last word counts."""
        self._due[path] = moment
        self._woken.set()

    def everything(self, why: str) -> None:
        """Look at the whole folder."""
        self._everything = why
        self._woken.set()

    def waiting(self) -> bool:
        """Whether there is anything left to look at, now or later."""
        return bool(self._due) or self._everything is not None

    async def next(self, longest: float) -> None:
        """Waits until something is due, `longest` seconds at most."""
        end = self._clock() + longest
        while not self._is_due() and self._clock() < end:
            self._woken.clear()
            until = min([end, *self._due.values()])
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, until - self._clock())):
                    await self._woken.wait()

    def take(self) -> tuple[str | None, list[str]]:
        """Why to look at everything, or None; and the paths that are due. Both are forgotten here."""
        why, self._everything = self._everything, None
        ready = self._ready()
        for path in ready:
            del self._due[path]
        return why, ready

    def _is_due(self) -> bool:
        return self._everything is not None or bool(self._ready())

    def _ready(self) -> list[str]:
        now = self._clock()
        return [path for path, due in self._due.items() if due <= now]
