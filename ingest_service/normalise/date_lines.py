"""Lines of dates at the top of a text: publication, update, and the author beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest_service.model import Article
from ingest_service.normalise import dates, names
from ingest_service.normalise.draft import MENU, SHORTEST_HEADING, Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 140
# The number of lines under the title that may be a date line.
NEAR = 3
# Date lines no more than this many lines apart are the headings of a timeline.
TIMELINE_GAP = 4
LONGEST_ENTRY = 120

PARTS = re.compile(r"\s*[|•·]\s*|\s{2,}|\s+[–—]\s+")
BY = re.compile(r"(?:(?:posted|published|written|submitted) )?by:? (\S.*)", re.I)
BY_AND_DATE = re.compile(r"(?:(?:posted|published|written|submitted) )?by:? (\S.*?)(?:,| on| at| [-–—])\s", re.I)
DATE_AND_BY = re.compile(r"(?:,| [-–—])? by:? (\S.*)", re.I)
# Parts of such a line that say nothing about the text.
SILENT = re.compile(
    r"(?:by )?(?:admin|administrator|webmaster|editor|editors|staff|news|press releases?|media releases?|news releases?"
    r"|blog|announcements?|newsroom|press office|uncategorized|\d{1,3} min(?:ute)?s?(?: read)?|(?:no|\d{1,5}) comments?"
    r"|leave a comment|print|share)",
    re.I,
)
ZONE = re.compile(r"[A-Z]{0,5}")
CLOCK = re.compile(r"\d{1,2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\b|(?<=[:.]\d\d)(?!\d))", re.I)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a date line states."""

    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()


def date_line(draft: Draft) -> RuleResult:
    """Removes a line at the top that is only a date, perhaps with author and update; the article is published on it."""
    if not draft.article.title:
        return RuleResult()
    for index, distance in draft.under_title(NEAR):
        line = draft.lines[index]
        stated = _stated(line.text) if line.whole else None
        # Under the heading of a saved page a name may come first: of the author, an agency or a section.
        may_follow = stated is None and distance < index and not draft.article.published
        if may_follow and (published := _after_name(line.text)):
            return RuleResult(article=_article(draft.article, _Stated(published)))
        if stated is None or draft.article.published not in (None, stated.published):
            continue
        if heads_entries(draft.lines, index):
            return RuleResult()
        cuts = [(line.start, line.end)]
        following = draft.lines[index + 1] if index + 1 < len(draft.lines) else None
        if following and following.whole and (updated := dates.updated(following.text)):
            cuts.append((following.start, following.end))
            stated = replace(stated, updated=updated)
        return RuleResult(cuts=cuts, article=_article(draft.article, stated))
    published = None if draft.article.published else _before_heading(draft)
    return RuleResult(article=_article(draft.article, _Stated(published))) if published else RuleResult()


def _before_heading(draft: Draft) -> str | None:
    """The date before a repetition of the title on its line: "June 26, 2025: Minister opens the harbour"."""
    title = draft.article.title
    for line in draft.lines[:MENU] if len(title) >= SHORTEST_HEADING else ():
        if line.text.endswith(title) and len(line.text) < LONGEST + len(title):
            return dates.alone(line.text.removesuffix(title).rstrip(" :|-–—"))
    return None


def _after_name(text: str) -> str | None:
    """The date in "Jane Roe - Nov 19, 2019, 10:31 pm"; None if it is that of an update."""
    spans = list(dates.spans(text)) if len(text) <= LONGEST else []
    if len(spans) != 1 or dates.UPDATED.match(text):
        return None
    start, _, _ = spans[0]
    name = text[:start].rstrip(" -–—|,")
    return dates.alone(text[start:]) if name and names.is_name(name) else None


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
    near = lines[index + 2 : index + 2 + TIMELINE_GAP]
    return any(line.whole and dates.alone(line.text) for line in near)


def _stated(text: str) -> _Stated | None:
    """What a line states that is only a date, perhaps with authors, an update, or a category of the site."""
    if len(text) > LONGEST or not dates.YEAR.search(text):
        return None
    if published := dates.alone(text):
        return _Stated(published)
    return _of_parts(PARTS.split(text)) or _of_byline(text)


def _of_parts(parts: Sequence[str]) -> _Stated | None:
    """What the parts of a line state; None if any part is something else, or no part is a date of publication."""
    stated = _Stated()
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


def _of_byline(text: str) -> _Stated | None:
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
    return _Stated(published, authors=people)


def _people(text: str) -> tuple[str, ...]:
    people = names.divided(text) or ()
    return people if all(" " in name for name in people) else ()


def _article(article: Article, stated: _Stated) -> Article:
    if not article.published:
        article = replace(article, published=stated.published, published_basis="text")
    if stated.updated:
        article = replace(article, fields={**article.fields, "updated": stated.updated})
    return replace(article, authors=article.authors or stated.authors)
