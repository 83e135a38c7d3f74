"""Rewriting the source before it is divided into lines, and combining the notes of two passes.

A rewriter replaces parts of the source: marks of Markdown by their text, wide gaps by line breaks. The rules then read
the rewritten source. `compose` turns the notes of both passes into notes on the original source.
"""

from collections.abc import Iterator, Sequence

from ingest_service.model import Note
from ingest_service.normalise.notes import apply


def compose(source: str, first: Sequence[Note], second: Sequence[Note]) -> tuple[Note, ...]:
    """Notes on `source` with the effect of `first`, then `second`, which holds positions in the rewritten source.

    A note of `second` that touches what `first` inserted becomes one note with it, under the rule of `second`.
    """
    if not first or not second:
        return tuple(first or second)
    return tuple(_composed(source, first, second))


def _composed(source: str, first: Sequence[Note], second: Sequence[Note]) -> Iterator[Note]:
    rewritten = apply(source, first)
    placed = list(_placed(first))
    index = shift = at = 0
    while at < len(second):
        start, end = _span(second[at])
        while index < len(placed) and placed[index][1] <= start:
            yield first[index]
            shift += _shift(first[index])
            index += 1
        # All notes of both passes that overlap this one, directly or through another.
        low, group, before = start, [second[at]], shift
        at += 1
        while True:
            if index < len(placed) and placed[index][0] < end:
                low, end = min(low, placed[index][0]), max(end, placed[index][1])
                shift += _shift(first[index])
                index += 1
            elif at < len(second) and _span(second[at])[0] < end:
                group.append(second[at])
                end = max(end, _span(second[at])[1])
                at += 1
            else:
                break
        span = (low + before, end + shift)
        yield Note(group[0].rule, span, source[slice(*span)], _replaced(rewritten, low, end, group))
    yield from first[index:]


def _placed(notes: Sequence[Note]) -> Iterator[tuple[int, int]]:
    """The span in the rewritten source of what each note inserted."""
    shift = 0
    for note in notes:
        start = _span(note)[0] - shift
        yield start, start + len(note.inserted)
        shift += _shift(note)


def _replaced(text: str, start: int, end: int, notes: Sequence[Note]) -> str:
    """The part of a text between two positions, with notes applied that lie in it."""
    parts = []
    for note in notes:
        parts += [text[start : _span(note)[0]], note.inserted]
        start = _span(note)[1]
    return "".join([*parts, text[start:end]])


def _shift(note: Note) -> int:
    """By how much the positions after a note move when it is applied, to the left."""
    return len(note.removed) - len(note.inserted)


def _span(note: Note) -> tuple[int, int]:
    if note.at is None:
        raise ValueError("a note on a text has a span")
    return note.at
