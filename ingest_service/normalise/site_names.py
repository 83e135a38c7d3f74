"""The name of a site after the title of its page, and labels before a title."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest_service.normalise import layout, names, publishers
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 300
LONGEST_NAME = 80
FEWEST_WORDS = 3
# The number of lines below the title in which it may be repeated; a menu may come before.
NEAR = 400
# Between letters of scripts without spaces, the separator needs none.
# A wide gap is one where the heading repeats what is before it.
SEPARATOR = re.compile(
    r"\s+(\||::?|•|»|/|--?|[–—])\s+|(?<=\S)(\s{3,})(?=\S)|(?<=[\u3040-\u9fff])\s*([-–—_|｜])\s*(?=[\u3040-\u9fffA-Z])"
)
# Titles of windows are cut off at 40 characters or more.
SHORTEST_CUT_OFF = 40
# Of a title in a script without spaces.
SHORTEST_UNSPACED = 6
# Parts of a site that are no name of a publisher.
_PAGES = (
    r"(?:releases?|room|cent(?:er|re)|statements?|archives?|advisor(?:y|ies)|kit|desk|updates?|stories|articles?|items?"
    r"|(?:&|and) (?:events|media|press|updates|releases|statements))"
)
SECTION = re.compile(
    rf"(?:(?:(?:latest|all|recent) )?(?:press|news|media)(?: {_PAGES})?"
    r"|latest(?: news| updates)?|newsroom|home|homepage|blogs?|articles?|stories|world|politics|business|opinion"
    r"|statements?|releases?|speeches|publications?|announcements?|events?|details?|archives?|updates?|what[’']s new)",
    re.I,
)
# A line of sections, perhaps after the name of the site and a wide gap.
SECTIONS = re.compile(
    rf"(?:\S.{{0,60}}\s{{2,}})?{SECTION.pattern}(?:\s+{SECTION.pattern}){{0,3}}|topics|filter by|browse by", re.I
)
# "www.example.org", as the name of a site.
DOMAIN = re.compile(r"(?:www\.)?[\w-]{1,40}(?:\.[\w-]{2,30}){0,2}\.[A-Za-z]{2,10}")
LABEL = re.compile(r"(?:Title|Headline|Titre|Titel|Título|Titolo)\s?:\s+(?=\S)")


def title_label(draft: Draft) -> RuleResult:
    """Removes the word "Title:" or "Headline:" before the title on the first line."""
    if draft.article.title or len(draft.lines) < 2:
        return NOTHING
    line = draft.lines[0]
    match = LABEL.match(line.text)
    return RuleResult(cuts=[(line.start, line.start + match.end())]) if match else NOTHING


def site_name(draft: Draft) -> RuleResult:
    """Removes the name of the site behind a bar or a dash after the title; it is the publisher if none is known."""
    article, cuts = draft.article, []
    if SEPARATOR.search(article.title[:LONGEST]):
        start, end, site = _divided(article.title, draft.lines)
        article = replace(article, title=article.title[start:end], publisher=article.publisher or site)
    if len(draft.lines) > 1 and SEPARATOR.search(text := draft.lines[0].text[:LONGEST]):
        line = draft.lines[0]
        start, end, site = _divided(text, draft.lines[1:])
        if len(line.text) <= LONGEST:
            spans = [(line.start, line.start + start), (line.start + end, line.end)]
            cuts = [span for span in spans if span[0] < span[1]]
            # A heading below shows that the first line is the title of the window, even if it holds two sentences.
            heading = text[start:end] if cuts and _is_repeated(text[start:end], draft.lines[1:]) else ""
            article = replace(article, title=article.title or heading, publisher=article.publisher or site)
    return RuleResult(cuts, article=article) if cuts or article is not draft.article else NOTHING


def _divided(text: str, below: Sequence[Line]) -> tuple[int, int, str | None]:
    """The start and the end of the title in a text, and the name of the site behind it."""
    section = SEPARATOR.search(text)
    start = section.end() if section and section[1] == "|" and SECTION.fullmatch(text[: section.start()]) else 0
    end, site = len(text), None
    # Where a part is repeated as the heading, all that follows is no title.
    separators = list(_separators(text))
    if any(not mark.strip() for *_, mark in separators) and _is_repeated(text, below):
        separators = [separator for separator in separators if separator[2].strip()]
    heading = next((at for at, *_ in reversed(separators) if at > start and _is_repeated(text[start:at], below)), end)
    for first, last, mark in separators:
        tail = text[last:end].strip()
        is_site = first >= heading or _is_site(tail, mark, text[start:first], below)
        if not _is_long(text[:first]) or not is_site:
            break
        end = first
        site = site if site or SECTION.fullmatch(tail) else tail
    # "Opinion | " may be part of the title, unless the title is repeated without it.
    return start if start and _is_repeated(text[start:end], below) else 0, end, site


def _is_long(text: str) -> bool:
    """Whether a text is long enough for a title."""
    unspaced = layout.UNSPACED.search(text) and len(text) >= SHORTEST_UNSPACED
    return bool(unspaced) or len(names.words(text)) >= FEWEST_WORDS


def _is_repeated(text: str, below: Sequence[Line]) -> bool:
    """Whether a line below has the same words, or begins with a text that was cut off."""
    words, start = names.words(text), f"{text} "
    if not _is_long(text):
        return False
    return any(
        (abs(len(line.text) - len(text)) < FEWEST_WORDS and names.words(line.text) == words)
        or (len(text) >= SHORTEST_CUT_OFF and len(line.text) <= LONGEST and line.text.startswith(start))
        for line in below[:NEAR]
    )


def _separators(text: str) -> Iterator[tuple[int, int, str]]:
    """The separators of a title, the last one first."""
    for match in reversed(list(SEPARATOR.finditer(text))):
        yield match.start(), match.end(), match[1] or match[2] or match[3]


def _is_site(tail: str, mark: str, title: str, below: Sequence[Line]) -> bool:
    """Whether the last part of a title is the name of a site or of a section of it."""
    if not tail or len(tail) > LONGEST_NAME:
        return False
    if (SECTION.fullmatch(tail) or names.is_capitalised(tail)) and mark == "|":
        return True
    if DOMAIN.fullmatch(tail) and not tail[-1].isdecimal():
        return True
    if (
        mark not in ":/"
        and mark.strip()
        and (
            tail in publishers.NAMES
            or (" " in tail and names.is_capitalised(tail) and publishers.is_organisation(tail))
        )
    ):
        return True
    return _is_repeated(title, below)
