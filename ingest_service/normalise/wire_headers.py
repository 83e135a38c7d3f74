"""The headers of wire messages: IPTC 7901 and ANPA 1312, as agencies transmit them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import takewhile

from ingest_service.model import Article, Span
from ingest_service.months import MONTHS
from ingest_service.normalise import bylines, dates, names, publishers, wire_markers
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

# Start of heading, start of text, end of text, end of transmission.
MARKS = "\x01\x02\x03\x04"
CONTROLS = re.compile(f"[{MARKS}]")
# "abc0042 3 i 120  dpa 0311": service and number, priority, category, words, and what the agency adds.
FIRST = re.compile(r"\x01?(?P<service>[a-z]{2,4})(?P<number>\d{4}) \d [a-z]{1,3} +\d{1,5}\b(?P<more>[ \w:/.-]{0,60})")
KEYWORDS = re.compile(r"[^\s/]{1,30}(?:[ /][^/]{0,30}){0,4}/")
# "211200 nov 18": day and time in UTC, month, year.
SENT = re.compile(r"\x03?\s*(\d{2})(\d{2})(\d{2}) ?(?:gmt |utc )?([a-z]{3}) (\d{2}|\d{4})\s*\x04?", re.I)
CLOSING = 4
# The lines of the header, at most.
TOP = 8
SERVICES = {
    "afp": "AFP",
    "ans": "ANSA",
    "apx": "AP",
    "bdt": "dpa",
    "bsd": "dpa",
    "dpa": "dpa",
    "efe": "EFE",
    "rtr": "Reuters",
}

ANPA_LINE = re.compile(r"\^(.{1,600}?)[<=]")
LONGEST_ANPA_LINE = 610
LONGEST_TITLE = 200
# Lines above these, where the control characters that enclosed them are lost: priority and slug.
ANPA_SLUG = re.compile(r"[A-Z]{2}-\S.{0,100}")
MOST_SLUGS = 3
ANPA_FILING = re.compile(r"(?:^|[\s,])((?:\d{1,2}(?:st|nd|rd|th) )?(?:Ld|Lead|URGENT)(?:-Writethru)?)(?=[,\s]|$)")
# Notes to editors, and the numbers of pictures.
EDITORS = re.compile(r"(?:(?:Eds|EDS)\b|AP Photos?\b).*")
WRITER = re.compile(
    r"(.{2,40}?)(?: (?:(?:Staff|Sports|Business|Political|Science|Entertainment) )?(?:Writer|Correspondent|Editor)s?)?",
    re.I,
)
# Where the notes of a desk begin, which are not for publication.
NOTEBOOK = re.compile(
    r"# ?(?:Notebook|Notizblock)|The following information is not intended for publication"
    r"|Die folgenden Informationen sind nicht zur Veröffentlichung bestimmt"
)


def wire_header(draft: Draft) -> RuleResult:
    """Removes the header and the end of a wire message in IPTC 7901 or ANPA form; they give title, agency and time."""
    if not draft.lines:
        return NOTHING
    first = draft.lines[0].text
    if match := FIRST.fullmatch(first[:120]):
        return _iptc(draft, match)
    slugs = takewhile(lambda line: ANPA_SLUG.fullmatch(line.text) or wire_markers.alarm(line.text), draft.lines)
    above = len(list(slugs)) if first[0] != "^" else 0
    is_anpa = above <= MOST_SLUGS and above < len(draft.lines) and draft.lines[above].text[0] == "^"
    return _anpa(draft, above) if is_anpa else NOTHING


def _iptc(draft: Draft, match: re.Match[str]) -> RuleResult:
    lines = draft.lines
    end = next((at for at, line in enumerate(lines[1:TOP], 1) if "\x02" in line.text), None)
    if end is None:
        end = next((at for at, line in enumerate(lines[1:TOP], 1) if not KEYWORDS.fullmatch(line.text)), 1)
    article, cuts = _agency(draft.article, match), [_span(line) for line in lines[:end]]
    article, head = _iptc_head(article, lines[end:])
    cuts += [_span(line) for line in lines[end : end + head]]
    body = lines[end + head :]
    for line in body[-CLOSING:]:
        if sent := SENT.fullmatch(line.text):
            article = replace(article, published=_moment(sent), published_basis="metadata")
            cuts.append(_span(line))
    notes = next((at for at, line in enumerate(body) if at and NOTEBOOK.fullmatch(line.text)), len(body))
    cuts += [span for line in body[notes:] if (span := _span(line)) not in cuts]
    cuts += _controls(draft.source, cuts)
    return RuleResult(cuts=sorted(cuts), article=article)


def _iptc_head(article: Article, lines: Sequence[Line]) -> tuple[Article, int]:
    """The article with what the lines above the text state, and their number: filings, headline, byline.

    The last of them ends with an equals sign. Without one, only a filing is read.
    """
    texts = [CONTROLS.sub("", line.text) for line in lines[:TOP]]
    filings = len(list(takewhile(wire_markers.marker, texts)))
    if filings:
        article = replace(article, wire=wire_markers.marker(texts[filings - 1]))
    end = next((at for at, text in enumerate(texts[filings:], filings + 1) if text.endswith(" =")), 0)
    if not filings < end < len(lines) or lines[end - 1].row - lines[filings].row != end - 1 - filings:
        return article, filings
    head = [text.removesuffix(" =").strip() for text in texts[filings:end]]
    if len(head) > 1 and head[-1].startswith("By "):
        people, publisher = bylines.people_and_publisher(head.pop()[3:])
        article = replace(article, authors=article.authors or people, publisher=publisher or article.publisher)
    return replace(article, title=article.title or " ".join(head)), end


def _agency(article: Article, match: re.Match[str]) -> Article:
    """The article as a wire, with the agency that the header names."""
    words = [match["service"], *match["more"].split()]
    agency = next((publishers.AGENCIES[SERVICES[word]] for word in words[::-1] if word in SERVICES), None)
    return replace(article, kind="wire", publisher=article.publisher or agency)


def _controls(source: str, cuts: Sequence[Span]) -> Iterator[Span]:
    """The control characters that no cut covers."""
    for match in CONTROLS.finditer(source):
        if not any(start <= match.start() < end for start, end in cuts):
            yield match.span()


def _moment(match: re.Match[str]) -> str | None:
    year = int(match[5]) + (2000 if len(match[5]) == 2 else 0)
    try:
        moment = datetime(
            year, MONTHS.get(match[4].lower(), 0), int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC
        )
    except ValueError:
        return None
    return dates.of_moment(moment)


def _anpa(draft: Draft, above: int) -> RuleResult:
    """Reads lines between "^" and "<" or "=" at the top: slug, headline, notes to editors, byline.

    So many lines above them are priority and slug.
    """
    article, cuts = draft.article, []
    for line in draft.lines[:above]:
        cuts.append(_span(line))
        article = _stated(article, line.text, first=True)
    for line in draft.lines[above : min(TOP, len(draft.lines) - 1)]:
        match = ANPA_LINE.fullmatch(line.text[:LONGEST_ANPA_LINE])
        if match is None:
            break
        cuts.append(_span(line))
        article = _stated(article, match[1].strip(), first=len(cuts) == 1)
    if len(cuts) < max(2, above + 1):
        return NOTHING
    return RuleResult(cuts=cuts, article=replace(article, kind="wire"))


def _stated(article: Article, text: str, *, first: bool) -> Article:
    """The article with what one line of an ANPA header states."""
    if first and (filing := ANPA_FILING.search(text)):
        return replace(article, wire=wire_markers.marker(filing[1]))
    if first or EDITORS.fullmatch(text):
        return article
    if text.startswith("By ") and not publishers.full_name(text[3:].removeprefix("The ")):
        return replace(article, authors=article.authors or names.divided(text[3:]) or ())
    text = text.removeprefix("By ").removeprefix("The ")
    if (writer := WRITER.fullmatch(text)) and (name := publishers.full_name(writer[1])):
        return replace(article, publisher=article.publisher or name)
    return article if article.title or len(text) > LONGEST_TITLE else replace(article, title=text)


def _span(line: Line) -> Span:
    return line.start, line.end
