"""What is usual in a document: the height of its letters, and the distance of two lines. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ingest_service.reading.pdf.geometry import Geometry
from ingest_service.reading.pdf.lines import Flags, Floats

# Fonts of one size differ in height by less.
SAME_SIZE = 1.15
# The distance of two lines in heights, where nothing shows it.
USUAL_PITCH = 1.3
MOST_PITCH = 2.5


@dataclass(frozen=True, slots=True)
class Metrics:
    """The height of most letters of a document, and the usual distance of two lines for letters of each height."""

    body_size: float
    pitches: Mapping[float, float]

    @classmethod
    def of(cls, geometry: Geometry) -> "Metrics":
        """The metrics of all lines of a document."""
        heights, firsts, kinds = np.unique(np.round(geometry.size, 1), return_index=True, return_inverse=True)
        characters = np.bincount(kinds, geometry.lengths)
        commonest = np.flatnonzero(characters == characters.max()).tolist()
        return cls(float(heights[min(commonest, key=firsts.__getitem__)]), _pitches(geometry))

    def pitch(self, size: float) -> float:
        """The usual distance of the bottoms of two lines whose letters have this height."""
        return self.pitches.get(round(size)) or USUAL_PITCH * size

    def pitches_of(self, sizes: Floats) -> Floats:
        """The same for lines of these heights."""
        heights, kinds = np.unique(np.rint(sizes), return_inverse=True)
        known = np.array(list(map(self.pitches.get, heights.tolist())), np.float64)[kinds]
        return np.where(known > 0, known, USUAL_PITCH * sizes)

    def are_body(self, sizes: Floats) -> Flags:
        """Whether the letters of lines of these heights are as high as most."""
        body: Flags = (sizes <= self.body_size * SAME_SIZE) & (self.body_size <= sizes * SAME_SIZE)
        return body


def are_like(size: float, other: float, ratio: float) -> bool:
    """Whether none of two heights is larger than the other one by more than this ratio."""
    return size <= other * ratio and other <= size * ratio


def _pitches(geometry: Geometry) -> dict[float, float]:
    distance, size = -np.diff(geometry.bottom), geometry.size[1:]
    usable = geometry.follows & (distance > 0) & (distance < MOST_PITCH * size)
    # A complex number is a pair for arrays.
    pairs, counts = np.unique(np.rint(size[usable]) + 0.5j * np.rint(distance[usable] * 2), return_counts=True)
    distances: dict[float, dict[float, int]] = {}
    for height, pitch, count in zip(pairs.real.tolist(), pairs.imag.tolist(), counts.tolist(), strict=True):
        distances.setdefault(height, {})[pitch] = count
    return {height: _smallest_common(counts) for height, counts in distances.items()}


def _smallest_common(distances: Mapping[float, int]) -> float:
    """The smallest distance that is at least half as common as the commonest: larger ones divide short paragraphs."""
    most = max(distances.values())
    return min(distance for distance, count in distances.items() if count * 2 >= most)
