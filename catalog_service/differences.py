"""Computes the diffs that requests ask for: in threads of its own, outside of transactions, and keeps the last ones.

So a long diff holds up neither the event loop nor the threads that read the database. The short diffs of feeds are kept
too, but computed in the thread that reads the feed.
"""

import asyncio
import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias, TypeVar

from sqlalchemy.orm import Session

from catalog_service import diffing, document_versions
from catalog_service.diff_resources import Diff
from catalog_service.document_versions import VersionName
from catalog_service.resources import Version
from catalog_service.store.db import Database

T = TypeVar("T")
Use = Callable[[Version, Version, Diff], T]
Names: TypeAlias = tuple[VersionName, VersionName]

THREADS = 2
# Of the comparisons that are kept: an operation takes about 300 bytes, a comparison as much as this many operations.
MOST_OPERATIONS = 100_000
OPERATIONS_BESIDE = 4


class Differences:
    """The diffs of versions; `close` ends its threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="catalog-diff")
        self._comparisons = Comparisons()

    async def between(self, first: VersionName, second: VersionName, use: Use[T]) -> T:
        """What `use` makes of two versions and their diff, in a thread. Raises NotFound, Redacted."""
        versions = await self._database.read(_both, first, second)
        whole = functools.partial(self._used, *versions, use)
        return await asyncio.get_running_loop().run_in_executor(self._threads, whole)

    def compare(self, before: Version, after: Version) -> Diff:
        """The diff of two versions, computed in this thread unless it is kept."""
        return document_versions.described(before, after, self._comparisons.compare(before, after))

    def _used(self, before: Version, after: Version, use: Use[T]) -> T:
        return use(before, after, self.compare(before, after))

    def close(self) -> None:
        """Waits for the threads."""
        self._threads.shutdown()


def _both(session: Session, first: VersionName, second: VersionName) -> tuple[Version, Version]:
    return document_versions.version(session, *first), document_versions.version(session, *second)


class Comparisons:
    """The last comparisons by the two versions, up to a number of operations in total. For several threads."""

    def __init__(self, most: int = MOST_OPERATIONS) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Names, diffing.Comparison] = OrderedDict()
        self._running: dict[Names, Future[diffing.Comparison]] = {}
        self._lock = threading.Lock()

    def compare(self, before: Version, after: Version) -> diffing.Comparison:
        """The comparison of the texts of two versions, which never change.

        A thread waits for a comparison that another one computes.
        """
        names = (before.id, before.version), (after.id, after.version)
        with self._lock:
            if names in self._kept:
                self._kept.move_to_end(names)
                return self._kept[names]
            running = self._running.get(names)
            if running is None:
                own = self._running[names] = Future()
        return running.result() if running else self._compute(names, own, before.text, after.text)

    def _compute(self, names: Names, own: Future[diffing.Comparison], first: str, second: str) -> diffing.Comparison:
        """Computes a comparison, keeps it, and gives it to the threads that wait for it."""
        try:
            comparison = diffing.compare(first, second)
        except BaseException as error:
            with self._lock:
                del self._running[names]
            own.set_exception(error)
            raise
        with self._lock:
            del self._running[names]
            self._keep(names, comparison)
        own.set_result(comparison)
        return comparison

    def _keep(self, names: Names, comparison: diffing.Comparison) -> None:
        self._kept[names] = comparison
        self._size += _size(comparison)
        while self._size > self._most:
            self._size -= _size(self._kept.popitem(last=False)[1])

    def __len__(self) -> int:
        return len(self._kept)


def _size(comparison: diffing.Comparison) -> int:
    return len(comparison.ops) + OPERATIONS_BESIDE
