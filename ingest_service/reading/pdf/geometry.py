"""The lines of a document in reading order, so that most of what is asked of all lines is computed at once. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

import numpy as np

from ingest_service.reading.pdf.lines import Blocks, Flags, Floats, Lines


@dataclass(frozen=True, slots=True)
class Geometry(Lines):
    """The lines of all blocks, in order; each block has a first line and a count of lines.

    `follows` is whether a line is in one block with the line before it, for each line but the first one; `lengths` are
    the characters of each line.
    """

    firsts: Sequence[int]
    counts: Sequence[int]
    follows: Flags
    lengths: Floats

    @classmethod
    def of_blocks(cls, blocks: Sequence[Blocks]) -> "Geometry":
        """The geometry of blocks, of which there is one, and each has a line."""
        parts = [lines for lines, _ in blocks]
        texts = list(chain.from_iterable(lines.texts for lines in parts))
        edges = np.concatenate([lines.edges for lines in parts], axis=1)
        bold = np.concatenate([lines.bold for lines in parts])
        hyphenated = np.concatenate([lines.hyphenated for lines in parts])
        counts = list(chain.from_iterable(counts for _, counts in blocks))
        firsts = list(accumulate(counts[:-1], initial=0))
        follows = np.ones(len(texts), bool)
        follows[firsts] = False
        lengths = np.fromiter(map(len, texts), np.float64)
        return cls(texts, edges, bold, hyphenated, firsts, counts, follows[1:], lengths)

    def in_blocks(self, function: np.ufunc, values: Floats) -> Floats:
        """The smallest or the largest value in the block of each line."""
        return np.repeat(function.reduceat(values, self.firsts), self.counts)
