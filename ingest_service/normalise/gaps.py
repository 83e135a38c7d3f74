"""Wide gaps in a text of one line: the line ends of a page that was copied without them."""

import re

from ingest_service.model import Note
from ingest_service.normalise import dates

NAME = "wide-gap"
GAP = re.compile(r"(?<=\S)[ \t\u00a0]{4,}(?=\S)")
# After a date that follows a gap, a narrower one is enough.
NARROW_GAP = re.compile(r"[ \t\u00a0]{2,}(?=\S)")
# A shorter text is a title, or the row of a table.
SHORTEST = 150
LONGEST_DATE = 40


def wide_gap(source: str, start: int) -> list[Note]:
    """Replaces gaps of four spaces or more by line breaks in a text that is one long line."""
    text = source[start:]
    stripped = text.strip()
    if len(stripped) < SHORTEST or "\n" in stripped or "\r" in stripped or "    " not in stripped:
        return []
    notes = []
    for match in GAP.finditer(source, start):
        notes.append(Note(NAME, match.span(), match[0], "\n"))
        date = next(dates.spans(source[match.end() : match.end() + LONGEST_DATE]), None)
        if date and date[0] == 0 and (narrow := NARROW_GAP.match(source, match.end() + date[1])):
            notes.append(Note(NAME, narrow.span(), narrow[0], "\n"))
    return _apart(notes)


def _apart(notes: list[Note]) -> list[Note]:
    """The notes without those at the place of an earlier one."""
    return list({note.at: note for note in notes}.values())
