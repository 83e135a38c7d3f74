"""The text that a reader takes out of a file, with notes of what of it is no part of the text. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ingest_service import edits
from ingest_service.errors import TextTooLong
from ingest_service.model import PARAGRAPH_BREAK, Json, Note, Reading
from ingest_service.reading import repairs
from ingest_service.reading.text import MAX_LINES
from ingest_service.settings import Limits

TITLE = "title"
HYPHENATION = "hyphenation"


class Paragraph(NamedTuple):
    """A paragraph: its text, the rule that removes it if one does, and the positions of hyphens that divide a word."""

    text: str
    rule: str | None = None
    hyphens: tuple[int, ...] = ()


def reading(media_type: str, paragraphs: Iterable[Paragraph], metadata: Mapping[str, Json], limits: Limits) -> Reading:
    """The reading of these paragraphs, of which the last one is not removed. Raises TextTooLong."""
    source, notes = composed(paragraphs)
    if len(source) > limits.text_characters:
        raise TextTooLong(f"the text has {len(source)} characters, the limit is {limits.text_characters}")
    # A line has a character and an end.
    if len(source) >= 2 * MAX_LINES and (lines := sum(map(bool, source.splitlines()))) > MAX_LINES:
        raise TextTooLong(f"the text has {lines} lines, the limit is {MAX_LINES}")
    text, characters = repairs.repaired(edits.apply(source, notes))
    notes = edits.composed(source, notes, characters)
    return Reading(None, media_type, None, source, text, notes, metadata, is_extracted=True)


def composed(paragraphs: Iterable[Paragraph]) -> tuple[str, tuple[Note, ...]]:
    """The source, and the notes that remove what is no part of the text."""
    parts: list[str] = []
    notes: list[Note] = []
    at = 0
    for paragraph in paragraphs:
        if paragraph.rule:
            removed = paragraph.text + PARAGRAPH_BREAK
            notes.append(Note(paragraph.rule, (at, at + len(removed)), removed))
        if paragraph.hyphens:
            notes += [Note(HYPHENATION, (at + hyphen, at + hyphen + 1), "-") for hyphen in paragraph.hyphens]
        parts.append(paragraph.text)
        at += len(paragraph.text) + len(PARAGRAPH_BREAK)
    return PARAGRAPH_BREAK.join(parts), tuple(notes)
