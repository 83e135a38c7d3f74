"""Group commit: one task records the events of concurrent requests in shared transactions.

A durable commit costs the same for one event as for a thousand, so each transaction takes every request that waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from catalog_service.errors import Busy, DatabaseAway, DatabaseUnusable, Stopping
from catalog_service.store.db import Database

E = TypeVar("E")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[E, R]):
    entries: Sequence[E]
    done: "asyncio.Future[Sequence[R]]"


class Writer(Generic[E, R]):
    """Records entries in the order they came; `record` gives one result an entry, in their order.

    At most `limit` entries wait at any time, but a request is always accepted while no other waits. A transaction has
    at most `together` entries, unless a single request has more. After each commit it calls `committed`.
    """

    def __init__(
        self,
        database: Database,
        record: Callable[[Session, Sequence[E]], Sequence[R]],
        *,
        limit: int,
        together: int,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._record = record
        self._committed = committed
        self._limit = limit
        self._together = together
        self._queue: deque[_Waiting[E, R]] = deque()
        self._wake = asyncio.Event()
        self._ended = False
        self.waiting = 0
        """How many entries wait."""

    async def record(self, entries: Sequence[E]) -> Sequence[R]:
        """The results of these entries, once they are committed.

        Raises Busy, Stopping when `run` has ended, and what `record` or the commit raise.
        """
        if self._ended:
            raise Stopping
        if self.waiting and self.waiting + len(entries) > self._limit:
            raise Busy
        waiting: _Waiting[E, R] = _Waiting(entries, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self.waiting += len(entries)
        self._wake.set()
        return await waiting.done

    async def run(self) -> None:
        """Writes until it is cancelled. At its end, also by a fault, requests that wait are answered with Stopping."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await self._answer(self._take())
        finally:
            self._ended = True
            _fail(self._queue, Stopping())

    def _take(self) -> list[_Waiting[E, R]]:
        """The requests of the next transaction: as many as `together` allows, at least one."""
        taken = [self._queue.popleft()]
        size = len(taken[0].entries)
        while self._queue and size + len(self._queue[0].entries) <= self._together:
            taken.append(self._queue.popleft())
            size += len(taken[-1].entries)
        return taken

    async def _answer(self, taken: Sequence[_Waiting[E, R]]) -> None:
        try:
            await self._write(taken)
        finally:
            self.waiting -= sum(len(waiting.entries) for waiting in taken)
            # A request without an answer here would get none later: the writer is ending.
            _fail(taken, Stopping())

    async def _write(self, taken: Sequence[_Waiting[E, R]]) -> None:
        """Records the requests in one transaction; if a fault ends it, each in one of its own, for one may cause it."""
        try:
            results = await self._database.write(self._record, [each for waiting in taken for each in waiting.entries])
        except (DatabaseAway, DatabaseUnusable) as error:
            _fail(taken, error)
        except Exception as error:  # noqa: BLE001  The request at fault fails; the writer continues.
            if len(taken) == 1:
                _fail(taken, error)
                return
            for waiting in taken:
                await self._write([waiting])
        else:
            self._committed()
            _hand_out(taken, results)


def _fail(requests: Iterable[_Waiting[E, R]], error: Exception) -> None:
    """Answers every request that has no answer yet with the error."""
    for waiting in requests:
        if not waiting.done.done():
            waiting.done.set_exception(error)


def _hand_out(taken: Sequence[_Waiting[E, R]], results: Sequence[R]) -> None:
    start = 0
    for waiting in taken:
        end = start + len(waiting.entries)
        # The future of a client that disconnected is cancelled; its events are recorded all the same.
        if not waiting.done.done():
            waiting.done.set_result(results[start:end])
        start = end
