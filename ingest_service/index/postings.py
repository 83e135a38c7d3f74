"""Sorted arrays of postings, pairs (fingerprint, article): which articles hold a fingerprint. Fast.

Log-structured (O'Neil et al., The log-structured merge-tree, 1996): new postings are a small run, runs of similar size
are merged, and long runs lie in unnamed files that are memory-mapped, so they occupy no memory of the process. The
first bits of a fingerprint give its partition; partitions are merged in turn, so no merge is long. The newest postings
are in a few runs outside of the partitions, since an article has few fingerprints for each of these. The postings end
with the process, except for what a `checkpoint` has saved of them.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ingest_service.index.runs import (
    NO_POSTINGS,
    PARTITION_BITS,
    Articles,
    Indices,
    Run,
    Values,
    filtered,
    mapped_if_long,
)
from ingest_service.sameness.fingerprints import ranges

PARTITIONS = 32
# The first fingerprint of every partition but the first.
EDGES = np.array([(number << PARTITION_BITS) - (1 << 63) for number in range(1, PARTITIONS)], dtype=np.int64)
# Partitions merged at each `add`: a partition collects PARTITIONS / MERGED_PER_ADD new runs between two merges.
MERGED_PER_ADD = 8
# So many newest postings, those of some four hundred articles, are distributed among the partitions. A search
# looks into each run of nearly every partition, and a short run takes it as long as one of some thousand postings.
DISTRIBUTED_FROM = 40_000
# A run is not merged while it has this many times as many postings as all newer runs together.
SIZE_RATIO = 3


@dataclass(frozen=True, slots=True)
class Holders:
    """The articles that hold some values: the number found for each value, and the articles, value after value."""

    counts: Indices
    articles: Articles


@dataclass(slots=True)
class Postings:
    """All postings. Not safe for threads."""

    partitions: list[list[Run]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
    newest: list[Run] = field(default_factory=list)
    _next: int = 0
    # Whether an article is deleted, by its id.
    _deleted: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1_024, dtype=bool))

    @classmethod
    def restored(cls, partitions: Sequence[Sequence[Run]], highest: int, deleted: Sequence[int]) -> "Postings":
        """The postings of which `partitions`, `highest` and `deleted()` were saved."""
        postings = cls([list(runs) for runs in partitions])
        postings._grow(highest)
        for article in deleted:
            postings.delete(article)
        return postings

    def copy(self) -> "Postings":
        """The same postings, of which one may change without the other. Runs are shared, since they never change."""
        partitions = [list(runs) for runs in self.partitions]
        return Postings(partitions, list(self.newest), self._next, self._deleted.copy())

    @property
    def highest(self) -> int:
        """A number that no article id exceeds."""
        return len(self._deleted) - 1

    def deleted(self) -> tuple[int, ...]:
        """The ids of deleted articles."""
        return tuple(np.flatnonzero(self._deleted).tolist())

    def replace(self, written: Mapping[Run, Run]) -> None:
        """Replaces runs by equal ones that are read from a checkpoint; ignores runs that were merged meanwhile."""
        self.partitions = [[written.get(run, run) for run in runs] for runs in self.partitions]

    def add(self, values: Values, articles: Articles) -> None:
        """Adds postings, in any order, and merges some partitions."""
        self._grow(int(articles.max(initial=0)))
        self._deleted[articles] = False
        if len(values):
            self.newest.append(Run.of(values, articles))
        if sum(len(run.values) for run in self.newest) >= DISTRIBUTED_FROM:
            self.distribute()
        self._merge_newest(self.newest)
        for _ in range(MERGED_PER_ADD):
            self._merge_partition(self._next)
            self._next = (self._next + 1) % PARTITIONS

    def distribute(self) -> None:
        """Moves the newest postings into their partitions."""
        newest, self.newest = _joined(self.newest, self._deleted), []
        for number, (start, end) in enumerate(_partition_bounds(newest.values)):
            if start < end:
                self.partitions[number].append(filtered(newest.values[start:end], newest.articles[start:end]))

    def delete(self, article: int) -> None:
        """Deletes an article. Its postings are removed by the next merge of their runs."""
        self._grow(article)
        self._deleted[article] = True

    def find(self, values: Values, most: int) -> Holders:
        """The articles that hold each of the values, which are sorted and distinct.

        At least `most` articles are found for a value, if it has as many: the first ones added, or nearly so where
        earlier ones were deleted.
        """
        numbers, articles = self._find_all(values, most)
        alive, depth = ~self._deleted[articles], most
        # The first postings of a value may all be of deleted articles: look further for such values.
        while len(short := _cut_short(numbers, alive, most, depth)):
            depth *= SIZE_RATIO
            again, more = self._find_all(values[short], depth)
            rest = ~np.isin(numbers, short)
            numbers, articles = np.concatenate((numbers[rest], short[again])), np.concatenate((articles[rest], more))
            alive = ~self._deleted[articles]
        # Value and article in one number are sorted four times as fast as by two keys; stable sort merges the runs.
        both = np.sort(numbers[alive] << 32 | articles[alive], kind="stable")
        return Holders(np.bincount(both >> 32, minlength=len(values)), (both & 0xFFFFFFFF).astype(np.int32))

    def _find_all(self, values: Values, most: int) -> tuple[Indices, Articles]:
        """The first `most` postings of each value in each run, deleted or not, as number of the value and article."""
        postings = [
            (start + numbers, articles)
            for runs, (start, end) in zip(self.partitions, _partition_bounds(values), strict=True)
            for numbers, articles in _find_in(runs if start < end else (), values[start:end], most)
        ]
        nothing = (np.zeros(0, dtype=np.int64), NO_POSTINGS.articles)
        numbers, articles = zip(nothing, *postings, *_find_in(self.newest, values, most), strict=True)
        return np.concatenate(numbers), np.concatenate(articles)

    def _grow(self, article: int) -> None:
        if article >= len(self._deleted):
            self._deleted = np.append(self._deleted, np.zeros(max(article + 1, len(self._deleted)), dtype=bool))

    def _merge_partition(self, number: int) -> None:
        runs = self.partitions[number]
        if self._merge_newest(runs):
            runs[-1] = mapped_if_long(filtered(runs[-1].values, runs[-1].articles))

    def _merge_newest(self, runs: list[Run]) -> bool:
        """Merges the newest ones of some runs so that each run is much longer than all newer ones together.

        Returns whether the last one is new. It has no filter.
        """
        first, newer = len(runs), 0
        for index in reversed(range(len(runs))):
            if len(runs[index].values) < SIZE_RATIO * newer:
                first = index
            newer += len(runs[index].values)
        if first == len(runs):
            return False
        merged = _joined(runs[first:], self._deleted)
        runs[first:] = [merged] if len(merged.values) else []
        return len(merged.values) > 0


def _partition_bounds(values: Values) -> Iterator[tuple[int, int]]:
    """Where the values of each partition start and end; `values` are sorted."""
    return itertools.pairwise([0, *np.searchsorted(values, EDGES).tolist(), len(values)])


def _cut_short(numbers: Indices, alive: npt.NDArray[np.bool_], most: int, depth: int) -> Indices:
    """The values with fewer than `most` articles alive that may have more behind the first `depth` postings."""
    if alive.all():
        return np.zeros(0, dtype=np.int64)
    read = np.bincount(numbers)
    return np.flatnonzero((read >= depth) & (np.bincount(numbers[alive], minlength=len(read)) < most))


def _find_in(runs: Iterable[Run], values: Values, most: int) -> Iterator[tuple[Indices, Articles]]:
    """For each run the postings it holds of the values: the number of the value, and the article."""
    for run in runs:
        hits = run.candidates(values)
        starts, lengths = run.locate(searched := values.take(hits), most)
        # A short run holds none of the values in most cases.
        if lengths.any():
            numbers, positions = ranges(starts, lengths)
            equal = (run.values.take(positions) == searched.take(numbers)).nonzero()[0]
            yield hits.take(numbers.take(equal)), run.articles.take(positions.take(equal))


def _joined(runs: Iterable[Run], deleted: npt.NDArray[np.bool_]) -> Run:
    """The postings of some runs, the oldest first, without those of deleted articles."""
    whole = [NO_POSTINGS, *runs]
    values = np.concatenate([run.values for run in whole])
    articles = np.concatenate([run.articles for run in whole])
    is_deleted = deleted[articles]
    if is_deleted.any():
        values, articles = values[~is_deleted], articles[~is_deleted]
    return Run.of(values, articles)
