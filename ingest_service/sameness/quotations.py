"""The spans of a text in quotation marks. Pure."""

import bisect
import re
from collections.abc import Iterator, Sequence

from ingest_service.model import PARAGRAPH_BREAK, Span

# The closing marks of each opening mark, in the languages that use it: “a”, „a“, „a”, ”a”, «a», »a«, »a», 「a」, ``a''.
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
# These marks open or close, so the characters around them decide; French puts a space inside its quotations.
LEANING = "”»›"
BEGINNINGS = "([“„‘‚…¿¡"
STRAIGHT = '"＂'
# Every text is searched for these. One class of all first characters makes the search twice as fast.
MARKS = re.compile("[“”„«»‹›「」『』\"＂‘‚`'](?:(?<=`)`|(?<=')'|(?<![`']))")
# Single marks are apostrophes as well: one counts only if it is closed before another quotation begins.
SINGLE = {
    "‘": re.compile(r"(?<!\w)‘(?=[^\W\d_])[^‘“”„«»\"]*?(?<=\S)’(?!\w)"),
    "‚": re.compile(r"(?<!\w)‚(?=[^\W\d_])[^‚“”„«»\"]*?(?<=\S)‘(?!\w)"),
}


def quoted(text: str) -> tuple[Span, ...]:
    """The spans between quotation marks, without the marks. A quotation that is never closed ends with its paragraph.

    A quotation inside another one is part of it. Straight single marks are taken for apostrophes.
    """
    spans: list[Span] = []
    offset = 0
    for paragraph in text.split(PARAGRAPH_BREAK):
        spans += [(offset + start, offset + end) for start, end in _in_paragraph(paragraph)]
        offset += len(paragraph) + len(PARAGRAPH_BREAK)
    return tuple(spans)


def _in_paragraph(paragraph: str) -> Iterator[Span]:
    opened, closers, end = -1, "", 0
    for match in MARKS.finditer(paragraph):
        mark, start = match.group(), match.start()
        if start < end:
            continue
        if opened >= 0:
            if mark in closers and not (mark in STRAIGHT and _leans_forward(paragraph, start)):
                if start > opened:
                    yield opened, start
                opened = -1
        elif mark in SINGLE:
            if single := SINGLE[mark].match(paragraph, start):
                end = single.end()
                yield start + 1, end - 1
        elif mark in CLOSERS and _opens(paragraph, match):
            opened, closers = match.end(), CLOSERS[mark]
    if 0 <= opened < len(paragraph):
        yield opened, len(paragraph)


def _opens(paragraph: str, match: re.Match[str]) -> bool:
    """Whether the mark opens a quotation.

    Some marks always do, a straight one does before any character, and others do directly before a word.
    """
    after = paragraph[match.end() : match.end() + 1]
    if match.group() in STRAIGHT:
        return bool(after) and not after.isspace()
    if match.group() in LEANING:
        return _leans_forward(paragraph, match.start()) and (after.isalnum() or after in BEGINNINGS)
    return True


def _leans_forward(paragraph: str, at: int) -> bool:
    """Whether a mark touches the character after it and not the one before it."""
    before, after = paragraph[max(0, at - 1) : at], paragraph[at + 1 : at + 2]
    return (not before or before.isspace() or before in "([—–-") and bool(after) and not after.isspace()


def inside(spans: Sequence[Span], passage: Span) -> tuple[Span, ...]:
    """The parts of `spans` inside the passage; `spans` are in order and disjoint."""
    first = bisect.bisect_right(spans, passage[0], key=lambda span: span[1])
    last = bisect.bisect_left(spans, passage[1], lo=first, key=lambda span: span[0])
    return tuple((max(start, passage[0]), min(end, passage[1])) for start, end in spans[first:last])
