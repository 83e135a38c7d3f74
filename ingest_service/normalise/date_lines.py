"""Lines of dates at the top of a text: publication, update, and the author beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest_service.model import Article, Span
from ingest_service.months import WEEKDAYS
from ingest_service.normalise import dates, signs, stamps
from ingest_service.normalise.draft import MENU, NEAR_TEXT, NOTHING, SHORTEST_HEADING, Draft, RuleResult, is_long
from ingest_service.normalise.layout import Line
from ingest_service.normalise.stamps import Stated

LONGEST = 140
# The number of lines under the title that may be a date line.
NEAR = 3
# The number of long lines above the stamp of a page: a summary, captions.
MOST_ABOVE = 4
# The number of lines under the heading of a saved page that may be a stamp, and of last lines.
NEAR_HEADING = 6
CLOSING = 4
LONGEST_BYLINE = 80
# The first characters of a line that may say on which day it was written.
LONGEST_OPENING = 600
# Date lines no more than this many lines apart are the headings of a timeline.
TIMELINE_GAP = 4
LONGEST_ENTRY = 120

TODAY = re.compile(rf"\b(?:today|heute|aujourd[’']hui|hoy|oggi),? \(?(?:(?:{'|'.join(WEEKDAYS)}),? )?(?:the )?", re.I)
TODAY_SIGNS = signs.of("today", "heute", "aujourd", "hoy", "oggi")
# A date after these words is inside a sentence, and so is one before a comma or a small letter.
INSIDE = re.compile(
    rf"\b(?:on|of|by|since|until|till|from|through|dated|before|after|in|to|and|for|at|the|an?|ends|ending|began|this|last"
    rf"|next|effective),? (?:(?:{'|'.join(WEEKDAYS)})\.?,? )?$|[,;:(]\s*$",
    re.I,
)
AT_TEXT = re.compile(r"[ .]{1,3}(?:\(?[A-Z]|[–—-] )")
ZONE = re.compile(r"[A-Z]{0,5}")
CLOCK = re.compile(r"\d{1,2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\b|(?<=[:.]\d\d)(?!\d))", re.I)


def date_line(draft: Draft) -> RuleResult:
    """Removes a line at the top that is only a date, perhaps with author and update; the article is published on it."""
    # The first line below the heading of which a schedule or timeline follows.
    schedule = -1
    of_page = 1 if _is_date_of_page(draft) else 0
    for index, distance in draft.under_title(NEAR) if draft.article.title else _above_text(draft):
        if index < of_page:
            continue
        line = draft.lines[index]
        stated = _whole(line)
        contradicts = stated is not None and draft.article.published not in (None, stated.published)
        if stated is None or contradicts or index - distance == schedule:
            continue
        if heads_entries(draft.lines, index):
            schedule = index - distance
            continue
        cuts = [(above.start, above.end) for above in draft.lines[:of_page]] + [(line.start, line.end)]
        following = draft.lines[index + 1] if index + 1 < len(draft.lines) else None
        if following and following.whole and (updated := dates.updated(following.text)):
            cuts.append((following.start, following.end))
            stated = replace(stated, updated=updated)
        if not stated.published and not draft.article.published and (inside := _inside(draft)):
            stated = replace(inside, updated=stated.updated)
        return RuleResult(cuts=cuts, article=_article(draft.article, stated))
    stated = None if draft.article.published or schedule == 0 else _inside(draft)
    return RuleResult(article=_article(draft.article, stated)) if stated else NOTHING


def _is_date_of_page(draft: Draft) -> bool:
    """Whether the date above the title is that of the page, since the text has one of its own below the title."""
    if (
        len(draft.lines) <= NEAR
        or not dates.alone(draft.lines[0].text)
        or not draft.is_above_title(draft.lines[0].start)
    ):
        return False
    return any(
        (stated := _whole(line)) and stated.published and not draft.is_above_title(line.start)
        for line in draft.lines[1:NEAR]
    )


def _above_text(draft: Draft) -> Iterator[Span]:
    """The first line of a text without a title, if the text follows it, perhaps after a place."""
    if any(is_long(line.text) for line in draft.lines[1:NEAR]):
        yield 0, 0


def _whole(line: Line) -> Stated | None:
    """What a line states that is only a stamp; a line may also hold only an update."""
    if not line.whole:
        return None
    updated = dates.updated(line.text)
    return Stated(updated=updated) if updated else stamps.whole(line.text)


def _inside(draft: Draft) -> Stated | None:
    """What a line states that also holds something else, and therefore remains."""
    if published := _before_heading(draft):
        return Stated(published)
    return _near_text(draft) or _in_opening(draft) or _below_menu(draft) or _in_one_line(draft) or _at_end(draft)


def _near_text(draft: Draft) -> Stated | None:
    """What a stamp states under the heading of a saved page or a byline, or between the title and the text."""
    for index, needs_time in _near_heading_or_text(draft):
        line = draft.lines[index].text
        stated = stamps.loose(line)
        if stated and (stamps.has_time(line) or not needs_time) and not _is_entry(draft.lines, index):
            return stated
    return None


def _near_heading_or_text(draft: Draft) -> Iterator[tuple[int, bool]]:
    """The indices of lines that may be stamps, and whether a time, a weekday or a label must show it."""
    yield from ((index, False) for index, distance in draft.under_title(NEAR_HEADING) if distance < index)
    # The line above the heading.
    yield from ((index - 2, True) for index, distance in draft.under_title(1) if index > distance + 1)
    top = draft.lines[:MENU]
    text_at = next((index for index, line in enumerate(top) if is_long(line.text)), 0)
    for index in range(max(0, text_at - NEAR), text_at):
        yield index, index < text_at - 1 or not dates.alone(top[index].text)
    bylines = (index for index, line in enumerate(top[:-1]) if line.text.startswith("By "))
    for index in bylines:
        if len(top[index].text) <= LONGEST_BYLINE and dates.alone(top[index + 1].text):
            yield index + 1, False


def _is_entry(lines: Sequence[Line], index: int) -> bool:
    """Whether a date is one of a list or schedule: other dates are near it. A page has one with a time of day."""
    if dates.CLOCK.search(lines[index].text):
        return False
    above = lines[max(0, index - TIMELINE_GAP) : index]
    return heads_entries(lines, index) or any(dates.alone(line.text) for line in above)


def _below_menu(draft: Draft) -> Stated | None:
    """What a stamp with a label or a time states that is below a menu and near the text, wherever the heading is."""
    long_lines = 0
    for index, line in enumerate(draft.lines[:MENU]):
        long_lines += is_long(line.text)
        if long_lines > MOST_ABOVE:
            return None
        if len(line.text) > LONGEST or not dates.YEAR.search(line.text):
            continue
        stated = stamps.whole(line.text) or stamps.loose(line.text)
        below = draft.lines[index + 1 : index + NEAR_TEXT]
        if not stated or not stated.published or not _is_stamp(line.text, stated) or _is_entry(draft.lines, index):
            continue
        if any(is_long(line.text) for line in below):
            return stated
    return None


def _is_stamp(text: str, stated: Stated) -> bool:
    """Whether a line with a date names authors, begins with "Published" or "By", or states a time of day."""
    return bool(stated.authors or stamps.LABEL.match(text) or dates.CLOCK.search(text))


def _in_one_line(draft: Draft) -> Stated | None:
    """The date of a text whose line ends are lost: "… Police Effort October 4 2005 Alma Senator Roe met students"."""
    if len(draft.lines) > NEAR:
        return None
    for line in draft.lines:
        opening = line.text[:LONGEST_OPENING]
        start, end, published = next(dates.spans(opening), (0, 0, ""))
        if published and is_long(line.text) and not INSIDE.search(opening, 0, start) and AT_TEXT.match(opening, end):
            return Stated(published)
    return None


def _in_opening(draft: Draft) -> Stated | None:
    """The date of "The port announced today, June 12, 2023, that …" in the opening of a text."""
    for line in draft.lines[:NEAR]:
        opening = line.text[:LONGEST_OPENING]
        if signs.may_hold(opening, TODAY_SIGNS) and (match := TODAY.search(opening)):
            date = next(dates.spans(line.text[match.end() : match.end() + LONGEST]), None)
            if date and date[0] == 0:
                return Stated(date[2])
    return None


def _at_end(draft: Draft) -> Stated | None:
    """What one of the last lines states after a label: "Published on June 12, 2023"."""
    for line in draft.lines[1:][-CLOSING:]:
        if dates.PUBLISHED.match(line.text) and (published := dates.alone(line.text)):
            return Stated(published)
    return None


def _before_heading(draft: Draft) -> str | None:
    """The date before a repetition of the title on its line: "June 26, 2025: Minister opens the harbour"."""
    title = draft.article.title
    for line in draft.lines[:MENU] if len(title) >= SHORTEST_HEADING and draft.may_repeat(title) else ():
        if line.text.endswith(title) and len(line.text) < LONGEST + len(title):
            return dates.alone(line.text.removesuffix(title).rstrip(" :|-–—"))
    return None


def heads_entries(lines: Sequence[Line], index: int) -> bool:
    """Whether a date line is the heading of a schedule or timeline: an entry with a time follows, or more dates."""
    if index + 1 == len(lines):
        return False
    clocks = [
        line.text[match.end() :].strip(" .:–-")
        for line in lines[index + 1 : index + 1 + TIMELINE_GAP]
        if (match := CLOCK.match(line.text)) and len(line.text) <= LONGEST_ENTRY
    ]
    # "2:15 P.M. EDT" alone is the time of a speech.
    if len(clocks) > 1 or (clocks and not ZONE.fullmatch(clocks[0]) and CLOCK.match(lines[index + 1].text)):
        return True
    own = dates.alone(lines[index].text)
    near = lines[index + 2 : index + 2 + TIMELINE_GAP]
    return any(line.whole and dates.alone(line.text) not in (None, own) for line in near)


def _article(article: Article, stated: Stated) -> Article:
    if stated.published and not article.published:
        article = replace(article, published=stated.published, published_basis="text")
    if stated.updated:
        article = replace(article, fields={**article.fields, "updated": stated.updated})
    return replace(article, authors=article.authors or stated.authors)
