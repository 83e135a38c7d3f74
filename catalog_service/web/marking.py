"""Texts cut into segments for showing: shared passages marked, differences struck out or put in. Pure.

Offsets are code points, half-open, into the paragraphs joined by an empty line.
"""

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

PARAGRAPH_BREAK = "\n\n"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of the text to be marked, its number on the page, and the spans in it that stand in quotation marks."""

    number: int
    span: Span
    quoted: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that is shown in one manner. `first` is True where its passage begins."""

    text: str
    passage: int | None = None
    quoted: bool = False
    first: bool = False


def marked(paragraphs: Sequence[str], passages: Iterable[Passage]) -> list[list[Segment]]:
    """Each paragraph as segments that together are its text; where passages overlap, the earlier one is marked."""
    runs = list(_runs(passages))
    shown = []
    offset = 0
    for paragraph in paragraphs:
        shown.append(list(_segments(paragraph, offset, runs)))
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return shown


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    end: int
    passage: int
    quoted: bool
    opens: bool


def _runs(passages: Iterable[Passage]) -> Iterator[_Run]:
    """The passages in order, without overlap, cut where a quotation begins or ends."""
    reached = 0
    for passage in sorted(passages, key=lambda each: each.span):
        start, end = max(passage.span[0], reached), passage.span[1]
        if start >= end:
            continue
        reached = end
        inner = {edge for span in passage.quoted for edge in span if start < edge < end}
        edges = [start, *sorted(inner), end]
        for left, right in itertools.pairwise(edges):
            quoted = any(span[0] <= left and right <= span[1] for span in passage.quoted)
            yield _Run(left, right, passage.number, quoted, left == start)


def _segments(paragraph: str, offset: int, runs: Sequence[_Run]) -> Iterator[Segment]:
    """`paragraph`, which begins at `offset`, in order."""
    at = 0
    for run in itertools.islice(runs, bisect.bisect_right(runs, offset, key=lambda run: run.end), None):
        if run.start >= offset + len(paragraph):
            break
        start, end = max(run.start - offset, at), min(run.end - offset, len(paragraph))
        if start >= end:
            continue
        if at < start:
            yield Segment(paragraph[at:start])
        opens = run.opens and run.start - offset == start
        yield Segment(paragraph[start:end], run.passage, run.quoted, opens)
        at = end
    if at < len(paragraph):
        yield Segment(paragraph[at:])
