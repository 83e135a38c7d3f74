"""Fingerprints: winnowed hashes of character grams of the fold. Pure.

Schleimer, Wilkerson, Aiken: Winnowing (SIGMOD 2003). Of each window of hashes the least is kept, so every match of
window + gram - 1 folded characters shares one.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest_service.sameness.fold import Codes, Positions
from ingest_service.sameness.parameters import PARAMETERS

Hashes = npt.NDArray[np.int64]

BASE = 0x9E3779B97F4A7C15
# A fingerprint that stands more often than this in one text says nothing of where texts meet.
MOST_PLACES = 8


@dataclass(frozen=True)
class Fingerprints:
    """Hashes in order of value, and at which folded character each gram begins; each hash at most MOST_PLACES times."""

    hashes: Hashes
    places: Positions

    @functools.cached_property
    def unique(self) -> Hashes:
        """Each hash once, in order of value."""
        return self.hashes[is_first(self.hashes)]


def fingerprints(codes: Codes, gram: int = PARAMETERS.gram, window: int = PARAMETERS.window) -> Fingerprints:
    """The fingerprints of a fold; a text shorter than a gram has none. Linear time."""
    hashes = gram_hashes(codes, gram)
    places = _winnowed(hashes, window)
    chosen = _spread(hashes[places])
    order = np.argsort(chosen, kind="stable")
    chosen, places = chosen[order], places[order]
    # Places of a hash follow in order of the text: of too many the first and the last are kept.
    half = MOST_PLACES // 2
    few = np.ones(len(chosen), dtype=bool)
    few[half:-half] = (chosen[half:-half] != chosen[: -2 * half]) | (chosen[half:-half] != chosen[2 * half :])
    return Fingerprints(chosen[few], places[few].astype(np.int32))


def _spread(hashes: Hashes) -> Hashes:
    """Other numbers for the same hashes, each its own: the least of a window are nearly all small, these are not."""
    return (hashes.view(np.uint64) * np.uint64(BASE)).view(np.int64)


def gram_hashes(codes: Codes, gram: int) -> Hashes:
    """A hash of each run of `gram` folded characters; 64 bits, signed so that every database stores it.

    A polynomial hash, made by doubling: of two neighbouring runs of n characters one of 2n, where gram has a bit.
    """
    count = len(codes) - gram + 1
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    run, length = codes.astype(np.uint64), 1
    for bit in bin(gram)[3:]:
        run, length = _joined(run, run, length, length), 2 * length
        if bit == "1":
            run, length = _joined(run, codes.astype(np.uint64), length, 1), length + 1
    # The finaliser of splitmix64 (Steele, Lea, Flood 2014) spreads what the polynomial left close together.
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        run ^= run >> np.uint64(shift)
        run *= np.uint64(factor)
    run ^= run >> np.uint64(31)
    return run.view(np.int64)


def _joined(
    left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64], length: int, more: int
) -> npt.NDArray[np.uint64]:
    """Hashes of runs of `length` and of `more` characters as hashes of the runs of both together."""
    behind = right[length:]
    joined = left[: len(behind)] * np.uint64(pow(BASE, more, 1 << 64))
    joined += behind
    return joined


def _winnowed(hashes: Hashes, window: int) -> npt.NDArray[np.int64]:
    """Where a hash is the least of some window; of equal neighbours the first."""
    if len(hashes) == 0:
        return np.zeros(0, dtype=np.int64)
    width = min(window, len(hashes))
    least = _slid(hashes, width, np.minimum)
    # A hash is kept when it is the greatest of the least of the windows it stands in, which is itself.
    lowest = np.full(width - 1, np.iinfo(np.int64).min)
    kept = _slid(np.concatenate((lowest, least, lowest)), width, np.maximum) == hashes
    kept[1:] &= hashes[1:] != hashes[:-1]
    return np.flatnonzero(kept)


def _slid(values: Hashes, width: int, better: np.ufunc) -> Hashes:
    """The best of each window of `width` values, by doubling."""
    best, reach = values, 1
    while reach < width:
        step = min(reach, width - reach)
        best = better(best[:-step], best[step:])
        reach += step
    return best


def is_first(hashes: npt.NDArray[np.signedinteger[Any]]) -> npt.NDArray[np.bool_]:
    """Of numbers in order, which are not equal to the one before."""
    first = np.ones(len(hashes), dtype=bool)
    np.not_equal(hashes[1:], hashes[:-1], out=first[1:])
    return first
