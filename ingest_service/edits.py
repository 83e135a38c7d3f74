"""Notes as edits: applied to a text in order, they produce another text; two lists of edits compose to one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from ingest_service.model import Note, Span


def apply(source: str, notes: Iterable[Note]) -> str:
    """The source with all notes applied. Raises ValueError for a note that overlaps another or does not fit."""
    parts, at = [], 0
    for note in notes:
        if note.at is None or note.at[0] < at or source[slice(*note.at)] != note.removed:
            raise ValueError(f"the note {note} does not fit at {at}")
        parts += [source[at : note.at[0]], note.inserted]
        at = note.at[1]
    return "".join([*parts, source[at:]])


def composed(source: str, first: Sequence[Note], second: Sequence[Note]) -> tuple[Note, ...]:
    """The notes that do to `source` what `first` and then `second` do.

    Both are in order and without overlap; the positions of `second` are those of the text that `first` produces. Where
    a note of `second` changes what one of `first` inserted, one note under the rule of the second does both.
    """
    if not first:
        return tuple(second)
    between = apply(source, first)
    notes: list[Note] = []
    earlier, later = _Edits(first, moved=True), _Edits(second)
    while span := later.span:
        if earlier.span and earlier.span[1] <= span[0]:
            notes.append(earlier.take())
        elif earlier.span and _overlap(earlier.span, span):
            notes.append(_merged(source, between, earlier, later))
        else:
            note = later.take()
            at = span[0] - earlier.growth, span[1] - earlier.growth
            notes.append(replace(note, at=at) if earlier.growth else note)
    return (*notes, *first[earlier.index :])


@dataclass(slots=True)
class _Edits:
    """Notes that are taken one after another.

    `span` is where the next one is in the text between both lists, None after the last. `growth` is by how much longer
    the notes taken so far make the text; only for those that produce it (`moved`).
    """

    notes: Sequence[Note]
    moved: bool = False
    index: int = 0
    growth: int = 0
    span: Span | None = field(init=False)

    def __post_init__(self) -> None:
        self.span = self._next()

    def take(self) -> Note:
        note = self.notes[self.index]
        self.index += 1
        self.growth += (len(note.inserted) - len(note.removed)) * self.moved
        self.span = self._next()
        return note

    def _next(self) -> Span | None:
        if self.index == len(self.notes):
            return None
        note = self.notes[self.index]
        assert note.at is not None
        start, end = note.at
        return (start + self.growth, start + self.growth + len(note.inserted)) if self.moved else (start, end)


def _overlap(first: Span, second: Span) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def _merged(source: str, between: str, earlier: _Edits, later: _Edits) -> Note:
    """One note for the next notes of both lists, and for all that overlap with these."""
    assert earlier.span
    assert later.span
    start, end = min(earlier.span[0], later.span[0]), max(earlier.span[1], later.span[1])
    begin, rule, at = start - earlier.growth, later.notes[later.index].rule, start
    parts = []
    while True:
        if later.span and later.span[0] < end:
            note_start, note_end = later.span
            parts += [between[at:note_start], later.take().inserted]
            at, end = note_end, max(end, note_end)
        elif earlier.span and earlier.span[0] < end:
            end = max(end, earlier.span[1])
            earlier.take()
        else:
            stop = end - earlier.growth
            return Note(rule, (begin, stop), source[begin:stop], "".join([*parts, between[at:end]]))
