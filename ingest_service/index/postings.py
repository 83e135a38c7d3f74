"""Sorted arrays of postings, pairs (fingerprint, article): which articles hold a fingerprint. Fast.

Log-structured (O'Neil et al., The log-structured merge-tree, 1996): new postings are a small run, runs of similar size
are merged, and long runs lie in unnamed files that are memory-mapped, so they occupy no memory of the process. The
first bits of a fingerprint give its partition; partitions are merged in turn, so no merge is long. The postings end
with the process, except for what a `checkpoint` has saved of them.
"""

import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from ingest_service.sameness.fingerprints import ranges

Values = npt.NDArray[np.int64]
Articles = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]
Content = npt.NDArray[np.uint8]
Starts = npt.NDArray[np.int32]

VALUE, ARTICLE, START = np.dtype("<i8"), np.dtype("<i4"), np.dtype("<i4")
PARTITIONS = 32
# Bits of a fingerprint after those that give its partition.
PARTITION_BITS = 59
# The first fingerprint of every partition but the first.
EDGES = np.array([(number << PARTITION_BITS) - (1 << 63) for number in range(1, PARTITIONS)], dtype=np.int64)
# Partitions merged at each `add`: a partition collects PARTITIONS / MERGED_PER_ADD new runs between two merges.
MERGED_PER_ADD = 8
# A run is not merged while it has this many times as many postings as all newer runs together.
SIZE_RATIO = 3
# The number of postings from which a run is mapped, and from which it has a filter.
MAPPED_FROM = 50_000
FILTERED_FROM = 10_000
# Prefixes in a bucket, which hold four to eight postings; in a bucket of more than LONG postings, where many prefixes
# are equal, a fingerprint is found by binary search.
BUCKET = 32
LONG = 64


@dataclass(frozen=True, slots=True)
class RunLocation:
    """Where a run is stored: a file of a checkpoint, and the byte at which the run starts."""

    file: str
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Postings sorted by fingerprint; those of one fingerprint in the order in which they were added.

    Long runs have a filter: one bit for each possible prefix, set if the run holds a fingerprint with that prefix
    (Bloom, 1970, with the fingerprint as its own hash). Most fingerprints asked for are in no run, and the filter
    answers for them. For the rest `bucket_starts` says where the fingerprints of a bucket of prefixes start: a binary
    search over the whole run would wait for memory at every step.
    """

    values: Values
    articles: Articles
    filter_bits: Content | None = None
    bucket_starts: Starts | None = None
    location: RunLocation | None = None

    def candidates(self, values: Values) -> Indices:
        """The indices of those values that this run may hold."""
        if self.filter_bits is None:
            return np.arange(len(values))
        prefixes = _prefixes(values, len(self.filter_bits))
        bits = self.filter_bits.take(prefixes >> 3) >> (prefixes & 7).astype(np.uint8)
        return (bits & 1).nonzero()[0]

    def locate(self, values: Values, most: int) -> tuple[Indices, Indices]:
        """For each value the range of postings, as start and length, that holds its first `most` and few others."""
        if self.filter_bits is None or self.bucket_starts is None:
            return self._search(values, most)
        buckets = _prefixes(values, len(self.filter_bits)) // BUCKET
        starts = self.bucket_starts.take(buckets).astype(np.int64)
        lengths = self.bucket_starts.take(buckets + 1) - starts
        long = (lengths > LONG).nonzero()[0]
        if len(long):
            starts[long], lengths[long] = self._search(values.take(long), most)
        return starts, lengths

    def _search(self, values: Values, most: int) -> tuple[Indices, Indices]:
        starts = self.values.searchsorted(values)
        return starts, np.minimum(self.values.searchsorted(values, side="right") - starts, most)


@dataclass(frozen=True, slots=True)
class Holders:
    """The articles that hold some values: the number found for each value, and the articles, value after value."""

    counts: Indices
    articles: Articles


@dataclass(slots=True)
class Postings:
    """All postings. Not safe for threads."""

    partitions: list[list[Run]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
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
        """The same postings for another thread. Runs are shared, since they never change."""
        return Postings([list(runs) for runs in self.partitions], self._next, self._deleted.copy())

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
        order = np.argsort(values, kind="stable")
        values, articles = values[order], articles[order].astype(np.int32)
        for number, (start, end) in enumerate(_partition_bounds(values)):
            if start < end:
                self.partitions[number].append(_run(values[start:end], articles[start:end]))
        for _ in range(MERGED_PER_ADD):
            self._merge_newest(self._next)
            self._next = (self._next + 1) % PARTITIONS

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
        nothing = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
        numbers, articles = zip(nothing, *postings, strict=True)
        return np.concatenate(numbers), np.concatenate(articles)

    def _grow(self, article: int) -> None:
        if article >= len(self._deleted):
            self._deleted = np.append(self._deleted, np.zeros(max(article + 1, len(self._deleted)), dtype=bool))

    def _merge_newest(self, number: int) -> None:
        """Merges the newest runs of a partition so that each run is much longer than all newer ones together."""
        runs = self.partitions[number]
        first, newer = len(runs), 0
        for index in reversed(range(len(runs))):
            if len(runs[index].values) < SIZE_RATIO * newer:
                first = index
            newer += len(runs[index].values)
        if first < len(runs):
            merged = _merged(runs[first:], self._deleted)
            runs[first:] = [_mapped_if_long(merged)] if len(merged.values) else []


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
        # A short run, as each single article adds them, holds none of the values in most cases.
        if lengths.any():
            numbers, positions = ranges(starts, lengths)
            equal = (run.values.take(positions) == searched.take(numbers)).nonzero()[0]
            yield hits.take(numbers.take(equal)), run.articles.take(positions.take(equal))


def _merged(runs: list[Run], deleted: npt.NDArray[np.bool_]) -> Run:
    values = np.concatenate([run.values for run in runs])
    articles = np.concatenate([run.articles for run in runs])
    is_deleted = deleted[articles]
    if is_deleted.any():
        values, articles = values[~is_deleted], articles[~is_deleted]
    # A stable sort finds the sorted stretches and merges them.
    order = np.argsort(values, kind="stable")
    return _run(values[order], articles[order])


def _run(values: Values, articles: Articles) -> Run:
    """A run of sorted postings, with a filter if it is long."""
    size = _filter_size(len(values))
    if size == 0:
        return Run(values, articles)
    prefixes = _prefixes(values, size)
    bits = np.zeros(8 * size, dtype=bool)
    bits[prefixes] = True
    starts = np.zeros(_bucket_starts_count(size), dtype=START)
    np.cumsum(np.bincount(prefixes // BUCKET, minlength=len(starts) - 1), out=starts[1:])
    return Run(values, articles, np.packbits(bits, bitorder="little"), starts)


def _filter_size(length: int) -> int:
    """The bytes of the filter of a run with `length` postings: a power of two, at least four bits for a posting."""
    return max(BUCKET // 8, 1 << (length // 2 - 1).bit_length()) if length >= FILTERED_FROM else 0


def _bucket_starts_count(size: int) -> int:
    """The number of bucket starts for a filter of `size` bytes: one for each bucket, and the end."""
    return 8 * size // BUCKET + 1 if size else 0


def _prefixes(values: Values, size: int) -> Indices:
    """The prefix of each value: its first bits after those of the partition, as many as number the filter's bits."""
    mask = 8 * size - 1
    return ((values >> (PARTITION_BITS - mask.bit_length())) & mask).astype(np.int64, copy=False)


def _mapped_if_long(run: Run) -> Run:
    """The run; if it is long, mapped from an unnamed file."""
    if len(run.values) < MAPPED_FROM:
        return run
    with tempfile.TemporaryFile() as file:
        write(file, run)
        file.flush()
        return run_in(mapped(file), 0, len(run.values))


def write(file: BinaryIO, run: Run) -> None:
    """Writes the postings of a run as `run_in` reads them."""
    run.values.astype(VALUE, copy=False).tofile(file)
    run.articles.astype(ARTICLE, copy=False).tofile(file)
    if run.filter_bits is not None and run.bucket_starts is not None:
        run.filter_bits.tofile(file)
        run.bucket_starts.tofile(file)


def mapped(file: BinaryIO) -> Content:
    """The content of a file, memory-mapped. The file may be closed afterwards."""
    return np.memmap(file, dtype=np.uint8, mode="r").view(np.ndarray)


def run_in(content: Content, start: int, length: int, location: RunLocation | None = None) -> Run:
    """The run of `length` postings that starts at byte `start`. Raises ValueError when the content is too short."""
    size = _filter_size(length)
    sizes = (length * VALUE.itemsize, length * ARTICLE.itemsize, size, _bucket_starts_count(size) * START.itemsize)
    ends = list(itertools.accumulate(sizes, initial=start))
    if ends[-1] > len(content):
        raise ValueError(f"{ends[-1]} bytes are needed, {len(content)} are there")
    values, articles, filter_bits, starts = (content[begin:end] for begin, end in itertools.pairwise(ends))
    run = Run(values.view(VALUE), articles.view(ARTICLE), location=location)
    return replace(run, filter_bits=filter_bits, bucket_starts=starts.view(START)) if size else run
