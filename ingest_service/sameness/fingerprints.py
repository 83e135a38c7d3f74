"""Fingerprints: winnowed hashes of character grams of the fold. Pure.

Schleimer, Wilkerson, Aiken: Winnowing (SIGMOD 2003). The least hash of each window is kept, so two texts with an equal
run of window + gram - 1 folded characters share a fingerprint.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_service.sameness.fold import Codes
from ingest_service.sameness.parameters import PARAMETERS

Hashes = npt.NDArray[np.int64]
Positions = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]

# Odd numbers without a pattern, as many as a gram of up to 32 characters needs.
FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
# The occurrences of one fingerprint in one text that are kept: a more frequent one does not locate a match.
MAX_OCCURRENCES = 8


@dataclass(frozen=True)
class Fingerprints:
    """Hashes in order of value, and the position of each gram in the fold; each hash at most MAX_OCCURRENCES times."""

    hashes: Hashes
    positions: Positions

    @functools.cached_property
    def unique(self) -> Hashes:
        """The distinct hashes, in order of value."""
        first = is_first(self.hashes)
        return self.hashes if first.all() else self.hashes[first]

    def positions_of(self, hashes: Hashes) -> Positions:
        """The positions of the grams with these hashes, all of which occur here."""
        first, ends = self.hashes.searchsorted(hashes), self.hashes.searchsorted(hashes, side="right")
        return self.positions.take(ranges(first, ends - first)[1])


def fingerprints(codes: Codes, gram: int = PARAMETERS.gram, window: int = PARAMETERS.window) -> Fingerprints:
    """The fingerprints of a fold; a text shorter than a gram has none. Linear time."""
    hashes = gram_hashes(codes, gram)
    kept = _winnowed(hashes, window)
    chosen = _spread(hashes.take(kept))
    order, chosen = in_order(chosen)
    positions = kept.take(order).astype(np.int32)
    # The positions of a hash are in the order of the text: of too many the first and the last are kept.
    half = MAX_OCCURRENCES // 2
    many = chosen[: -2 * half] == chosen[2 * half :]
    if many.any():
        few = np.ones(len(chosen), dtype=bool)
        few[half:-half] = ~many
        chosen, positions = chosen[few], positions[few]
    return Fingerprints(chosen, positions)


def gram_hashes(codes: Codes, gram: int) -> npt.NDArray[np.uint64]:
    """A hash of each run of `gram` folded characters, which must be at least 8; its upper bits vary the most.

    The lowest byte of each character counts. The bytes of a run are read as numbers of eight bytes, the last of which
    may overlap the one before. The hash is the sum of these numbers, each multiplied by an odd factor of its own.
    """
    count = len(codes) - gram + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    letters = codes.astype(np.uint8)
    # Numbers that overlap are read slowly, so each is read once.
    numbers = np.ndarray((len(letters) - 7,), "<u8", letters, 0, (1,)).astype(np.uint64)
    hashes = np.zeros(count, dtype=np.uint64)
    for factor, start in zip(FACTORS, (*range(0, gram - 8, 8), gram - 8), strict=False):
        hashes += numbers[start : start + count] * np.uint64(factor)
    return hashes


def _spread(hashes: npt.NDArray[np.uint64]) -> Hashes:
    """Distinct numbers for distinct hashes, spread over all 64 bits: the least hashes of windows are mostly small.

    Signed, so that every database can store them. The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
    """
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        hashes = (hashes ^ (hashes >> np.uint64(shift))) * np.uint64(factor)
    return (hashes ^ (hashes >> np.uint64(31))).view(np.int64)


def in_order(hashes: Hashes) -> tuple[Indices, Hashes]:
    """The indices of hashes in order of value, those of equal ones ascending; and the hashes in this order.

    A stable sort takes eight times as long as to sort numbers in place whose lowest bits are replaced by the index.
    """
    indices = (1 << len(hashes).bit_length()) - 1
    keys = (hashes & ~indices) | np.arange(len(hashes))
    keys.sort()
    order = keys & indices
    ordered = hashes.take(order)
    # Different hashes with the same upper bits are hardly ever in one text.
    if (ordered[1:] < ordered[:-1]).any():
        order = hashes.argsort(kind="stable")
        ordered = hashes.take(order)
    return order, ordered


def _winnowed(hashes: npt.NDArray[np.uint64], window: int) -> npt.NDArray[np.int64]:
    """The positions at which a hash is the least of some window; of equal neighbours the first."""
    if len(hashes) == 0:
        return np.zeros(0, dtype=np.int64)
    width = min(window, len(hashes))
    # The upper half of the bits distinguishes enough of them, in half the time.
    keys = (hashes >> np.uint64(32)).astype(np.uint32)
    least = np.zeros(len(keys) + width - 1, dtype=np.uint32)
    least[width - 1 : len(keys)] = _slid(keys, width, np.minimum)
    # A hash is the least of some window if it equals the greatest of the least hashes of the windows around it.
    kept = _slid(least, width, np.maximum) == keys
    kept[1:] &= hashes[1:] != hashes[:-1]
    return np.flatnonzero(kept)


def _slid(values: npt.NDArray[np.uint32], width: int, better: np.ufunc) -> npt.NDArray[np.uint32]:
    """The best of each window of `width` values, by doubling."""
    best, reach = values, 1
    while reach < width:
        step = min(reach, width - reach)
        best = better(best[:-step], best[step:])
        reach += step
    return best


def ranges(firsts: Indices, lengths: Indices) -> tuple[Indices, Indices]:
    """The numbers of several ranges, one range after the other, each given by its first number and its length.

    Returns two arrays of equal length: the index of the range, and the number.
    """
    which = np.arange(len(lengths)).repeat(lengths)
    numbers = (firsts - lengths.cumsum() + lengths).take(which)
    numbers += np.arange(len(which))
    return which, numbers


def is_first(hashes: npt.NDArray[np.signedinteger[Any]]) -> npt.NDArray[np.bool_]:
    """Which of some sorted numbers differ from the one before."""
    first = np.ones(len(hashes), dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return first
