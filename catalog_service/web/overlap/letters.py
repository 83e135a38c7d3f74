"""Compares the two texts of a passage to the letter, and says in notes what differs. Pure.

The ingest service compares folded texts, in which "U.N." and "UN" are the same. Here a difference of words and a
difference of letters only are two degrees. Typographic variants of one mark (“ and ") are no difference.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from catalog_service import diffing
from catalog_service.diffing import Op
from catalog_service.diffing.words import WORD, Span
from catalog_service.web import in_words

Degree = Literal["same", "letters", "words", "left out"]

# Code points of a text of a passage. Longer ones are not compared, and only their beginnings and ends are shown.
LONGEST = 20_000
# Of a run of equal words that is longer than this, only so much at both ends is shown.
LONGEST_RUN = 700
END = 220
LONGEST_NOTE = 40
_QUOTES, _APOSTROPHES, _DASHES, _SPACES = '"“”„«»‟', "‘’‚‹›‛`´", "‐‑–—―−", "\n\t\u00a0\u2009\u202f"
_VARIANTS = {
    ord(variant): mark
    for variants, mark in ((_QUOTES, '"'), (_APOSTROPHES, "'"), (_DASHES, "-"), (_SPACES, " "))
    for variant in variants
}


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a passage's text; of the degree "left out", the text is not shown, only how many words it has."""

    text: str
    degree: Degree = "same"

    @property
    def words(self) -> int:
        """The number of its words."""
        return len(WORD.findall(self.text))


@dataclass(frozen=True, slots=True)
class Note:
    """One difference: the words of both sides, one of them empty if they are on one side only; or quotation marks."""

    left: str
    right: str
    degree: Literal["letters", "words", "quotation marks"]


@dataclass(frozen=True, slots=True)
class Compared:
    """Both texts of a passage as parts, and the differences in their order, each once."""

    left: tuple[Part, ...]
    right: tuple[Part, ...]
    notes: tuple[Note, ...]


def compare(left: str, right: str) -> Compared:
    """Compares the two texts; long runs of equal words are left out of both."""
    if max(len(left), len(right)) > LONGEST:
        return Compared(tuple(_ends(left)), tuple(_ends(right)), ())
    parts: tuple[list[Part], list[Part]] = [], []
    notes: dict[Note, None] = {}
    for op in diffing.compare(left, right).ops:
        texts = left[slice(*op.a)], right[slice(*op.b)]
        spans, note = _judged(op, *texts)
        for side, (text, span) in enumerate(zip(texts, spans, strict=True)):
            parts[side].extend(_cut(text, span, "letters" if op.typographic else "words"))
        if note:
            notes[note] = None
    return Compared(tuple(_shortened(parts[0])), tuple(_shortened(parts[1])), tuple(notes))


_NOTHING: Span = (0, 0)


def _judged(op: Op, left: str, right: str) -> tuple[tuple[Span, Span], Note | None]:
    """The spans of both texts that differ, and the note about them."""
    variants = left.translate(_VARIANTS), right.translate(_VARIANTS)
    if variants[0].split() == variants[1].split():
        return (_NOTHING, _NOTHING), None
    spans = _trimmed(*variants)
    differing = left[slice(*spans[0])], right[slice(*spans[1])]
    if not op.typographic:
        return (_stripped(left), _stripped(right)), _note(left, right, "words")
    if any(map(str.isalnum, "".join(differing))):
        note = None if left.casefold() == right.casefold() else _note(left, right, "letters")
        return (_stripped(left), _stripped(right)), note
    marks = [any(mark in text for mark in _QUOTES) for text in differing]
    note = Note("“" if marks[0] else "", "“" if marks[1] else "", "quotation marks") if marks[0] != marks[1] else None
    return spans, note


def _note(left: str, right: str, degree: Literal["letters", "words"]) -> Note:
    return Note(_short(left), _short(right), degree)


def _short(text: str) -> str:
    return in_words.shortened(" ".join(text.split()), LONGEST_NOTE)


def _trimmed(left: str, right: str) -> tuple[Span, Span]:
    """The spans of two texts between what both begin with and what both end with."""
    shorter = min(len(left), len(right))
    head = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    tail = next((at for at in range(shorter - head) if left[-1 - at] != right[-1 - at]), shorter - head)
    return (head, len(left) - tail), (head, len(right) - tail)


def _stripped(text: str) -> Span:
    """The span of a text without the white space at its ends."""
    start = len(text) - len(text.lstrip())
    return start, max(start, len(text.rstrip()))


def _cut(text: str, span: Span, degree: Degree) -> Iterator[Part]:
    """The text as up to three parts, of which the span is of this degree and the others are the same."""
    yield Part(text[: span[0]])
    yield Part(text[slice(*span)], degree)
    yield Part(text[span[1] :])


def _shortened(parts: Iterable[Part]) -> Iterator[Part]:
    """The parts, adjacent ones of one degree joined; of a long run of equal words, only its ends."""
    for degree, group in itertools.groupby((part for part in parts if part.text), key=lambda part: part.degree):
        text = "".join(part.text for part in group)
        yield from _ends(text) if degree == "same" and len(text) > LONGEST_RUN else (Part(text, degree),)


def _ends(text: str) -> Iterator[Part]:
    """The first and the last words of a long text, with what is between them left out."""
    head = text[:END].rpartition(" ")[0] or text[:END]
    tail = text[-END:].partition(" ")[2] or text[-END:]
    yield from (Part(head), Part(text[len(head) : -len(tail)], "left out"), Part(tail))
