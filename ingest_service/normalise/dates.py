"""Reads dates: of metadata, of lines that are only a date, and inside sentences. Names of months show the language.

A numeric date is read when its order is certain: year first, or one number that can be no month.
"""

import functools
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from ingest_service.months import MONTHS, WEEKDAYS

MONTH_FIRST = re.compile(r"(?<![^\W_])([^\W\d_]{3,12})\.?\s{1,2}(\d{1,2})(?:st|nd|rd|th)?[,\s]{1,3}(\d{4})(?!\d)", re.I)
DAY_FIRST = re.compile(
    r"(?<![^\W_])(\d{1,2})(?:st|nd|rd|th|er|º|\.)?\s{0,2}(?:(?:of|de|del|di)\s)?([^\W\d_]{3,12})\.?,?\s{1,2}"
    r"(?:(?:de|del|di)\s)?(\d{4})(?!\d)",
    re.I,
)
YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})(?:-(\d{2})-(\d{2})|/(\d{1,2})/(\d{1,2})|\. ?(\d{1,2})\. ?(\d{1,2})"
    r"|(?:년|年) ?(\d{1,2})(?:월|月) ?(\d{1,2})(?:일|日)|\. ([^\W\d_]{5,10}) (\d{1,2}))(?!\d)"
)
YEAR_LAST = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
# "11/19/19"; between other marks it would be a version or a number.
SHORT_YEAR = re.compile(r"(?<![\d./-])(\d{1,2})(/)(\d{1,2})/(\d{2})(?![\d/])")
IN_WORDS = (MONTH_FIRST, DAY_FIRST, YEAR_FIRST)
# Both forms begin with one digit, so that the expression is searched at digits only.
YEAR = re.compile(r"\d(?:\d{3}|/\d{2}(?!\d))")
COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")

ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|[+-]\d{2}:?\d{2}))?")
UTC_NAME = re.compile(r"(?<=\d) ?(?:UTC|GMT)$")
PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")

_WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
PUBLISHED = re.compile(
    r"(?:(?:first )?(?:published|posted|released?|issued|publié|veröffentlicht|publicado|pubblicato|gepubliceerd"
    r"|опубликовано|입력|发布时间)|(?:publication |release )?date|datum|fecha|data)(?: (?:on|le|am|el|il|op))?"
    r"\s?[:：]?\s?",
    re.I,
)
UPDATED = re.compile(
    r"(?:(?:last )?(?:updated|modified|revised)|mis à jour|aktualisiert|actualizado|aggiornato|bijgewerkt|обновлено"
    r"|수정)"
    r"(?: (?:on|le|am|el|il|op))?\s?[:：]?\s?",
    re.I,
)
_CLOCK = (
    r"\d{1,2}(?:[:.h]\d{2}(?::\d{2})?\s?(?:am|pm|a\.m\.|p\.m\.|uhr|h)?|\s?(?:am|pm|a\.m\.|p\.m\.|uhr))"
    r"(?: ?\(?[A-Z]{2,5}\)?)?"
)
_TIME = rf"(?:[,\s]*(?:at|à|um|kl\.?|[-–—])?\s?{_CLOCK})?"
CLOCK = re.compile(_CLOCK, re.I)
WEEKDAY = re.compile(rf"\b(?:{_WEEKDAY})\b[,.]?", re.I)
AROUND = re.compile(rf"(?:{_CLOCK},?\s+(?:on )?)?(?:(?:{_WEEKDAY})[,.]*\s+)?\x00(?:\s?г\.?)?{_TIME}\.?", re.I)
LONGEST_LINE = 70
# The digits of a short year, and the first one of the twentieth century.
SHORT = 2
FIRST_OF_1900S = 70


@functools.lru_cache(maxsize=1024)  # Several rules ask for the first lines of a text.
def alone(line: str) -> str | None:
    """The date of a text that is only a date, perhaps with "Published:", weekday and time, as YYYY-MM-DD."""
    return _alone(line, PUBLISHED) if len(line) <= LONGEST_LINE else None


def updated(line: str) -> str | None:
    """The date of a text such as "Updated June 20, 2024"; None without a word for it."""
    return _alone(line, UPDATED) if len(line) <= LONGEST_LINE and UPDATED.match(line) else None


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """The start, the end and the value of each full date in words, or with the year first, in a text."""
    for pattern in IN_WORDS if YEAR.search(text) else ():
        for match in pattern.finditer(text):
            if value := _iso(match):
                yield *match.span(), value


def stated(text: str) -> list[tuple[int, int, str]]:
    """The start, the end and the value of each date that is certain, in words or in figures, in order."""
    return sorted((*spans(text), *_numeric(text))) if YEAR.search(text) else []


def one_inside(text: str) -> str | None:
    """The date in a text, if there is exactly one."""
    values = {value for _, _, value in spans(text)}
    return values.pop() if len(values) == 1 else None


def of_metadata(value: str) -> str | None:
    """A date as metadata write it: RFC 3339, RFC 5322 or a date in words; a time without a zone counts as its day."""
    value = value.strip()
    if PARTIAL.fullmatch(value):
        return value
    try:
        moment = UTC_NAME.sub("", value)
        if moment != value and moment[-5:-4] not in "+-":
            moment += "Z"
        if ISO_MOMENT.fullmatch(moment):
            return of_moment(datetime.fromisoformat(moment.replace(" +", "+").replace(" -", "-").replace(" Z", "Z")))
        if compact := COMPACT.fullmatch(value):
            return _valid(*map(int, compact.groups()))
        if value[:4].rstrip(",").isalpha() and ":" in value and len(value) < LONGEST_LINE:
            return of_moment(parsedate_to_datetime(value))
    except (ValueError, OverflowError):
        pass
    return alone(value)


def of_moment(moment: datetime) -> str:
    """A moment in UTC, as RFC 3339 writes it; only its day if it has no zone."""
    if moment.tzinfo is None:
        return moment.date().isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _alone(line: str, label: re.Pattern[str]) -> str | None:
    if not YEAR.search(line):
        return None
    start = match.end() if (match := label.match(line)) else 0
    for start_, end, value in stated(line):
        if start_ >= start and AROUND.fullmatch(f"{line[start:start_]}\x00{line[end:]}"):
            return value
    return None


def _numeric(text: str) -> Iterator[tuple[int, int, str]]:
    """Numeric dates with the year last, where only one order makes a date."""
    for match in (*YEAR_LAST.finditer(text), *SHORT_YEAR.finditer(text)):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        if len(match[4]) == SHORT:
            year += 2000 if year < FIRST_OF_1900S else 1900
        orders = {value for day, month in ((first, second), (second, first)) if (value := _valid(year, month, day))}
        if len(orders) == 1:
            yield *match.span(), orders.pop()


def _iso(match: re.Match[str]) -> str | None:
    parts = [group for group in match.groups() if group]
    if not parts[0].isdecimal():
        parts = [parts[2], parts[0], parts[1]]
    elif len(parts[0]) < 4:
        parts.reverse()
    month = int(parts[1]) if parts[1].isdecimal() else MONTHS.get(parts[1].lower(), 0)
    return _valid(int(parts[0]), month, int(parts[2]))


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
