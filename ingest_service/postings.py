"""Sorted arrays of (fingerprint, article): whom a fingerprint leads to, fast.

Log-structured (O'Neil et al., The log-structured merge-tree, 1996): what is new is a small array, arrays of like size
are merged, large ones lie in files without a name that are mapped, so that they are no memory of ours. Split by the
first bits of the fingerprint into parts that are tidied in turns, so no merge is long. They are gone with the process,
but for what a `checkpoint` keeps of them.
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
PARTS = 32
# Bits of a fingerprint behind those that tell its part.
PART_BITS = 59
EDGES = np.array([(part << PART_BITS) - (1 << 63) for part in range(1, PARTS)], dtype=np.int64)
# Parts tidied with each batch: so many batches divided by this pile up in a part.
TIDIED = 8
# An array stays as it is while it is so many times longer than all that came after it.
GROWTH = 3
MAPPED_FROM = 50_000
MARKED_FROM = 10_000
# So many beginnings are looked through together, which are four to eight postings; where many more share them, a
# fingerprint is searched for.
BUCKET = 32
LONG = 64


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run lies: a file of a checkpoint, and from which byte on."""

    file: str
    start: int


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Postings in order of the fingerprint; those of one fingerprint in the order in which they came.

    Long ones are marked: a bit for each beginning that a fingerprint may have says whether some has it (Bloom, 1970,
    with the fingerprint as its own hash). Most of what is asked for is nowhere, and then nothing has to be looked for.
    The rest is looked for from where its beginning `starts`: a search over all would wait for memory at every step.
    """

    values: Values
    articles: Articles
    marks: Content | None = None
    starts: Starts | None = None
    place: Place | None = None

    def perhaps(self, values: Values) -> Indices:
        """Which of the values it may hold."""
        if self.marks is None:
            return np.arange(len(values))
        beginnings = _beginnings(values, len(self.marks))
        bits = self.marks.take(beginnings >> 3) >> (beginnings & 7).astype(np.uint8)
        return (bits & 1).nonzero()[0]

    def around(self, values: Values, most: int) -> tuple[Indices, Indices]:
        """From where on each would stand, and among how many postings: its first `most` are there, and few others."""
        if self.marks is None or self.starts is None:
            return self._exactly(values, most)
        buckets = _beginnings(values, len(self.marks)) // BUCKET
        first = self.starts.take(buckets).astype(np.int64)
        lengths = self.starts.take(buckets + 1) - first
        long = (lengths > LONG).nonzero()[0]
        if len(long):
            first[long], lengths[long] = self._exactly(values.take(long), most)
        return first, lengths

    def _exactly(self, values: Values, most: int) -> tuple[Indices, Indices]:
        first = self.values.searchsorted(values)
        return first, np.minimum(self.values.searchsorted(values, side="right") - first, most)


@dataclass(frozen=True, slots=True)
class Meetings:
    """Who has the values asked for: how many of each were met, and who, those of one value after those before it."""

    counts: Indices
    holders: Articles


@dataclass(slots=True)
class Postings:
    """All postings; not to be used by two threads at once."""

    parts: list[list[Run]] = field(default_factory=lambda: [[] for _ in range(PARTS)])
    _next: int = 0
    # Which articles hold nothing any more, by their number.
    _dead: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(1_024, dtype=bool))

    @classmethod
    def of(cls, parts: Sequence[Sequence[Run]], highest: int, dropped: Sequence[int]) -> "Postings":
        """Postings as `parts`, `highest` and `dropped` told them."""
        made = cls([list(part) for part in parts])
        made._reach(highest)
        for article in dropped:
            made.drop(article)
        return made

    def copy(self) -> "Postings":
        """The same postings, for another thread: the runs are shared, for nobody changes them."""
        return Postings([list(part) for part in self.parts], self._next, self._dead.copy())

    @property
    def highest(self) -> int:
        """A number that no article is above."""
        return len(self._dead) - 1

    def dropped(self) -> tuple[int, ...]:
        """The articles that hold nothing any more."""
        return tuple(np.flatnonzero(self._dead).tolist())

    def replace(self, written: Mapping[Run, Run]) -> None:
        """Takes runs that say the same in the place of others, where these are still there."""
        self.parts = [[written.get(run, run) for run in part] for part in self.parts]

    def add(self, values: Values, articles: Articles) -> None:
        """More postings, in any order; and a little tidying up."""
        self._reach(int(articles.max(initial=0)))
        self._dead[articles] = False
        order = np.argsort(values, kind="stable")
        values, articles = values[order], articles[order].astype(np.int32)
        edges = [0, *np.searchsorted(values, EDGES).tolist(), len(values)]
        for part, start in enumerate(edges[:-1]):
            end = edges[part + 1]
            if start < end:
                self.parts[part].append(_run(values[start:end], articles[start:end]))
        for _ in range(TIDIED):
            self._tidy(self._next)
            self._next = (self._next + 1) % PARTS

    def drop(self, article: int) -> None:
        """An article that holds nothing any more; what is there of it goes with the next merge."""
        self._reach(article)
        self._dead[article] = True

    def ask(self, values: Values, most: int) -> Meetings:
        """Who has these values, which are in order, each once: of each `most` at least, when there are.

        They are the first that came, or nearly so where some that came before them are gone.
        """
        asked, holders = self._met(values, most)
        alive, depth = ~self._dead[holders], most
        # Those who hold nothing any more may stand before all others: of such values more are asked for.
        while len(short := _cut_short(asked, alive, most, depth)):
            depth *= GROWTH
            again, more = self._met(values[short], depth)
            rest = ~np.isin(asked, short)
            asked, holders = np.concatenate((asked[rest], short[again])), np.concatenate((holders[rest], more))
            alive = ~self._dead[holders]
        # Both in one number: sorted four times as fast as by two keys. A stable sort merges what each run told.
        both = np.sort(asked[alive] << 32 | holders[alive], kind="stable")
        return Meetings(np.bincount(both >> 32, minlength=len(values)), (both & 0xFFFFFFFF).astype(np.int32))

    def _met(self, values: Values, most: int) -> tuple[Indices, Articles]:
        """Which value was met, and with whom, gone or not; of each value so many of each run."""
        edges = [0, *np.searchsorted(values, EDGES).tolist(), len(values)]
        found = [
            (start + asked, holders)
            for part, start in enumerate(edges[:-1])
            for asked, holders in _held(self.parts[part], values[start : edges[part + 1]], most)
        ]
        nothing = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32))
        asked, holders = zip(nothing, *found, strict=True)
        return np.concatenate(asked), np.concatenate(holders)

    def _reach(self, article: int) -> None:
        if article >= len(self._dead):
            self._dead = np.concatenate((self._dead, np.zeros(max(article + 1, len(self._dead)), dtype=bool)))

    def _tidy(self, part: int) -> None:
        """Merges the newest runs of a part until each is much longer than all that came after it."""
        runs = self.parts[part]
        first, behind = len(runs), 0
        for number in range(len(runs) - 1, -1, -1):
            length = len(runs[number].values)
            if length < GROWTH * behind:
                first = number
            behind += length
        if first < len(runs):
            merged = _merged(runs[first:], self._dead)
            runs[first:] = [_kept(merged)] if len(merged.values) else []


def _cut_short(asked: Indices, alive: npt.NDArray[np.bool_], most: int, depth: int) -> Indices:
    """Of which values fewer than `most` are left, and more may be there behind the `depth` that were looked at."""
    if alive.all():
        return np.zeros(0, dtype=np.int64)
    met = np.bincount(asked)
    return np.flatnonzero((met >= depth) & (np.bincount(asked[alive], minlength=len(met)) < most))


def _held(runs: Iterable[Run], values: Values, most: int) -> Iterator[tuple[Indices, Articles]]:
    """Which of the values stand in each run, and who holds them there, at most so many of each."""
    for run in runs:
        hit = run.perhaps(values)
        wanted = values.take(hit)
        number, there = ranges(*run.around(wanted, most))
        here = (run.values.take(there) == wanted.take(number)).nonzero()[0]
        yield hit.take(number.take(here)), run.articles.take(there.take(here))


def _merged(runs: list[Run], dead: npt.NDArray[np.bool_]) -> Run:
    values = np.concatenate([run.values for run in runs])
    articles = np.concatenate([run.articles for run in runs])
    gone = dead[articles]
    if gone.any():
        values, articles = values[~gone], articles[~gone]
    # A stable sort finds the sorted stretches and merges them.
    order = np.argsort(values, kind="stable")
    return _run(values[order], articles[order])


def _run(values: Values, articles: Articles) -> Run:
    """A run of postings in order, marked unless it is searched as fast without."""
    bytes_ = _marks_of(len(values))
    if bytes_ == 0:
        return Run(values, articles)
    beginnings = _beginnings(values, bytes_)
    marks = np.zeros(8 * bytes_, dtype=bool)
    marks[beginnings] = True
    starts = np.zeros(_starts_of(bytes_), dtype=START)
    np.cumsum(np.bincount(beginnings // BUCKET, minlength=len(starts) - 1), out=starts[1:])
    return Run(values, articles, np.packbits(marks, bitorder="little"), starts)


def _marks_of(length: int) -> int:
    """How many bytes of marks a run of so many postings has: a power of two, four bits a posting at least."""
    return max(BUCKET // 8, 1 << (length // 2 - 1).bit_length()) if length >= MARKED_FROM else 0


def _starts_of(marks: int) -> int:
    """How many starts belong to so many bytes of marks: one for each bucket, and the end."""
    return 8 * marks // BUCKET + 1 if marks else 0


def _beginnings(values: Values, bytes_: int) -> Indices:
    """The first bits of values, those behind the ones that all of a part share: so many that each has a mark."""
    bits = 8 * bytes_ - 1
    return ((values >> (PART_BITS - bits.bit_length())) & bits).astype(np.int64, copy=False)


def _kept(run: Run) -> Run:
    """The run in a file without a name, mapped, when it is large."""
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
    if run.marks is not None and run.starts is not None:
        run.marks.tofile(file)
        run.starts.tofile(file)


def mapped(file: BinaryIO) -> Content:
    """The content of a file, which need not stay open."""
    return np.memmap(file, dtype=np.uint8, mode="r").view(np.ndarray)


def run_in(content: Content, start: int, length: int, place: Place | None = None) -> Run:
    """So many postings at byte `start`, the fingerprints first. Raises ValueError when the content ends before."""
    marks = _marks_of(length)
    sizes = (length * VALUE.itemsize, length * ARTICLE.itemsize, marks, _starts_of(marks) * START.itemsize)
    ends = list(itertools.accumulate(sizes, initial=start))
    if ends[-1] > len(content):
        raise ValueError(f"{ends[-1]} bytes are needed, {len(content)} are there")
    values, articles, marked, starts = (content[each:end] for each, end in itertools.pairwise(ends))
    run = Run(values.view(VALUE), articles.view(ARTICLE), place=place)
    return replace(run, marks=marked, starts=starts.view(START)) if marks else run
