"""Cuts texts into segments for the pages: marked passages, and the added and removed parts of a comparison. Pure.

Offsets are code points, half-open, into the paragraphs joined by an empty line.
"""

import bisect
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

PARAGRAPH_BREAK = "\n\n"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """A span of the text to be marked, its number on the page, and the spans of it that are in quotation marks."""

    number: int
    span: Span
    quoted: tuple[Span, ...] = ()


class DiffOperation(Protocol):
    """One operation of a diff: the span `a` of the first text became the span `b` of the second."""

    @property
    def op(self) -> str:
        """equal, insert, delete, replace or move."""

    @property
    def a(self) -> Span:
        """The span of the first text."""

    @property
    def b(self) -> Span:
        """The span of the second text."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that is shown in one style; `passage` is the number of its passage, `first` its first segment."""

    text: str
    passage: int | None = None
    quoted: bool = False
    first: bool = False


def marked(paragraphs: Sequence[str], passages: Iterable[MarkedSpan]) -> list[list[Segment]]:
    """Cuts each paragraph into segments that join to its text. Where passages overlap, the earlier one is marked."""
    runs = list(_runs(passages))
    marked_paragraphs = []
    offset = 0
    for paragraph in paragraphs:
        marked_paragraphs.append(list(_segments(paragraph, offset, runs)))
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return marked_paragraphs


@dataclass(frozen=True, slots=True)
class _Run:
    """A span of the text that is marked in one style; `opens` is True where its passage begins."""

    start: int
    end: int
    passage: int
    quoted: bool
    opens: bool


def _runs(passages: Iterable[MarkedSpan]) -> Iterator[_Run]:
    """The passages in order, without overlap, cut where a quotation begins or ends."""
    marked_to = 0
    for passage in sorted(passages, key=lambda passage: passage.span):
        start, end = max(passage.span[0], marked_to), passage.span[1]
        if start >= end:
            continue
        marked_to = end
        inner = {edge for span in passage.quoted for edge in span if start < edge < end}
        edges = [start, *sorted(inner), end]
        for left, right in itertools.pairwise(edges):
            quoted = any(span[0] <= left and right <= span[1] for span in passage.quoted)
            yield _Run(left, right, passage.number, quoted, left == start)


def _segments(paragraph: str, offset: int, runs: Sequence[_Run]) -> Iterator[Segment]:
    """The segments of the paragraph that begins at `offset` of the text, in order."""
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


Manner = Literal["kept", "moved", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of a comparison, and whether it was kept, moved, added or removed."""

    text: str
    manner: Manner


def compared(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Divides the pieces into paragraphs, at added and removed breaks too; empty paragraphs are left out."""
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        first, *rest = piece.text.split(PARAGRAPH_BREAK)
        paragraphs[-1].append(Piece(first, piece.manner))
        paragraphs.extend([Piece(text, piece.manner)] for text in rest)
    with_text = ([piece for piece in paragraph if piece.text] for paragraph in paragraphs)
    return [paragraph for paragraph in with_text if paragraph]


def pieces(first: str, second: str, ops: Iterable[DiffOperation]) -> Iterator[Piece]:
    """The second text as kept, moved and added pieces, with the removed pieces of the first text at their places."""
    for op in ops:
        if op.op in ("delete", "replace"):
            yield Piece(first[slice(*op.a)], "removed")
        if op.op in ("insert", "replace"):
            yield Piece(second[slice(*op.b)], "added")
        if op.op in ("equal", "move"):
            yield Piece(second[slice(*op.b)], "kept" if op.op == "equal" else "moved")


def extent(added: int, removed: int, moved: int | None) -> str:
    """How much changed, as a phrase; `moved` is None if it was not counted."""
    phrase = f"{added:,} {'word' if added == 1 else 'words'} added, {removed:,} removed"
    return f"{phrase}, {moved:,} moved" if moved else phrase
