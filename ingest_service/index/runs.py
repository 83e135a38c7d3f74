"""Runs: arrays of postings that are sorted by fingerprint and never change, in memory or mapped from a file."""

import itertools
import tempfile
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.int64]
Articles = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]
Content = npt.NDArray[np.uint8]
Starts = npt.NDArray[np.int32]

VALUE, ARTICLE, START = np.dtype("<i8"), np.dtype("<i4"), np.dtype("<i4")
# Bits of a fingerprint after those that give its partition.
PARTITION_BITS = 59
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

    @classmethod
    def of(cls, values: Values, articles: Articles) -> "Run":
        """A run of postings in any order."""
        # A stable sort finds the sorted stretches and merges them.
        order = np.argsort(values, kind="stable")
        return cls(values[order], articles[order].astype(np.int32, copy=False))

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


NO_POSTINGS = Run.of(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))


def filtered(values: Values, articles: Articles) -> Run:
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


def mapped_if_long(run: Run) -> Run:
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
