"""Fingerprints: winnowed hashes of character grams of the fold. Pure.

Schleimer, Wilkerson, Aiken: Winnowing (SIGMOD 2003). Of each window of hashes the least is kept, so every match of
window + gram - 1 folded characters shares one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest_service.sameness.fold import Codes
from ingest_service.sameness.parameters import PARAMETERS

Hashes = npt.NDArray[np.int64]

BASE = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Hashes in the order of the text, and at which folded character each gram begins."""

    hashes: Hashes
    places: npt.NDArray[np.int32]

    @property
    def unique(self) -> Hashes:
        """Each hash once, in order of value."""
        return np.unique(self.hashes)


def fingerprints(codes: Codes, gram: int = PARAMETERS.gram, window: int = PARAMETERS.window) -> Fingerprints:
    """The fingerprints of a fold; a text shorter than a gram has none. Linear time."""
    hashes = gram_hashes(codes, gram)
    if len(hashes) == 0:
        return Fingerprints(hashes, np.zeros(0, dtype=np.int32))
    width = min(window, len(hashes))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, width)
    # The rightmost least of each window, so that a run of one hash is not kept whole.
    least = width - 1 - windows[:, ::-1].argmin(axis=1)
    places = np.unique(least + np.arange(len(windows)))
    return Fingerprints(hashes[places], places.astype(np.int32))


def gram_hashes(codes: Codes, gram: int) -> Hashes:
    """A hash of each run of `gram` folded characters; 64 bits, signed so that every database stores it."""
    count = len(codes) - gram + 1
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    wide = codes.astype(np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for offset in range(gram):
        total = total * BASE + wide[offset : offset + count]
    # The finaliser of splitmix64 (Steele, Lea, Flood 2014) spreads what the polynomial left close together.
    total = (total ^ (total >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    total = (total ^ (total >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (total ^ (total >> np.uint64(31))).view(np.int64)
