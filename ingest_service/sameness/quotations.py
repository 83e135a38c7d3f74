"""What of a text stands in quotation marks. Pure."""

import re
from collections.abc import Iterable, Iterator

from ingest_service.model import PARAGRAPH_BREAK, Span

MARKS = re.compile('["“”„«»]')
OPENING = "“„«"
CLOSING = "”»"


def quoted(text: str) -> tuple[Span, ...]:
    """The spans between quotation marks, marks left out; one that is never closed ends with its paragraph."""
    spans: list[Span] = []
    offset = 0
    for paragraph in text.split(PARAGRAPH_BREAK):
        spans += [(offset + start, offset + end) for start, end in _in_paragraph(paragraph)]
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return tuple(spans)


def _in_paragraph(paragraph: str) -> Iterator[Span]:
    opened: int | None = None
    for mark in MARKS.finditer(paragraph):
        if _opens(paragraph, mark.start(), is_open=opened is not None):
            if opened is None:
                opened = mark.end()
        elif opened is not None:
            if mark.start() > opened:
                yield opened, mark.start()
            opened = None
    if opened is not None and opened < len(paragraph):
        yield opened, len(paragraph)


def _opens(paragraph: str, at: int, *, is_open: bool) -> bool:
    """Whether the mark opens; a straight one does when it leans on the word behind it and not on the one before."""
    if paragraph[at] in OPENING:
        return True
    if paragraph[at] in CLOSING:
        return False
    before, behind = paragraph[at - 1 : at], paragraph[at + 1 : at + 2]
    leans_forward = (not before or before.isspace() or before in "([—–-") and bool(behind) and not behind.isspace()
    return leans_forward or (not is_open and bool(behind) and not behind.isspace())


def inside(spans: Iterable[Span], passage: Span) -> tuple[Span, ...]:
    """The parts of `spans` that lie in the passage, trimmed to it."""
    cut = ((max(start, passage[0]), min(end, passage[1])) for start, end in spans)
    return tuple((start, end) for start, end in cut if start < end)
