"""Aligns the words of corresponding sentences: which words stay, in runs that a reader would leave unmarked.

The words are aligned by their longest common subsequence (Hyyrö's bit-parallel algorithm, 2004, as implemented by
rapidfuzz). Then short runs of equal words between longer changes are given up, because a reader sees one change there.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import LCSseq, Postfix, Prefix

# The alignment holds one bit for each pair of words: 4 MB. It is computed without a pause for other threads.
MAX_PAIRS = 32_000_000
# Sentences of which less stays are replaced as a whole.
LEAST_KEPT = 0.3
# A run of equal words is given up between two changes that are this many times as long.
ISLAND = 2


class Run(NamedTuple):
    """`length` words from `a` of the first text are those from `b` of the second, but for typography."""

    a: int
    b: int
    length: int


def is_long(a: str, b: str) -> bool:
    """Whether two sequences of words are too long to be aligned: then only their beginnings and ends are compared."""
    return len(a) * len(b) > MAX_PAIRS


def changed(pairs: Iterable[tuple[str, str]]) -> int:
    """The number of words that do not stay in pairs of sequences, of the longer one; those that are long left out."""
    firsts, seconds = zip(*((a, b) for a, b in (("", ""), *pairs) if not is_long(a, b)), strict=True)
    return int(process.cpdist(firsts, seconds, scorer=LCSseq.distance, dtype=np.int64).sum())


def runs(a: str, b: str, a_start: int = 0, b_start: int = 0, *, outer: bool = False) -> list[Run]:
    """The runs of words that stay, or only those at the ends (`outer`); numbered from `a_start` and `b_start`."""
    if a == b:
        return [Run(a_start, b_start, len(a))]
    kept = list(_ends(a, b)) if outer or is_long(a, b) else _slid(a, b, _common(a, b))
    if not outer:
        kept = _without_islands(kept, (len(a), len(b)))
        if 2 * sum(run.length for run in kept) < LEAST_KEPT * (len(a) + len(b)):
            return []
    return [Run(run.a + a_start, run.b + b_start, run.length) for run in kept]


def joined(runs: Iterable[Run]) -> Iterator[Run]:
    """Merges runs without a word between them: the end of a sentence and the beginning of the next one."""
    last = Run(0, 0, 0)
    for run in runs:
        if (run.a, run.b) == (last.a + last.length, last.b + last.length):
            last = last._replace(length=last.length + run.length)
            continue
        if last.length:
            yield last
        last = run
    if last.length:
        yield last


def _common(a: str, b: str) -> list[Run]:
    # The last block is empty: the ends of both.
    return [Run(block.a, block.b, block.size) for block in LCSseq.editops(a, b).as_matching_blocks()[:-1]]


def _slid(a: str, b: str, runs: Iterable[Run]) -> list[Run]:
    """The runs, where one that fits at the other end of an insertion or deletion joins the run there.

    "The cat" and "The dog ran. The cat" have both words of the cat in common, and not "The" of the dog.
    """
    slid: list[Run] = []
    for run in runs:
        last = slid[-1] if slid else None
        gap = _one_sided(a, b, last, run) if last else ""
        if last and last.length <= len(gap) and gap.endswith(a[last.a : last.a + last.length]):
            slid[-1] = Run(run.a - last.length, run.b - last.length, last.length + run.length)
        elif (
            last
            and run.length <= len(gap)
            and run.a + run.length < len(a)
            and gap.startswith(a[run.a : run.a + run.length])
        ):
            slid[-1] = last._replace(length=last.length + run.length)
        else:
            slid.append(run)
    return slid


def _one_sided(a: str, b: str, left: Run, right: Run) -> str:
    """The words that were only inserted, or only deleted, between two runs; else empty."""
    gap_a, gap_b = a[left.a + left.length : right.a], b[left.b + left.length : right.b]
    return "" if gap_a and gap_b else gap_a or gap_b


def _ends(a: str, b: str) -> Iterator[Run]:
    """The common beginning and the common end."""
    head = Prefix.similarity(a, b)
    tail = Postfix.similarity(a[head:], b[head:])
    if head:
        yield Run(0, 0, head)
    if tail:
        yield Run(len(a) - tail, len(b) - tail, tail)


def _without_islands(runs: list[Run], ends: tuple[int, int]) -> list[Run]:
    """The runs without those that are short beside the changes around them."""
    while True:
        # No change is longer than all words that do not stay.
        most = max(ends) - sum(run.length for run in runs)
        if all(ISLAND * run.length > most for run in runs):
            return runs
        changes = list(_changes(runs, ends))
        kept = [
            run
            for run, before, after in zip(runs, changes, changes[1:], strict=False)
            if ISLAND * run.length > min(before, after)
        ]
        if len(kept) == len(runs):
            return kept
        runs = kept


def _changes(runs: Sequence[Run], ends: tuple[int, int]) -> Iterator[int]:
    """The lengths of the changes before, between and after the runs: of the longer side."""
    a, b = 0, 0
    for run in (*runs, Run(*ends, 0)):
        yield max(run.a - a, run.b - b)
        a, b = run.a + run.length, run.b + run.length
