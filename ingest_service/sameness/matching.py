"""Where two texts are exactly equal: runs around the fingerprints they share. Pure.

Indices are folded characters, half-open.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Postfix, Prefix

from ingest_service.sameness.fingerprints import Fingerprints, Hashes, Indices, is_first, ranges
from ingest_service.sameness.parameters import PARAMETERS

CHUNK = 64
# Bits that hold a place in a text; the diagonal stands above them.
DIAGONAL = 32
# Bounds for texts that repeat themselves without end: so many meetings of fingerprints, for each fingerprint of both,
# and so many runs are looked at, as many as cover both texts at most; the rarest and the longest first.
MEETINGS = 2
MOST_RUNS = 20_000


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """`length` folded characters from `a` in one text and from `b` in the other are equal."""

    a: int
    b: int
    length: int

    @property
    def a_end(self) -> int:
        """Where it ends in the first text."""
        return self.a + self.length

    @property
    def b_end(self) -> int:
        """Where it ends in the second text."""
        return self.b + self.length


@dataclass(frozen=True, slots=True)
class Meeting:
    """The fingerprints that two texts share: each of the first, in order of value, and where it meets the second.

    `own` are indices into the fingerprints of the first text, `first` those of the first equal one of the second.
    """

    hashes: Hashes
    own: Indices
    first: Indices

    @property
    def count(self) -> int:
        """How many they are, each counted once."""
        return int(np.count_nonzero(is_first(self.hashes)))


def meeting(a: Fingerprints, b: Fingerprints) -> Meeting:
    """The fingerprints that two texts share."""
    first = np.searchsorted(b.hashes, a.hashes)
    own = _hits(b.hashes, first, a.hashes).nonzero()[0]
    return Meeting(a.hashes.take(own), own, first.take(own))


def among(wanted: Hashes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Which of `wanted` are among `hashes`; these in order of value."""
    return _hits(hashes, np.searchsorted(hashes, wanted), wanted)


def _hits(hashes: Hashes, found: Indices, wanted: Hashes) -> npt.NDArray[np.bool_]:
    """Whether each stands where it would have to."""
    if len(hashes) == 0:
        return np.zeros(len(wanted), dtype=bool)
    # What is greater than all is held against the last.
    return np.asarray(hashes.take(found, mode="clip") == wanted)


def equal_runs(a: str, b: str, pairs: tuple[Indices, Indices]) -> list[Block]:
    """The longest equal runs around grams that are equal, each once, in the order of the first text.

    `pairs` are where such grams begin in either text.
    """
    # The diagonal and the place in one number: sorted several times as fast as by two keys.
    grams = np.sort(((pairs[1] - pairs[0]) << DIAGONAL) | pairs[0])
    if len(grams) == 0:
        return []
    # Grams on one diagonal that touch are one run; it goes on from its first gram at least to the end of its last.
    apart = (np.diff(grams) > PARAMETERS.gram).nonzero()[0]
    left = grams & ((1 << DIAGONAL) - 1)
    firsts, lasts = np.concatenate(([0], apart + 1)), np.concatenate((apart, [len(grams) - 1]))
    most = min(MOST_RUNS, (len(a) + len(b)) // PARAMETERS.gram)
    if len(firsts) > most:
        longest = np.sort(np.argsort(left[firsts] - left[lasts], kind="stable")[:most])
        firsts, lasts = firsts[longest], lasts[longest]
    blocks: list[Block] = []
    reached: dict[int, int] = {}
    diagonals = (grams[firsts] >> DIAGONAL).tolist()
    for diagonal, start, last in zip(diagonals, left[firsts].tolist(), left[lasts].tolist(), strict=True):
        # Two runs with no fingerprint between them may still be one.
        if last + PARAMETERS.gram <= reached.get(diagonal, -1):
            continue
        other = start + diagonal
        before, after = _equal_before(a, start, b, other), _equal_after(a, start, b, other)
        if after >= PARAMETERS.gram:
            blocks.append(Block(start - before, other - before, before + after))
            reached[diagonal] = start + after
    return sorted(blocks)


def shared_places(a: Fingerprints, b: Fingerprints, met: Meeting) -> tuple[Indices, Indices]:
    """The places of each hash in both texts, every one with every one; of too many those of the rarest hashes."""
    own, first = met.own, met.first
    times = np.searchsorted(b.hashes, met.hashes, side="right") - first
    most = MEETINGS * (len(a.hashes) + len(b.hashes))
    if times.sum() > most:
        rarest = np.argsort(times, kind="stable")
        rarest = rarest[np.cumsum(times[rarest]) <= most]
        own, first, times = own[rarest], first[rarest], times[rarest]
    which, other = ranges(first, times)
    return a.places.take(own.take(which)).astype(np.int64), b.places.take(other).astype(np.int64)


def _equal_after(a: str, i: int, b: str, j: int) -> int:
    """How many characters are equal from i and j on."""
    length, chunk = 0, CHUNK
    while True:
        equal = Prefix.similarity(a[i + length : i + length + chunk], b[j + length : j + length + chunk])
        length += equal
        if equal < chunk:
            return length
        chunk *= 2


def _equal_before(a: str, i: int, b: str, j: int) -> int:
    """How many characters are equal before i and j."""
    length, chunk = 0, CHUNK
    while True:
        left, right = i - length, j - length
        equal = Postfix.similarity(a[max(0, left - chunk) : left], b[max(0, right - chunk) : right])
        length += equal
        if equal < chunk:
            return length
        chunk *= 2
