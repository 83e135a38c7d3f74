"""Wide gaps in a text of one line: the line ends of a page that was copied without them."""

import re
from collections.abc import Iterator, Sequence

from ingest_service.model import Note, Span
from ingest_service.normalise import dates
from ingest_service.normalise.months import WEEKDAYS

NAME = "wide-gap"
GAP = re.compile(r"(?<=\S)[ \t\u00a0]{4,}(?=\S)")
# Around the date of publication, narrower gaps are line ends too.
BEFORE_DATE = re.compile(rf"(?<=\S)[ \t\u00a0]{{2,}}(?=(?:(?:{'|'.join(WEEKDAYS)})[,.]?[ \t\u00a0]+)?\Z)", re.I)
AFTER_DATE = re.compile(r"[ \t\u00a0]+(?=[^\W_a-z]|[\"“'‘])")
LABEL = re.compile(r"(?:for )?(?:immediate )?release:?\s+", re.I)
NUMERIC = re.compile(r"\d{1,2}[ /.-]\d{1,2}[ /.-]\d{4}(?!\d)")
# A shorter text is a title, or the row of a table.
SHORTEST = 150
# The date of publication is among so many first characters, apart from wide gaps.
LONGEST_HEAD = 400


def wide_gap(source: str, start: int) -> list[Note]:
    """Replaces gaps of four spaces or more by line breaks in a text that is one long line, and parts a date from it."""
    text = source[start:]
    stripped = text.strip()
    if len(stripped) < SHORTEST or "\n" in stripped or "\r" in stripped or "    " not in text:
        return []
    gaps = [match.span() for match in GAP.finditer(source, start)]
    if date := _date(source, start, gaps):
        gaps += [span for span in _around(source, date) if not any(begin <= span[0] < end for begin, end in gaps)]
    return [Note(NAME, span, source[slice(*span)], "\n") for span in sorted(gaps)]


def _date(source: str, start: int, gaps: Sequence[Span]) -> Span | None:
    """The span of the first date, if it begins a line, follows a label, or follows a gap of two spaces."""
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
    """The span of a date at the start of a line, with the label before it, or after a gap."""
    label = LABEL.match(line)
    first = label.end() if label else 0
    date = NUMERIC.match(line, first)
    begin, end = date.span() if date else min(((begin, end) for begin, end, _ in dates.spans(line)), default=(-1, -1))
    if begin == first:
        return 0, end
    return (begin, end) if begin > 0 and BEFORE_DATE.search(line[:begin]) else None


def _around(source: str, date: Span) -> Iterator[Span]:
    """The gaps before and after a date."""
    if before := BEFORE_DATE.search(source, max(0, date[0] - LONGEST_HEAD), date[0]):
        yield before.span()
    if after := AFTER_DATE.match(source, date[1]):
        yield after.span()
