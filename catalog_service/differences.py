"""Computes the diffs that requests ask for: in threads of its own, outside of transactions, and keeps the last ones.

So a long diff holds up neither the event loop nor the threads that read the database.
"""

import asyncio
import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.orm import Session

from catalog_service import diffing, document_versions
from catalog_service.document_versions import VersionName
from catalog_service.resources import Diff, Version
from catalog_service.store.db import Database

T = TypeVar("T")
Use = Callable[[Version, Version, Diff], T]

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

    def _used(self, before: Version, after: Version, use: Use[T]) -> T:
        comparison = self._comparisons.compare(before, after)
        return use(before, after, document_versions.described(before, after, comparison))

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
        self._kept: OrderedDict[tuple[VersionName, VersionName], diffing.Comparison] = OrderedDict()
        self._lock = threading.Lock()

    def compare(self, before: Version, after: Version) -> diffing.Comparison:
        """The comparison of the texts of two versions, which never change."""
        names = (before.id, before.version), (after.id, after.version)
        with self._lock:
            if names in self._kept:
                self._kept.move_to_end(names)
                return self._kept[names]
        comparison = diffing.compare(before.text, after.text)
        with self._lock:
            if names not in self._kept:
                self._size += _size(comparison)
            self._kept[names] = comparison
            while self._size > self._most:
                self._size -= _size(self._kept.popitem(last=False)[1])
        return comparison

    def __len__(self) -> int:
        return len(self._kept)


def _size(comparison: diffing.Comparison) -> int:
    return len(comparison.ops) + OPERATIONS_BESIDE
