"""Wide gaps in a text of one line: the line ends of a page that was copied without them."""

import re
from collections.abc import Iterator, Sequence

from ingest_service.model import Note, Span
from ingest_service.months import WEEKDAYS
from ingest_service.normalise import dates

NAME = "wide-gap"
_SPACE = r"[ \t\u00a0]"
GAP = re.compile(rf"(?<=\S){_SPACE}{{4,}}(?=\S)")
# No table has a wider gap: it is a line end in a text of several lines too.
WIDEST_GAP = re.compile(rf"(?<=\S){_SPACE}{{60,}}(?=\S)")
# Around the date of publication, narrower gaps are line ends too.
BEFORE_DATE = re.compile(rf"(?<=\S){_SPACE}+\Z")
AFTER_DATE = re.compile(rf"{_SPACE}*(?=[^\W\d_a-z]|{_SPACE}[\d\"“'‘])")
LABEL = re.compile(r"(?:for )?(?:immediate )?release:?\s+", re.I)
NUMERIC = re.compile(r"\d{1,2}[ /.-]\d{1,2}[ /.-]\d{4}(?!\d)")
NUMERIC_AT_END = re.compile(rf"(?<=\s){NUMERIC.pattern}\Z")
WEEKDAY = re.compile(rf"\b(?:{'|'.join(WEEKDAYS)})[,.]?\s+\Z", re.I)
# In a sentence one of these words is before a date. After a title and its date comes a place, with which a text begins.
IN_SENTENCE = re.compile(r"\b(?:on|of|in|from|since|until|till|by|to|and|the|for|after|before|through|dated)\s+\Z")
AFTER_TITLE = re.compile(rf"{_SPACE}*\Z|{_SPACE}+(?i:for immediate)\b|{_SPACE}+(?:[^\W\d_a-z]{{4,}}|Washington)\b")
# A shorter text is a title, or the row of a table.
SHORTEST = 150
# The date of publication is among so many first characters, apart from wide gaps.
LONGEST_HEAD = 400


def wide_gap(source: str, start: int) -> list[Note]:
    """Replaces wide gaps by line breaks; in a text that is one long line also narrower ones, and it parts a date."""
    text = source[start:]
    if "    " not in text:
        return []
    stripped = text.strip()
    if len(stripped) < SHORTEST or "\n" in stripped or "\r" in stripped:
        return [Note(NAME, match.span(), match[0], "\n") for match in WIDEST_GAP.finditer(source, start)]
    gaps = [match.span() for match in GAP.finditer(source, start)]
    if date := _date(source, start, gaps):
        gaps += [span for span in _around(source, date) if not any(begin <= span[0] < end for begin, end in gaps)]
    return [Note(NAME, span, source[slice(*span)], "\n") for span in sorted(gaps)]


def _date(source: str, start: int, gaps: Sequence[Span]) -> Span | None:
    """The span of the first date near the start that is apart from the text."""
    first = start + len(source[start:]) - len(source[start:].lstrip())
    begins, ends = [first, *(end for _, end in gaps)], [*(begin for begin, _ in gaps), len(source)]
    read = 0
    for begin, end in zip(begins, ends, strict=True):
        line = source[begin : min(end, begin + LONGEST_HEAD)]
        # A date in figures alone is on a line of its own already; one in words may follow.
        if not NUMERIC.fullmatch(line) and (date := _date_of_line(line)):
            return begin + date[0], begin + date[1]
        read += end - begin
        if read > LONGEST_HEAD:
            break
    return None


def _date_of_line(line: str) -> Span | None:
    """The span of a date with weekday and label that begins a line, follows a gap, or is between title and text."""
    label = LABEL.match(line)
    first = label.end() if label else 0
    numeric = NUMERIC.match(line, first) or NUMERIC_AT_END.search(line)
    begin, end = (
        numeric.span() if numeric else min(((begin, end) for begin, end, _ in dates.spans(line)), default=(0, 0))
    )
    weekday = WEEKDAY.search(line[:begin])
    begin = weekday.start() if weekday else begin
    if begin in (0, first):
        return (0, end) if end else None
    is_apart = line[begin - 2 : begin].isspace()
    is_between = not IN_SENTENCE.search(line[:begin]) and AFTER_TITLE.match(line, end)
    return (begin, end) if is_apart or is_between else None


def _around(source: str, date: Span) -> Iterator[Span]:
    """The gaps before and after a date."""
    if before := BEFORE_DATE.search(source, max(0, date[0] - LONGEST_HEAD), date[0]):
        yield before.span()
    if after := AFTER_DATE.match(source, date[1]):
        yield after.span()
