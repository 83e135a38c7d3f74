"""The name of a site after the title of its page, and labels before a title."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest_service.normalise import names, publishers
from ingest_service.normalise.draft import Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 300
LONGEST_NAME = 80
FEWEST_WORDS = 3
# The number of lines below the title in which it may be repeated.
NEAR = 20
SEPARATOR = re.compile(r"\s+(\||::|•|»|[-–—])\s+")
# Parts of a site that are no name of a publisher.
SECTION = re.compile(
    r"(?:(?:press|news|media|latest)(?: room| releases?| cent(?:er|re)| statements?)?|newsroom|home|homepage|blog"
    r"|articles?|stories|world|politics|business|opinion|statements?|releases?|events?|details?|archives?)",
    re.I,
)
LABEL = re.compile(r"(?:Title|Headline|Titre|Titel|Título|Titolo)\s?:\s+(?=\S)")


def title_label(draft: Draft) -> RuleResult:
    """Removes the word "Title:" or "Headline:" before the title on the first line."""
    if draft.article.title or len(draft.lines) < 2:
        return RuleResult()
    line = draft.lines[0]
    match = LABEL.match(line.text)
    return RuleResult(cuts=[(line.start, line.start + match.end())]) if match else RuleResult()


def site_name(draft: Draft) -> RuleResult:
    """Removes the name of the site behind a bar or a dash after the title; it is the publisher if none is known."""
    article, cuts = draft.article, []
    if SEPARATOR.search(article.title[:LONGEST]):
        end, site = _divided(article.title, draft.lines)
        article = replace(article, title=article.title[:end], publisher=article.publisher or site)
    if len(draft.lines) > 1 and SEPARATOR.search(text := draft.lines[0].text[:LONGEST]):
        line = draft.lines[0]
        end, site = _divided(text, draft.lines[1:])
        if end < len(text) and len(line.text) <= LONGEST:
            cuts = [(line.start + end, line.end)]
            article = replace(article, publisher=article.publisher or site)
    return RuleResult(cuts, article=article) if cuts or article is not draft.article else RuleResult()


def _divided(text: str, below: Sequence[Line]) -> tuple[int, str | None]:
    """The end of the title in a text, and the name of the site behind it."""
    end, site = len(text), None
    repeated = {tuple(names.words(line.text)) for line in below[:NEAR] if len(line.text) <= LONGEST}
    for start, stop, mark in _separators(text):
        tail = text[stop:end].strip()
        if len(names.words(text[:start])) < FEWEST_WORDS or not _is_site(
            tail, mark, tuple(names.words(text[:start])) in repeated
        ):
            break
        end = start
        site = site if site or SECTION.fullmatch(tail) else tail
    return end, site


def _separators(text: str) -> Iterator[tuple[int, int, str]]:
    """The separators of a title, the last one first."""
    for match in reversed(list(SEPARATOR.finditer(text))):
        yield match.start(), match.end(), match[1]


def _is_site(tail: str, mark: str, repeated: bool) -> bool:
    """Whether the last part of a title is the name of a site or of a section of it."""
    if not tail or len(tail) > LONGEST_NAME:
        return False
    if repeated or (SECTION.fullmatch(tail) and mark == "|"):
        return True
    if mark == "|":
        return names.is_capitalised(tail)
    return " " in tail and names.is_capitalised(tail) and publishers.is_organisation(tail)
