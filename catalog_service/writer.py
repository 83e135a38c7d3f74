"""Group commit: what concurrent requests have to record goes into one transaction, drained by one task.

A durable commit costs the same for one event as for a thousand, so the writer takes all that wait each time it is free.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from catalog_service.db import Database
from catalog_service.errors import Busy

E = TypeVar("E")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[E, R]):
    entries: Sequence[E]
    done: "asyncio.Future[Sequence[R]]"


class Writer(Generic[E, R]):
    """Records entries in the order they came; `record` gives one result an entry, in their order.

    At most `limit` entries wait at any time, but a request that finds nobody waiting is always taken.
    """

    def __init__(
        self, database: Database, record: Callable[[Session, Sequence[E]], Sequence[R]], *, limit: int, together: int
    ) -> None:
        self._database = database
        self._record = record
        self._limit = limit
        self._together = together
        self._queue: deque[_Waiting[E, R]] = deque()
        self._wake = asyncio.Event()
        self.waiting = 0
        # Set by the next commit, and then replaced: take it before looking, wait for it after.
        self.commit = asyncio.Event()

    async def record(self, entries: Sequence[E]) -> Sequence[R]:
        """The results of these entries, once they are committed. Raises Busy, and what `record` or the commit raise."""
        if self.waiting and self.waiting + len(entries) > self._limit:
            raise Busy
        waiting: _Waiting[E, R] = _Waiting(entries, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self.waiting += len(entries)
        self._wake.set()
        return await waiting.done

    async def run(self) -> None:
        """Writes for ever, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._write(self._take())

    def _take(self) -> list[_Waiting[E, R]]:
        """The requests that go into the next transaction: all that wait, within reason, at least one."""
        taken = [self._queue.popleft()]
        size = len(taken[0].entries)
        while self._queue and size + len(self._queue[0].entries) <= self._together:
            taken.append(self._queue.popleft())
            size += len(taken[-1].entries)
        return taken

    async def _write(self, taken: Sequence[_Waiting[E, R]]) -> None:
        try:
            results = await self._database.write(self._record, [each for waiting in taken for each in waiting.entries])
        except Exception as error:  # noqa: BLE001  Each request that waits is told; the writer goes on.
            _fail(taken, error)
        else:
            self.commit.set()
            self.commit = asyncio.Event()
            _hand_out(taken, results)
        finally:
            self.waiting -= sum(len(each.entries) for each in taken)


def _fail(taken: Sequence[_Waiting[E, R]], error: Exception) -> None:
    for waiting in taken:
        if not waiting.done.done():
            waiting.done.set_exception(error)


def _hand_out(taken: Sequence[_Waiting[E, R]], results: Sequence[R]) -> None:
    start = 0
    for waiting in taken:
        end = start + len(waiting.entries)
        # A client that went away left a future that is cancelled; its events are recorded all the same.
        if not waiting.done.done():
            waiting.done.set_result(results[start:end])
        start = end
