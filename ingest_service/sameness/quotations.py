"""What of a text stands in quotation marks. Pure."""

import bisect
import re
from collections.abc import Iterator, Sequence

from ingest_service.model import PARAGRAPH_BREAK, Span

# What closes what each mark opens, in the languages that use it: “a”, „a“, „a”, ”a”, «a», »a«, »a», 「a」, ``a''.
CLOSERS = {
    "“": '”"',
    "„": '“”"',
    "”": "”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "``": "''",
    '"': '"”',
    "＂": "＂",
}
# These close as well as open, so how they lean must tell; French puts a space inside its own.
LEANING = "”»›"
BEGINNINGS = "([“„‘‚…¿¡"
STRAIGHT = '"＂'
# Every text is searched for them: with all the first characters in one class that is twice as fast.
MARKS = re.compile("[“”„«»‹›「」『』\"＂‘‚`'](?:(?<=`)`|(?<=')'|(?<![`']))")
# Single marks are apostrophes as well: only those count that are closed before anything else is quoted.
SINGLE = {
    "‘": re.compile(r"(?<!\w)‘(?=[^\W\d_])[^‘“”„«»\"]*?(?<=\S)’(?!\w)"),
    "‚": re.compile(r"(?<!\w)‚(?=[^\W\d_])[^‚“”„«»\"]*?(?<=\S)‘(?!\w)"),
}


def quoted(text: str) -> tuple[Span, ...]:
    """The spans between quotation marks, marks left out; one that is never closed ends with its paragraph.

    A quotation inside of a quotation is part of it. Straight single marks are taken for apostrophes.
    """
    spans: list[Span] = []
    offset = 0
    for paragraph in text.split(PARAGRAPH_BREAK):
        spans += [(offset + start, offset + end) for start, end in _in_paragraph(paragraph)]
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return tuple(spans)


def _in_paragraph(paragraph: str) -> Iterator[Span]:
    opened, closers, behind = -1, "", 0
    for found in MARKS.finditer(paragraph):
        mark, start = found.group(), found.start()
        if start < behind:
            continue
        if opened >= 0:
            if mark in closers and not (mark in STRAIGHT and _leans_forward(paragraph, start)):
                if start > opened:
                    yield opened, start
                opened = -1
        elif mark in SINGLE:
            if single := SINGLE[mark].match(paragraph, start):
                behind = single.end()
                yield start + 1, behind - 1
        elif mark in CLOSERS and _opens(paragraph, found):
            opened, closers = found.end(), CLOSERS[mark]
    if 0 <= opened < len(paragraph):
        yield opened, len(paragraph)


def _opens(paragraph: str, found: re.Match[str]) -> bool:
    """Whether the mark opens: some always do, a straight one before anything, others when they lean on a word."""
    behind = paragraph[found.end() : found.end() + 1]
    if found.group() in STRAIGHT:
        return bool(behind) and not behind.isspace()
    if found.group() in LEANING:
        return _leans_forward(paragraph, found.start()) and (behind.isalnum() or behind in BEGINNINGS)
    return True


def _leans_forward(paragraph: str, at: int) -> bool:
    """Whether a mark leans on what is behind it and not on what is before."""
    before, behind = paragraph[max(0, at - 1) : at], paragraph[at + 1 : at + 2]
    return (not before or before.isspace() or before in "([—–-") and bool(behind) and not behind.isspace()


def inside(spans: Sequence[Span], passage: Span) -> tuple[Span, ...]:
    """The parts of `spans`, which lie apart and in order, that lie in the passage, trimmed to it."""
    first = bisect.bisect_right(spans, passage[0], key=lambda span: span[1])
    last = bisect.bisect_left(spans, passage[1], lo=first, key=lambda span: span[0])
    return tuple((max(start, passage[0]), min(end, passage[1])) for start, end in spans[first:last])
