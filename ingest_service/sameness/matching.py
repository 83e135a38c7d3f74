"""Where two texts are exactly equal: runs around the fingerprints they share. Pure.

Indices are folded characters, half-open.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Postfix, Prefix

from ingest_service.sameness.fingerprints import Fingerprints, Hashes
from ingest_service.sameness.parameters import PARAMETERS

Indices = npt.NDArray[np.int64]

CHUNK = 64
# Bounds for texts that repeat themselves without end: so many meetings of fingerprints, for each fingerprint of both,
# and so many runs are looked at, the rarest and the longest first.
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


def among(wanted: Hashes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    """Which of `wanted` are among `hashes`; these in order of value."""
    if len(hashes) == 0:
        return np.zeros(len(wanted), dtype=bool)
    found = np.searchsorted(hashes, wanted)
    found[found == len(hashes)] = 0
    return np.asarray(hashes[found] == wanted)


def equal_runs(a: str, a_prints: Fingerprints, b: str, b_prints: Fingerprints) -> list[Block]:
    """The longest equal runs around shared fingerprints, each once, in the order of the first text."""
    left, right = _shared_places(a_prints, b_prints)
    if len(left) == 0:
        return []
    order = np.lexsort((left, right - left))
    left, right = left[order], right[order]
    # Grams on one diagonal that touch are one run; it goes on from its first gram at least to the end of its last.
    apart = (np.diff(right - left) != 0) | (np.diff(left) > PARAMETERS.gram)
    firsts = np.concatenate(([0], np.flatnonzero(apart) + 1))
    lasts = np.concatenate((firsts[1:], [len(left)])) - 1
    if len(firsts) > MOST_RUNS:
        longest = np.sort(np.argsort(left[firsts] - left[lasts], kind="stable")[:MOST_RUNS])
        firsts, lasts = firsts[longest], lasts[longest]
    blocks: list[Block] = []
    reached: dict[int, int] = {}
    for start, other, last in zip(left[firsts].tolist(), right[firsts].tolist(), left[lasts].tolist(), strict=True):
        # Two runs with no fingerprint between them may still be one.
        if last + PARAMETERS.gram <= reached.get(other - start, -1):
            continue
        before, after = _equal_before(a, start, b, other), _equal_after(a, start, b, other)
        if after >= PARAMETERS.gram:
            blocks.append(Block(start - before, other - before, before + after))
            reached[other - start] = start + after
    return sorted(blocks)


def _shared_places(a: Fingerprints, b: Fingerprints) -> tuple[Indices, Indices]:
    """The places of each hash in both texts, every one with every one; of too many those of the rarest hashes."""
    met = np.flatnonzero(among(a.hashes, b.hashes))
    first = np.searchsorted(b.hashes, a.hashes[met])
    times = np.searchsorted(b.hashes, a.hashes[met], side="right") - first
    if times.sum() > MEETINGS * (len(a.hashes) + len(b.hashes)):
        rarest = np.argsort(times, kind="stable")
        rarest = rarest[np.cumsum(times[rarest]) <= MEETINGS * (len(a.hashes) + len(b.hashes))]
        met, first, times = met[rarest], first[rarest], times[rarest]
    steps = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    left = np.repeat(a.places[met], times)
    right = b.places[np.repeat(first, times) + steps]
    return left.astype(np.int64), right.astype(np.int64)


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
