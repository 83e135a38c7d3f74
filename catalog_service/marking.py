"""Cuts texts into segments for the pages: marked passages, and the added and removed parts of a comparison. Pure.

Offsets are code points, half-open, into the paragraphs joined by an empty line.
"""

import bisect
import itertools
from collections import deque
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


Manner = Literal["kept", "moved", "moved-away", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of a comparison, and whether it was kept, moved, added or removed.

    Moved text is shown twice: "moved" where it is now, "moved-away" where it was. The first pieces of both have the
    number `move`, counted from 1; it is 0 for all others. `in_move`: removed from text that moved, so it is also part
    of a "moved-away" piece.
    """

    text: str
    manner: Manner
    move: int = 0
    in_move: bool = False


def compared(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Divides the pieces into paragraphs, at added and removed breaks too; empty paragraphs are left out."""
    paragraphs: list[list[Piece]] = [[]]
    for piece in pieces:
        move = piece.move
        for place, text in enumerate(piece.text.split(PARAGRAPH_BREAK)):
            if place:
                paragraphs.append([])
            if text:
                paragraphs[-1].append(Piece(text, piece.manner, move, piece.in_move))
                move = 0
    return [paragraph for paragraph in paragraphs if paragraph]


def pieces(first: str, second: str, ops: Sequence[DiffOperation]) -> Iterator[Piece]:
    """The second text as kept, moved and added pieces, with what was removed or moved away at its former place."""
    numbers = list(_move_numbers(ops))
    places = sorted(_former_places(ops, numbers))
    away, spans = deque(places), {number: span for span, number in places}
    last = 0
    for op, move in zip(ops, numbers, strict=True):
        while away and not move and op.op != "insert" and away[0][0] < op.a:
            span, number = away.popleft()
            yield Piece(first[slice(*span)], "moved-away", number)
        if op.op in ("delete", "replace"):
            yield Piece(first[slice(*op.a)], "removed", in_move=bool(move) and _is_inside(op.a, spans[move]))
        if op.op in ("insert", "replace"):
            yield Piece(second[slice(*op.b)], "added")
        if op.op == "equal":
            yield Piece(second[slice(*op.b)], "kept")
        if op.op == "move":
            yield Piece(second[slice(*op.b)], "moved", move if move > last else 0)
            last = move
    for span, number in away:
        yield Piece(first[slice(*span)], "moved-away", number)


def _is_inside(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _move_numbers(ops: Iterable[DiffOperation]) -> Iterator[int]:
    """The number of the move that an operation belongs to; 0 for none.

    A part that moved and was edited is a sequence of operations, each of which begins where the one before it ends.
    """
    number, last, end = 0, 0, -1
    for op in ops:
        if op.op == "equal" or (op.op != "move" and op.a[0] != end):
            number = 0
        elif op.op == "move" and (not number or op.a[0] != end):
            number = last = last + 1
        end = op.a[1]
        yield number


def _former_places(ops: Iterable[DiffOperation], numbers: Iterable[int]) -> Iterator[tuple[Span, int]]:
    """The span of the first text that each move took its text from, and the move's number."""
    moves = [(number, op.a) for op, number in zip(ops, numbers, strict=True) if op.op == "move"]
    for number, group in itertools.groupby(moves, key=lambda move: move[0]):
        spans = [span for _, span in group]
        yield (spans[0][0], spans[-1][1]), number


def extent(added: int, removed: int, moved: int | None) -> str:
    """How many words changed, as a phrase without those numbers that are 0; `moved` is None if it was not counted."""
    counts = {"added": added, "removed": removed, "moved": moved or 0}
    phrases = [f"{count:,} {name}" for name, count in counts.items() if count]
    if not phrases:
        return "no word added or removed" if moved is None else "no word added, removed or moved"
    number, name = phrases[0].split(" ")
    return ", ".join((f"{number} {'word' if number == '1' else 'words'} {name}", *phrases[1:]))
