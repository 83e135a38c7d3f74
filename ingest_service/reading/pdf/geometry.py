"""The lines of a document as arrays, so that most of what is asked of all lines is computed at once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np
import numpy.typing as npt

from ingest_service.reading.pdf.lines import Line

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Geometry:
    """The texts and the edges of the lines of all blocks, in order; each block has a first line and a count of lines.

    `follows` is whether a line is in one block with the line before it, for each line but the first one.
    """

    texts: Sequence[str]
    left: Floats
    right: Floats
    bottom: Floats
    size: Floats
    bold: Flags
    firsts: Sequence[int]
    counts: Sequence[int]
    follows: Flags

    @classmethod
    def of(cls, blocks: Sequence[Sequence[Line]]) -> "Geometry":
        """The geometry of blocks, of which there is one, and each has a line."""
        texts, left, right, bottom, top, bold, _ = zip(*chain.from_iterable(blocks), strict=True)
        bottoms = np.array(bottom)
        edges = np.array(left), np.array(right), bottoms, np.array(top) - bottoms
        counts = list(map(len, blocks))
        firsts = list(accumulate(counts[:-1], initial=0))
        follows = np.ones(len(texts), bool)
        follows[firsts] = False
        return cls(texts, *edges, np.array(bold), firsts, counts, follows[1:])

    def of_blocks(self, function: np.ufunc, values: Floats) -> Floats:
        """The smallest or the largest value in the block of each line."""
        return np.repeat(function.reduceat(values, self.firsts), self.counts)
