"""The passages of a relation as pairs: each text with some words around it, what differs, and what is quoted. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from catalog_service import marking, resources
from catalog_service.web.overlap import letters
from catalog_service.web.overlap.letters import Note, Part

# Code points of the text before and after a passage.
CONTEXT = 90
TONES = 6
# A passage counts as quoted as a whole if so much of it is in quotation marks.
WHOLE = 0.9
Span = tuple[int, int]


class Text(Protocol):
    """A text with its language."""

    @property
    def text(self) -> str:
        """The whole text."""

    @property
    def language(self) -> str | None:
        """The code of the language, if it is known."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text that is of no document."""

    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The text of a passage on one side, and the words before and after it in its paragraph."""

    before: str
    parts: tuple[Part, ...]
    after: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A passage in both texts. `quoted`: how much of it the left text has in quotation marks; None if unknown."""

    number: int
    tone: int
    words: int
    is_verbatim: bool
    quoted: Literal["quoted", "partly quoted", "not in quotation marks"] | None
    left: Excerpt
    right: Excerpt
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage by its spans in the left and the right text, with its number on the page."""

    number: int
    left: Span
    right: Span
    words: int
    is_verbatim: bool
    quoted: Sequence[Span] | None

    @property
    def tone(self) -> int:
        """The number of the tone that it is marked with."""
        return (self.number - 1) % TONES + 1


def passages(relation: resources.Relation, *, swapped: bool) -> list[Passage]:
    """The passages in the order of the left text: the side `b` if `swapped`. Quotations are known of the side `a`."""
    ordered = sorted(relation.passages, key=lambda passage: passage.b if swapped else passage.a)
    return [
        Passage(
            number,
            passage.b if swapped else passage.a,
            passage.a if swapped else passage.b,
            passage.words,
            passage.verbatim,
            None if swapped else passage.quoted,
        )
        for number, passage in enumerate(ordered, start=1)
    ]


def pair(passage: Passage, left: Text, right: Text) -> Pair:
    """A passage with its texts compared to the letter."""
    compared = letters.compare(left.text[slice(*passage.left)], right.text[slice(*passage.right)])
    return Pair(
        passage.number,
        passage.tone,
        passage.words,
        passage.is_verbatim,
        _quoted(passage),
        _excerpt(left, passage.left, compared.left),
        _excerpt(right, passage.right, compared.right),
        compared.notes,
    )


def _quoted(passage: Passage) -> Literal["quoted", "partly quoted", "not in quotation marks"] | None:
    if passage.quoted is None:
        return None
    length = sum(end - start for start, end in passage.quoted)
    if length == 0:
        return "not in quotation marks"
    return "quoted" if length >= WHOLE * (passage.left[1] - passage.left[0]) else "partly quoted"


def _excerpt(source: Text, span: Span, parts: tuple[Part, ...]) -> Excerpt:
    return Excerpt(_before(source.text, span[0]), parts, _after(source.text, span[1]), source.language)


def _before(text: str, end: int) -> str:
    """The words before a place, in its paragraph; an ellipsis for what is left out."""
    words = text[max(0, end - CONTEXT) : end]
    _, is_whole, in_paragraph = words.rpartition(marking.PARAGRAPH_BREAK)
    return in_paragraph if is_whole or end <= CONTEXT else "… " + re.sub(r"^\S*\s", "", words, count=1)


def _after(text: str, start: int) -> str:
    """The words after a place, as in `_before`."""
    words = text[start : start + CONTEXT]
    in_paragraph, is_whole, _ = words.partition(marking.PARAGRAPH_BREAK)
    if is_whole or start + CONTEXT >= len(text):
        return in_paragraph
    return re.sub(r"\s\S*$", "", words, count=1) + " …"
