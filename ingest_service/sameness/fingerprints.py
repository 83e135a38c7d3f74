"""Fingerprints: winnowed hashes of character grams of the fold. Pure.

Schleimer, Wilkerson, Aiken: Winnowing (SIGMOD 2003). Of each window of hashes the least is kept, so every match of
window + gram - 1 folded characters shares one.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_service.sameness.fold import Codes
from ingest_service.sameness.parameters import PARAMETERS

Hashes = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]

# Odd numbers without a pattern, as many as a gram of 32 characters needs.
FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
# A fingerprint that stands more often than this in one text says nothing of where texts meet.
MOST_PLACES = 8


@dataclass(frozen=True)
class Fingerprints:
    """Hashes in order of value, and at which folded character each gram begins; each hash at most MOST_PLACES times."""

    hashes: Hashes
    places: Places

    @functools.cached_property
    def unique(self) -> Hashes:
        """Each hash once, in order of value."""
        first = is_first(self.hashes)
        return self.hashes if first.all() else self.hashes[first]

    def places_of(self, hashes: Hashes) -> Places:
        """Where grams of these hashes begin, each of which stands here."""
        first, ends = self.hashes.searchsorted(hashes), self.hashes.searchsorted(hashes, side="right")
        return self.places.take(ranges(first, ends - first)[1])


def fingerprints(codes: Codes, gram: int = PARAMETERS.gram, window: int = PARAMETERS.window) -> Fingerprints:
    """The fingerprints of a fold; a text shorter than a gram has none. Linear time."""
    hashes = gram_hashes(codes, gram)
    places = _winnowed(hashes, window)
    chosen = _spread(hashes.take(places))
    order = chosen.argsort(kind="stable")
    chosen, begins = chosen.take(order), places.take(order).astype(np.int32)
    # Places of a hash follow in order of the text: of too many the first and the last are kept.
    half = MOST_PLACES // 2
    many = chosen[: -2 * half] == chosen[2 * half :]
    if many.any():
        few = np.ones(len(chosen), dtype=bool)
        few[half:-half] = ~many
        chosen, begins = chosen[few], begins[few]
    return Fingerprints(chosen, begins)


def gram_hashes(codes: Codes, gram: int) -> npt.NDArray[np.uint64]:
    """A hash of each run of `gram` folded characters, 8 at least; the upper half of its bits says the most.

    Of each character the lowest byte is taken, and the bytes of a run eight at a time, the last eight whatever they
    overlap: a sum of these numbers, each times an odd one of its own.
    """
    count = len(codes) - gram + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    letters = codes.astype(np.uint8)
    hashes = np.zeros(count, dtype=np.uint64)
    for factor, start in zip(FACTORS, (*range(0, gram - 8, 8), gram - 8), strict=False):
        hashes += np.ndarray((count,), "<u8", letters, start, (1,)) * np.uint64(factor)
    return hashes


def _spread(hashes: npt.NDArray[np.uint64]) -> Hashes:
    """Other numbers for the same hashes, each its own, that lie anywhere: the least of a window are nearly all small.

    Signed, so that every database stores them. The finaliser of splitmix64 (Steele, Lea and Flood, 2014).
    """
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        hashes = (hashes ^ (hashes >> np.uint64(shift))) * np.uint64(factor)
    return (hashes ^ (hashes >> np.uint64(31))).view(np.int64)


def _winnowed(hashes: npt.NDArray[np.uint64], window: int) -> npt.NDArray[np.int64]:
    """Where a hash is the least of some window; of equal neighbours the first."""
    if len(hashes) == 0:
        return np.zeros(0, dtype=np.int64)
    width = min(window, len(hashes))
    # Half of the bits tell enough of them apart, in half the time.
    keys = (hashes >> np.uint64(32)).astype(np.uint32)
    least = np.zeros(len(keys) + width - 1, dtype=np.uint32)
    least[width - 1 : len(keys)] = _slid(keys, width, np.minimum)
    # A hash is kept when it is the greatest of the least of the windows it stands in, which is itself.
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
    """From each first on so many numbers, range after range: of which range each is, and the numbers."""
    which = np.arange(len(lengths)).repeat(lengths)
    numbers = (firsts - lengths.cumsum() + lengths).take(which)
    numbers += np.arange(len(which))
    return which, numbers


def is_first(hashes: npt.NDArray[np.signedinteger[Any]]) -> npt.NDArray[np.bool_]:
    """Of numbers in order, which are not equal to the one before."""
    first = np.ones(len(hashes), dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return first
