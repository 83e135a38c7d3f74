"""Divides a comparison into paragraphs of unchanged text and numbered changes. Pure.

A change is a run of added, removed and moved text. It has the same number in the summary and in the text.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from catalog_service import diff_resources, marking, resources
from catalog_service.marking import Piece

T = TypeVar("T")

# Code points of one part of a long comparison; each part is a page.
PART = 100_000
# Code points of unchanged text before and after a change, where only changes are shown.
CONTEXT = 120


@dataclass(frozen=True, slots=True)
class Run:
    """Unchanged text, or a change with its number; `left_out` counts the words that are left out of unchanged text."""

    pieces: tuple[Piece, ...]
    number: int = 0
    left_out: int = 0

    @property
    def before(self) -> tuple[Piece, ...]:
        """The pieces of the first text, each once."""
        manners = ("kept", "removed", "moved-away")
        return tuple(piece for piece in self.pieces if piece.manner in manners and not piece.in_move)

    @property
    def after(self) -> tuple[Piece, ...]:
        """The pieces of the second text."""
        return tuple(piece for piece in self.pieces if piece.manner in ("kept", "added", "moved"))

    @property
    def length(self) -> int:
        """Code points of all pieces."""
        return sum(len(piece.text) for piece in self.pieces)


Paragraph = tuple[Run, ...]


def paragraphs(before: resources.Version, after: resources.Version, diff: diff_resources.Diff) -> list[Paragraph]:
    """The second text in paragraphs, with what was removed or moved away at its former place."""
    pieces = marking.pieces(before.text, after.text, diff.ops)
    numbers = itertools.count(1)
    return [
        tuple(_runs(paragraph, numbers))
        for paragraph in marking.compared(itertools.chain.from_iterable(map(_divided, pieces)))
    ]


def _divided(piece: Piece) -> Iterator[Piece]:
    """The piece, cut into several if it does not fit into one part."""
    if len(piece.text) <= PART // 2:
        yield piece
        return
    for start in range(0, len(piece.text), PART // 2):
        yield replace(piece, text=piece.text[start : start + PART // 2], move=0 if start else piece.move)


def _runs(pieces: Sequence[Piece], numbers: Iterator[int]) -> Iterator[Run]:
    for is_kept, group in itertools.groupby(pieces, key=lambda piece: piece.manner == "kept"):
        for together in _grouped(group, lambda piece: len(piece.text)):
            yield Run(together, 0 if is_kept else next(numbers))


def parts(paragraphs: Iterable[Paragraph]) -> list[tuple[Paragraph, ...]]:
    """The paragraphs in parts of about `PART` code points; at least one part. A longer paragraph is divided."""
    divided = (runs for paragraph in paragraphs for runs in _grouped(paragraph, lambda run: run.length))
    return list(_grouped(divided, lambda runs: sum(run.length for run in runs))) or [()]


def _grouped(items: Iterable[T], length: Callable[[T], int]) -> Iterator[tuple[T, ...]]:
    """The items in groups, in order, each as long as fits into one part; at least one item in each."""
    group: list[T] = []
    total = 0
    for item in items:
        size = length(item)
        if group and total + size > PART:
            yield tuple(group)
            group, total = [], 0
        group.append(item)
        total += size
    if group:
        yield tuple(group)


def places_of_moves(parts: Iterable[Iterable[Paragraph]]) -> dict[str, int]:
    """The number of the part with each end of a move, by its id: "moved-1", "moved-away-1"."""
    return {
        f"{piece.manner}-{piece.move}": number
        for number, part in enumerate(parts, start=1)
        for paragraph in part
        for run in paragraph
        for piece in run.pieces
        if piece.move
    }


def only_changes(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """The paragraphs with changes, shortened between them; unchanged ones as one paragraph that counts their words."""
    for is_changed, group in itertools.groupby(paragraphs, key=_has_change):
        if is_changed:
            yield from map(_shortened, group)
        else:
            words = sum(len(piece.text.split()) for paragraph in group for run in paragraph for piece in run.pieces)
            yield (Run((), left_out=words),)


def _has_change(paragraph: Paragraph) -> bool:
    return any(run.number for run in paragraph)


def _shortened(paragraph: Paragraph) -> Paragraph:
    last = len(paragraph) - 1
    return tuple(
        itertools.chain.from_iterable(
            (run,) if run.number else _context(run, is_first=place == 0, is_last=place == last)
            for place, run in enumerate(paragraph)
        )
    )


def _context(run: Run, *, is_first: bool, is_last: bool) -> Iterator[Run]:
    """The words of unchanged text beside the changes before and after it."""
    text = "".join(piece.text for piece in run.pieces)
    # Both ends are beside a change, unless the run begins or ends its paragraph.
    head = 0 if is_first else CONTEXT
    tail = 0 if is_last else CONTEXT
    if len(text) <= 2 * CONTEXT:
        yield run
        return
    start = len(text[:head].rpartition(" ")[0] or text[:head])
    end = len(text) - len(text[len(text) - tail :].partition(" ")[2] or text[len(text) - tail :])
    if start:
        yield Run((Piece(text[:start], "kept"),))
    yield Run((), left_out=len(text[start:end].split()))
    if end < len(text):
        yield Run((Piece(text[end:], "kept"),))
