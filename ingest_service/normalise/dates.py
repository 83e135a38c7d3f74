"""Dates in a text: lines that are only a date, and dates inside sentences. English, Chinese, Japanese and Korean."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from ingest_service.normalise.draft import Draft, RuleResult

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
MONTH_FIRST = re.compile(rf"\b{_MONTH} {_DAY},? (\d{{4}})\b", re.IGNORECASE)
DAY_FIRST = re.compile(rf"\b{_DAY} (?:of )?{_MONTH},? (\d{{4}})\b", re.IGNORECASE)
YEAR_FIRST = re.compile(r"\b(\d{4})(?:-(\d{2})-(\d{2})\b|(?:년|年) ?(\d{1,2})(?:월|月) ?(\d{1,2})(?:일|日))")
ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?( ?(Z|[+-]\d{2}:?\d{2}))?")
PARTIAL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")

BEFORE = (
    r"(?:(?:first )?(?:published|posted|released?|date)(?: on)?:? )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
)
AFTER = r"(?:,?(?: at)? \d{1,2}[:.]\d{2}(?::\d{2})? ?(?:am|pm|a\.m\.|p\.m\.)?(?: ?[A-Z]{2,5})?)?\.?"
AROUND = re.compile(rf"(?:{BEFORE})\x00(?:{AFTER})", re.IGNORECASE)
LONGEST_LINE = 70
# The number of lines under the title that may be a date line.
NEAR = 3


def date_line(draft: Draft) -> RuleResult:
    """Removes a line under the title that is only a date; the article is published on it."""
    if not draft.article.title:
        return RuleResult()
    for line in draft.lines[:NEAR]:
        published = alone(line.text) if line.whole else None
        if published and draft.article.published in (None, published):
            article = draft.article
            if not article.published:
                article = replace(article, published=published, published_basis="text")
            return RuleResult(cuts=[(line.start, line.end)], article=article)
    return RuleResult()


def alone(line: str) -> str | None:
    """The date of a line that is only a date, perhaps with weekday and time, as YYYY-MM-DD."""
    if len(line) > LONGEST_LINE:
        return None
    for pattern in (MONTH_FIRST, DAY_FIRST, YEAR_FIRST):
        if (match := pattern.search(line)) and AROUND.fullmatch(line[: match.start()] + "\x00" + line[match.end() :]):
            return _iso(match)
    return None


def inside(text: str) -> Iterator[str]:
    """The full dates in a text, as YYYY-MM-DD."""
    for pattern in (MONTH_FIRST, DAY_FIRST, YEAR_FIRST):
        yield from filter(None, map(_iso, pattern.finditer(text)))


def one_inside(text: str) -> str | None:
    """The date in a text, if there is exactly one."""
    dates = set(inside(text))
    return dates.pop() if len(dates) == 1 else None


def of_metadata(value: str) -> str | None:
    """A date as metadata write it: RFC 3339, RFC 5322 or a date in words; a time without a zone counts as its day."""
    value = value.strip()
    if PARTIAL.fullmatch(value):
        return value
    try:
        if ISO_MOMENT.fullmatch(value):
            return _moment(datetime.fromisoformat(value.replace(" +", "+").replace(" Z", "Z")))
        if value[:4].rstrip(",").isalpha() and ":" in value and len(value) < LONGEST_LINE:
            return _moment(parsedate_to_datetime(value))
    except (ValueError, OverflowError):
        pass
    return alone(value)


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        return moment.date().isoformat()
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _iso(match: re.Match[str]) -> str | None:
    parts = [group for group in match.groups() if group]
    if not parts[0].isdecimal():
        parts = [parts[2], parts[0], parts[1]]
    elif len(parts[0]) < 4:
        parts.reverse()
    month = MONTHS.index(parts[1][:3].lower()) + 1 if parts[1].isalpha() else int(parts[1])
    try:
        return date(int(parts[0]), month, int(parts[2])).isoformat()
    except ValueError:
        return None
