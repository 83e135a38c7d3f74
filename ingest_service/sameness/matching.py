"""Where two texts are exactly equal: runs around the fingerprints they share. Pure.

Positions are indices of folded characters; ranges are half-open.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Postfix, Prefix

from ingest_service.sameness.fingerprints import Fingerprints, Hashes, Indices, is_first, ranges
from ingest_service.sameness.parameters import PARAMETERS

CHUNK = 64
# A diagonal (the distance of two positions) and a position are packed into one number, the position in these low bits.
DIAGONAL = 32
# Bounds for texts that repeat themselves endlessly: the pairs of positions, for each fingerprint of both texts, and the
# runs that are extended, besides as many as cover both texts. The rarest fingerprints and the longest runs are kept.
PAIRS_PER_FINGERPRINT = 2
MAX_RUNS = 20_000


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """An equal run: `length` folded characters at `a` in one text and at `b` in the other."""

    a: int
    b: int
    length: int

    @property
    def a_end(self) -> int:
        """The end in the first text."""
        return self.a + self.length

    @property
    def b_end(self) -> int:
        """The end in the second text."""
        return self.b + self.length


@dataclass(frozen=True, slots=True)
class SharedFingerprints:
    """The fingerprints of one text that another one has too, in order of value, each as often as the first has it.

    `own` are their indices in the fingerprints of the first text, `first` those of the first equal one in the second.
    """

    hashes: Hashes
    own: Indices
    first: Indices

    @property
    def count(self) -> int:
        """The number of distinct fingerprints."""
        return int(np.count_nonzero(is_first(self.hashes)))


def shared_fingerprints(a: Fingerprints, b: Fingerprints) -> SharedFingerprints:
    """The fingerprints of `a` that `b` has too."""
    first = np.searchsorted(b.hashes, a.hashes)
    own = _equal_at(b.hashes, first, a.hashes).nonzero()[0]
    return SharedFingerprints(a.hashes.take(own), own, first.take(own))


def among(queries: Hashes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Which of `wanted` are in `hashes`, which is sorted."""
    return _equal_at(hashes, np.searchsorted(hashes, queries), queries)


def _equal_at(hashes: Hashes, indices: Indices, queries: Hashes) -> npt.NDArray[np.bool_]:
    """Whether `hashes` holds each of `wanted` at its index."""
    if len(hashes) == 0:
        return np.zeros(len(queries), dtype=bool)
    # The index of a value above all others is past the end: it is compared with the last.
    return np.asarray(hashes.take(indices, mode="clip") == queries)


def equal_runs(a: str, b: str, pairs: tuple[Indices, Indices]) -> list[Block]:
    """The longest equal runs around equal grams, without duplicates, in the order of the first text.

    `pairs` are the positions of such grams in either text.
    """
    # Diagonal and position in one number: sorted several times as fast as by two keys.
    grams = np.sort(((pairs[1] - pairs[0]) << DIAGONAL) | pairs[0])
    if len(grams) == 0:
        return []
    # Grams on one diagonal that touch are one run; it extends at least from its first gram to the end of its last.
    apart = (np.diff(grams) > PARAMETERS.gram).nonzero()[0]
    left = grams & ((1 << DIAGONAL) - 1)
    firsts, lasts = np.concatenate(([0], apart + 1)), np.concatenate((apart, [len(grams) - 1]))
    most = min(MAX_RUNS, (len(a) + len(b)) // PARAMETERS.gram)
    if len(firsts) > most:
        longest = np.sort(np.argsort(left[firsts] - left[lasts], kind="stable")[:most])
        firsts, lasts = firsts[longest], lasts[longest]
    blocks: list[Block] = []
    reached: dict[int, int] = {}
    diagonals = (grams[firsts] >> DIAGONAL).tolist()
    for diagonal, start, last in zip(diagonals, left[firsts].tolist(), left[lasts].tolist(), strict=True):
        # Runs without a common fingerprint between them may still be one equal run.
        if last + PARAMETERS.gram <= reached.get(diagonal, -1):
            continue
        other = start + diagonal
        before, after = _equal_before(a, start, b, other), _equal_after(a, start, b, other)
        if after >= PARAMETERS.gram:
            blocks.append(Block(start - before, other - before, before + after))
            reached[diagonal] = start + after
    return sorted(blocks)


def gram_pairs(a: Fingerprints, b: Fingerprints, common: SharedFingerprints) -> tuple[Indices, Indices]:
    """The positions of each shared hash in both texts, each with each; if there are too many, of the rarest hashes."""
    own, first = common.own, common.first
    times = np.searchsorted(b.hashes, common.hashes, side="right") - first
    most = PAIRS_PER_FINGERPRINT * (len(a.hashes) + len(b.hashes))
    if times.sum() > most:
        rarest = np.argsort(times, kind="stable")
        rarest = rarest[np.cumsum(times[rarest]) <= most]
        own, first, times = own[rarest], first[rarest], times[rarest]
    numbers, others = ranges(first, times)
    return a.positions.take(own.take(numbers)).astype(np.int64), b.positions.take(others).astype(np.int64)


def _equal_after(a: str, i: int, b: str, j: int) -> int:
    """The number of equal characters from i in `a` and j in `b` onwards."""
    length, chunk = 0, CHUNK
    while True:
        equal = Prefix.similarity(a[i + length : i + length + chunk], b[j + length : j + length + chunk])
        length += equal
        if equal < chunk:
            return length
        chunk *= 2


def _equal_before(a: str, i: int, b: str, j: int) -> int:
    """The number of equal characters before i in `a` and j in `b`."""
    length, chunk = 0, CHUNK
    while True:
        left, right = i - length, j - length
        equal = Postfix.similarity(a[max(0, left - chunk) : left], b[max(0, right - chunk) : right])
        length += equal
        if equal < chunk:
            return length
        chunk *= 2
