"""Stamps: the lines on which a page states when it was published or updated, perhaps with its author."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest_service.normalise import dates, names, sentences

LONGEST = 140

PARTS = re.compile(r"\s*[|•·]\s*|\s{2,}|\s+[–—]\s+")
LABEL = re.compile(rf"(?:by|submitted|written)\b|{dates.PUBLISHED.pattern}", re.I)
BY = re.compile(
    r"(?:(?:posted|published|written|submitted) )?(?:by:?|(?:autore?|auteur|autorin|text|текст|автор)\s?:) (\S.*)", re.I
)
BY_AND_DATE = re.compile(r"(?:(?:posted|published|written|submitted) )?by:? (\S.*?)(?:,| on| at| [-–—])\s", re.I)
DATE_AND_BY = re.compile(r"(?:,| [-–—])? by:? (\S.*)", re.I)
# Parts of such a line that say nothing about the text.
SILENT = re.compile(
    r"(?:by )?(?:admin|administrator|webmaster|editor|editors|staff|news|press releases?|media releases?|news releases?"
    r"|blog|announcements?|newsroom|press office|uncategorized|\d{1,3} min(?:ute)?s?(?: read)?|(?:no|\d{1,5}) comments?"
    r"|leave a comment|print|share)",
    re.I,
)
# What is around the name before a date: labels, a time, a weekday, prepositions, marks.
AROUND_NAME = re.compile(
    rf"{dates.UPDATED.pattern}|{dates.PUBLISHED.pattern}|\bsubmitted\b|{dates.CLOCK.pattern}|{dates.WEEKDAY.pattern}"
    r"|\b(?:by|on|at)\b|[^\w.'’]+",
    re.I,
)
# The longest rest of a line after the date: a time, a section, the number of comments.
LONGEST_REST = 90
MOST_DATES = 2


@dataclass(frozen=True, slots=True)
class Stated:
    """What a stamp states."""

    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()


def whole(text: str) -> Stated | None:
    """What a line states that is only a date, perhaps with authors, an update, or a category of the site."""
    if len(text) > LONGEST or not dates.YEAR.search(text):
        return None
    if published := dates.alone(text):
        return Stated(published)
    return _of_parts(PARTS.split(text)) or _of_byline(text)


def loose(text: str) -> Stated | None:
    """The dates of a line such as "Jane Roe 23/08/2018 2 comments"; None for a sentence, or if it has other dates."""
    stated, at = Stated(), 0
    found = dates.stated(text) if len(text) <= LONGEST else []
    for start, end, value in found:
        if dates.UPDATED.search(text, at, start):
            stated = replace(stated, updated=value)
        elif stated.published:
            return None
        else:
            stated = replace(stated, published=value)
        at = end
    name = " ".join(AROUND_NAME.sub(" ", text[: found[0][0]]).split()) if found else ""
    if not found or len(found) > MOST_DATES or (name and not names.is_name(name)):
        return None
    rest = dates.CLOCK.sub("", text[at:]).strip()
    return None if len(rest) > LONGEST_REST or (rest and sentences.is_ended(rest)) else stated


def has_time(text: str) -> bool:
    """Whether a line says that its date is one of publication: by a label, a time or a weekday."""
    marks = (dates.PUBLISHED, dates.CLOCK, dates.WEEKDAY)
    return any(mark.search(text) for mark in marks)


def _of_parts(parts: Sequence[str]) -> Stated | None:
    """What the parts of a line state; None if any part is something else, or no part is a date of publication."""
    stated = Stated()
    for part in parts:
        if (published := dates.alone(part)) and stated.published is None:
            stated = replace(stated, published=published)
        elif updated := dates.updated(part):
            stated = replace(stated, updated=updated)
        elif (match := BY.fullmatch(part)) and (people := _people(match[1])):
            stated = replace(stated, authors=people)
        elif not SILENT.fullmatch(part):
            return None
    return stated if stated.published and len(parts) > 1 else None


def _of_byline(text: str) -> Stated | None:
    """What "Posted by Jane Roe on June 26, 2025" states, or "June 26, 2025 by Jane Roe"."""
    if match := BY_AND_DATE.match(text):
        published, name = dates.alone(text[match.end() :].strip()), match[1]
    else:
        _, end, published = next(dates.spans(text), (0, 0, None))
        # A time may be between the date and the name.
        match = DATE_AND_BY.search(text, end)
        if published is None or match is None or dates.alone(text[: match.start()]) is None:
            return None
        name = match[1]
    people = _people(name)
    if published is None or (not people and not SILENT.fullmatch(name)):
        return None
    return Stated(published, authors=people)


def _people(text: str) -> tuple[str, ...]:
    people = names.divided(text) or ()
    return people if all(" " in name for name in people) else ()
