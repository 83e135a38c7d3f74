"""The lines of a PDF: all of a document as arrays, and single ones for the rules that examine them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress, pairwise
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Line(NamedTuple):
    """A line of a page: its text and box, in points from the lower left corner; `bold` if its letters are so.

    `hyphenated` lines end inside a word, without the hyphen.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool = False
    hyphenated: bool = False

    @property
    def size(self) -> float:
        """The height of the font, in points."""
        return self.top - self.bottom

    def beside(self, other: Line) -> Line:
        """One line of this one and of another one on the same row."""
        text, right = f"{self.text} {other.text}", max(self.right, other.right)
        return self._replace(text=text, right=right, hyphenated=other.hyphenated)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines as arrays, without an object for each; `edges` has the rows left, right, bottom and top."""

    texts: Sequence[str]
    edges: Floats
    bold: Flags
    hyphenated: Flags

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self:
        """The arrays of at least one line."""
        texts, *edges, bold, hyphenated = zip(*lines, strict=True)
        return cls(texts, np.array(edges), np.array(bold), np.array(hyphenated))

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def left(self) -> Floats:
        """The left edges."""
        left: Floats = self.edges[0]
        return left

    @property
    def right(self) -> Floats:
        """The right edges."""
        right: Floats = self.edges[1]
        return right

    @property
    def bottom(self) -> Floats:
        """The lower edges."""
        bottom: Floats = self.edges[2]
        return bottom

    @property
    def size(self) -> Floats:
        """The heights of the fonts."""
        size: Floats = self.edges[3] - self.edges[2]
        return size

    def line(self, number: int) -> Line:
        """One of the lines."""
        left, right, bottom, top = self.edges[:, number].tolist()
        return Line(
            self.texts[number], left, right, bottom, top, bool(self.bold[number]), bool(self.hyphenated[number])
        )

    def single(self) -> list[Line]:
        """All lines as objects."""
        return list(map(Line, self.texts, *self.edges.tolist(), self.bold.tolist(), self.hyphenated.tolist()))

    def part(self, start: int, end: int) -> Lines:
        """The lines from one number up to another one."""
        span = slice(start, end)
        return Lines(self.texts[span], self.edges[:, span], self.bold[span], self.hyphenated[span])

    def only(self, flags: Flags) -> Lines:
        """The lines with a flag."""
        texts = list(compress(self.texts, flags.tolist()))
        return Lines(texts, self.edges[:, flags], self.bold[flags], self.hyphenated[flags])


# Lines of blocks below each other or side by side, and how many of them each block has, in order.
Blocks = tuple[Lines, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Pages:
    """The lines of a document, and how many of them each page has; a page may have none."""

    lines: Lines
    counts: Sequence[int]

    def spans(self) -> Iterator[tuple[int, int]]:
        """The number of the first line of each page, and of the first one that is no longer on it."""
        return pairwise(accumulate(self.counts, initial=0))

    def without(self, numbers: Sequence[int]) -> Pages:
        """The same pages without the lines of these numbers."""
        if not numbers:
            return self
        kept = np.ones(len(self.lines), bool)
        kept[numbers] = False
        before = [0, *np.cumsum(kept).tolist()]
        return Pages(self.lines.only(kept), [before[end] - before[start] for start, end in self.spans()])
