"""Orders the lines of a page as a person reads them: bands of the page from top to bottom, columns from left to right.

A recursive X-Y cut (Nagy and Seth, 1984), with two changes. A block is cut into columns first. If lines that span
several columns prevent this, as a headline does, they divide the block into bands. Columns are of prose: what looks
like the columns of a table is read row by row.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, pairwise
from operator import ge, itemgetter, sub
from statistics import median
from typing import NamedTuple

import numpy as np

from ingest_service.reading.pdf.lines import Blocks, Flags, Line, Lines, Pages

# A column has at least so many lines, of so many characters on average.
FEWEST_LINES = 3
COLUMN_CHARACTERS = 15
# The gap of two columns, in heights of a line, and the share of their heights that is side by side.
GUTTER = 0.7
SIDE_BY_SIDE = 0.3
# The share of lines that may span the columns of a block.
MOST_SPANNING = 0.5
# Lines whose bottoms differ by less than this share of their height are on one row.
SAME_ROW = 0.4
# A page of drawings, such as a map, has text all over; no page of prose has so many columns.
MOST_CUTS = 20
MOST_EDGES = 20
# Left edges closer than this are one edge, in points.
SAME_EDGE = 2.0


def reading_order(pages: Pages) -> Iterator[Blocks]:
    """The columns of all pages in reading order; arrays show of most pages that they have one, from top to bottom."""
    for is_ordered, page_spans in groupby(zip(pages.spans(), _are_ordered(pages).tolist(), strict=True), itemgetter(1)):
        spans = [span for span, _ in page_spans]
        if is_ordered:
            yield pages.lines.part(spans[0][0], spans[-1][1]), [end - start for start, end in spans]
        else:
            for span in spans:
                yield from ((Lines.of(block), [len(block)]) for block in blocks(pages.lines.part(*span).single()))


def _are_ordered(pages: Pages) -> Flags:
    """Whether each page is one column of rows below each other; for one with no line, no."""
    left, right, size = pages.lines.left, pages.lines.right, pages.lines.size
    counts = np.array(pages.counts)
    firsts = (np.cumsum(counts) - counts)[counts > 0]
    descends = size >= 0
    below = -np.diff(pages.lines.bottom) >= SAME_ROW * size[1:]
    # The first line of a page is below none.
    below[firsts[1:] - 1] = True
    descends[1:] &= below
    # Then `Shape.is_one_column` is true: no line ends before another one begins.
    is_one_column = np.maximum.reduceat(left, firsts) < np.minimum.reduceat(right, firsts) - SAME_EDGE
    ordered = np.zeros(len(counts), bool)
    ordered[counts > 0] = np.logical_and.reduceat(descends, firsts) & is_one_column
    return ordered


def blocks(lines: Sequence[Line], cuts: int = MOST_CUTS) -> Iterator[list[Line]]:
    """The lines of each column part in reading order, after so many cuts inside each other at most."""
    if not lines:
        return
    shape = Shape.of(lines)
    is_divisible = cuts and len(lines) >= 2 * FEWEST_LINES and not shape.is_one_column
    parts = (_columns(lines) or _bands(lines)) if is_divisible else None
    if parts:
        for part in parts:
            yield from blocks(part, cuts - 1)
    else:
        yield list(lines) if shape.descends else _rows(lines)


class Shape(NamedTuple):
    """The edges and heights of lines, which show of most pages that they have nothing to be divided or sorted."""

    lefts: Sequence[float]
    rights: Sequence[float]
    bottoms: Sequence[float]
    sizes: Sequence[float]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Shape":
        """The shape of at least one line."""
        _, lefts, rights, bottoms, tops, *_ = zip(*lines, strict=True)
        return cls(lefts, rights, bottoms, list(map(sub, tops, bottoms)))

    @property
    def is_one_column(self) -> bool:
        """Whether no three lines end before three others begin: then these lines have no columns and no bands."""
        leftmost_end, rightmost_start = sorted(self.rights)[FEWEST_LINES - 1], sorted(self.lefts)[-FEWEST_LINES]
        return rightmost_start < leftmost_end - SAME_EDGE and min(self.sizes) >= 0

    @property
    def descends(self) -> bool:
        """Whether each line is a row below the one before it."""
        steps = map(sub, self.bottoms, self.bottoms[1:])
        return all(map(ge, steps, map(SAME_ROW.__mul__, self.sizes[1:]))) and min(self.sizes) >= 0


def _columns(lines: Sequence[Line]) -> list[list[Line]] | None:
    """The lines on both sides of a gap that runs through all of them from top to bottom."""
    by_left = sorted(lines, key=lambda line: line.left)
    gutter = GUTTER * median(line.size for line in lines)
    reach = accumulate((line.right for line in by_left), max)
    gaps = [
        number
        for number, (right, line) in enumerate(zip(reach, by_left[1:], strict=False), 1)
        if line.left - right >= gutter
    ]
    divided = ([by_left[:number], by_left[number:]] for number in gaps[:MOST_EDGES])
    return next((sides for sides in divided if _are_columns(*sides)), None)


def _are_columns(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two groups of lines are prose, and beside each other."""
    if min(len(left), len(right)) < FEWEST_LINES:
        return False
    if any(sum(len(line.text) for line in side) < COLUMN_CHARACTERS * len(side) for side in (left, right)):
        return False
    (low, high), (other_low, other_high) = _extent(left), _extent(right)
    return min(high, other_high) - max(low, other_low) >= SIDE_BY_SIDE * min(high - low, other_high - other_low)


def _extent(lines: Sequence[Line]) -> tuple[float, float]:
    return min(line.bottom for line in lines), max(line.top for line in lines)


def _bands(lines: Sequence[Line]) -> list[list[Line]] | None:
    """The lines from top to bottom, divided where lines that span two columns begin and end."""
    best: tuple[int, float] | None = None
    for edge in _left_edges(lines):
        left = [line for line in lines if line.right <= edge]
        right = [line for line in lines if line.left >= edge - SAME_EDGE]
        spanning = len(lines) - len(left) - len(right)
        if (
            spanning <= MOST_SPANNING * len(lines)
            and (best is None or spanning < best[0])
            and _are_columns(left, right)
        ):
            best = spanning, edge
    if best is None or not best[0]:
        return None
    edge = best[1]
    downwards = sorted(lines, key=lambda line: -line.top)
    return [
        list(band) for _, band in groupby(downwards, lambda line: line.left < edge - SAME_EDGE < line.right - SAME_EDGE)
    ]


def _left_edges(lines: Sequence[Line]) -> list[float]:
    """The left edges that several lines share, the leftmost one excepted."""
    edges = sorted(line.left for line in lines)
    shared = [
        first for first, third in zip(edges, edges[FEWEST_LINES - 1 :], strict=False) if third - first <= SAME_EDGE
    ]
    distinct = shared[:1] + [edge for before, edge in pairwise(shared) if edge - before > SAME_EDGE]
    return [edge for edge in distinct if edge - edges[0] > SAME_EDGE][:MOST_EDGES]


def _rows(lines: Sequence[Line]) -> list[Line]:
    """The lines from top to bottom; those on one row, from left to right, become one line."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -line.bottom):
        if rows and rows[-1][0].bottom - line.bottom < SAME_ROW * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_joined(sorted(row, key=lambda line: line.left)) if len(row) > 1 else row[0] for row in rows]


def _joined(row: Sequence[Line]) -> Line:
    joined = row[0]
    for line in row[1:]:
        joined = joined.beside(line)
    return joined
