"""The broadcast of changes: each new entry of the change log is read once for all readers that wait in this process.

The last entries are kept in memory. A reader is a position and no more: one that fell behind reads the database again,
so a slow reader holds no memory.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from catalog_service import changes, resources
from catalog_service.changes import Batch, Position
from catalog_service.errors import DatabaseAway, DatabaseUnusable, TooManyReaders
from catalog_service.store.db import Database
from catalog_service.store.point_reads import PointReader

# How many of the last entries are kept, about 500 bytes each.
RECENT = 2_000
# Up to so many new entries are read without a thread: for them the change of threads would take most of the time.
FEW = 100
log = structlog.get_logger()


class Broadcast:
    """Hands new changes to waiting readers. `run` reads whenever `wake` was called, while there are readers."""

    def __init__(self, database: Database, points: PointReader, *, limit: int) -> None:
        self._database = database
        self._points = points
        self._limit = limit
        self._wake = asyncio.Event()
        # Set when changes have arrived, and then replaced.
        self._arrival = asyncio.Event()
        # The entries with a `seq` above `_start` and up to `_end`.
        self._recent: deque[resources.Change] = deque()
        self._epoch, self._start, self._end = "", 0, 0
        self.readers = 0
        """How many readers there are."""
        self.closed = False
        """Whether readers shall end."""

    def wake(self) -> None:
        """Has new changes read soon."""
        self._wake.set()

    def close(self) -> None:
        """Ends every wait for changes, now and later."""
        self.closed = True
        self._arrival.set()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Counts a reader for as long as the block lasts. Raises TooManyReaders."""
        if self.readers >= self._limit:
            raise TooManyReaders(f"{self._limit:,} readers wait for changes already; try again later.")
        self.readers += 1
        # Without readers no changes were read into memory.
        self.wake()
        try:
            yield
        finally:
            self.readers -= 1

    async def run(self) -> None:
        """Reads new changes until it is cancelled. While the database is away, readers wait."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.readers:
                try:
                    self._keep(await self._read_news())
                except (DatabaseAway, DatabaseUnusable) as error:
                    log.warning("changes not read", reason=str(error))

    async def _read_news(self) -> changes.News:
        """What is new. Raises DatabaseAway, DatabaseUnusable."""
        news = await self._points.read(changes.news, self._epoch, self._end, FEW)
        if news.start > self._end and news.snapshot.epoch == self._epoch:
            # More than a few, which would keep the event loop busy.
            return await self._database.read(changes.news, self._epoch, self._end, RECENT)
        return news

    def _keep(self, news: changes.News) -> None:
        if (news.snapshot.epoch, news.snapshot.seq) == (self._epoch, self._end):
            return
        if (news.snapshot.epoch, news.start) != (self._epoch, self._end):
            # Entries between the kept ones and the new ones were left out, or the catalog was restored.
            self._recent.clear()
            self._start = news.start
        self._epoch, self._end = news.snapshot.epoch, news.snapshot.seq
        self._recent.extend(news.changes)
        while len(self._recent) > RECENT:
            self._start = changes.seq_of(self._recent.popleft())
        self._arrival.set()
        self._arrival = asyncio.Event()

    async def after(self, position: Position, limit: int) -> Batch:
        """The first `limit` changes after a position, from memory if they are recent.

        Raises CursorExpired, DatabaseAway, DatabaseUnusable.
        """
        if position.epoch != self._epoch or not self._start <= position.seq <= self._end:
            return await self._database.read(changes.after, position, limit)
        newest_first = itertools.takewhile(lambda change: changes.seq_of(change) > position.seq, reversed(self._recent))
        selected = [change for change in newest_first if position.filter.selects(change)]
        return changes.batch(selected[::-1], position, self._end, limit)

    async def wait(self, position: Position) -> None:
        """Waits until there are changes after the position, in its filter or not, or until readers shall end."""
        while not self.closed and self._epoch in ("", position.epoch) and position.seq >= self._end:
            await self._arrival.wait()
