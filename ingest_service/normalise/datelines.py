"""The dateline that opens a text: it is kept, and gives agency, place and date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest_service.normalise import dates, names, publishers
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

LONGEST = 160
# The bracket or slash before the agency is among so many first characters.
NEAREST = 80
# The number of first lines that may hold it.
NEAR = 3

_AGENCY = rf"(?P<agency>{'|'.join(sorted(map(re.escape, publishers.AGENCIES), key=len, reverse=True))})"
_DESK = r"(?:[/\s-][^()]{1,25})?"
# One to five words, the first with a capital, perhaps after commas: "Port Alma", "WELLINGTON, New Zealand".
_PLACE = r"(?P<place>[^\W\d_a-z][^\W\d_]*\.?(?:[\s'’.-]{1,2}[^\W\d_]+\.?){0,3}(?:, [^\W\d_a-z][^,()/\d]{1,30})?)"
_WORD = r"[^\W\d_]{3,12}\.?"
_DATE = rf"(?:[,:]? (?:{_WORD} \d{{1,2}}|\d{{1,2}}\.? {_WORD})(?:,? \d{{4}})?)?"
_DASH = r"[-–—_]{1,2}"
# The text after the dash begins like a sentence.
_TEXT = r"\s(?=[^\W\d_a-z]|[\d\"“'‘(<])"
DATELINES = (
    # SEOUL, Sept. 4 (Yonhap) -- · Port Alma (dpa) - · PORT ALMA (AP) _ · Madrid, 4 sep (EFE).-
    re.compile(rf"{_PLACE}{_DATE}\.? ?\({_AGENCY}{_DESK}\)\.?\s?(?:{_DASH}|:){_TEXT}"),
    # New Delhi, Sep 4 (PTI): the agencies of India write no dash.
    re.compile(rf"{_PLACE}{_DATE} \((?P<agency>PTI|ANI|IANS|UNI)\) "),
    # MOSCOW, September 4. /TASS/. · SEOUL, Sept. 4 /Yonhap/ --
    re.compile(rf"{_PLACE}{_DATE}\.? /{_AGENCY}/(?:\.|\s?{_DASH}){_TEXT}"),
    # (ANSA) - ROMA, 04 SET - · (Reuters) -
    re.compile(
        rf"\({_AGENCY}{_DESK}\)\s?\.?{_DASH}{_TEXT}"
        rf"(?:(?P<place>[^\W\d_a-z]{{2,}}(?: [^\W\d_a-z]{{2,}}){{0,2}}), [^-]{{3,12}} {_DASH}\s)?"
    ),
)
NEWSWIRE = re.compile(r"\s?(?:/[A-Z][\w .]{4,30}/|\((?:GLOBE NEWSWIRE|[A-Z ]{3,20}NEWSWIRE)\)|--\(BUSINESS WIRE\))\s?")
# A place and a full date before a dash, without an agency: "PORT ALMA, June 26, 2025 –", "(Port Alma) June 26, 2025 -".
PLACED = re.compile(rf"\(?{_PLACE}\)?[,:]?(?: \()?\s?\Z")
AFTER_DATE = re.compile(rf"\)?\.?(?P<newswire>{NEWSWIRE.pattern})?\s?{_DASH}+\s?(?=[^\W\d_a-z]|[\"“'‘(])")
# Searching for the end first is cheaper than searching for dates.
YEAR_AND_DASH = re.compile(rf"\d\d{{3}}{AFTER_DATE.pattern}")
DASH = re.compile("[-–—_]")
# "(PORT ALMA) – The harbour master …"
BRACKETED = re.compile(rf"\((?P<place>[^\W\d_a-z][^()\d]{{2,40}})\)\s?{_DASH}{_TEXT}")


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a dateline states."""

    place: str | None
    agency: str | None
    published: str | None
    newswire: bool = False


def dateline(draft: Draft) -> RuleResult:
    """Recognises a dateline, which stays in the text: it gives the publisher, the place and the date of publication."""
    for line in draft.lines[:NEAR]:
        stated = next(_read(line.text[:LONGEST]), None)
        if stated is None:
            continue
        article = draft.article
        if stated.agency:
            article = replace(article, kind="wire", publisher=article.publisher or stated.agency)
        elif stated.newswire:
            article = replace(article, kind="release")
        if stated.published and (article.published is None or _is_date_of_page(draft)):
            article = replace(article, published=stated.published, published_basis="dateline")
        if stated.place:
            article = replace(article, fields={**article.fields, "place": stated.place.strip()})
        return RuleResult(article=article)
    return NOTHING


def _is_date_of_page(draft: Draft) -> bool:
    """Whether the date that was read is above the title: if it differs from the dateline's, it is that of the page."""
    if draft.article.published_basis != "text":
        return False
    return any(note.rule == "date-line" and note.at and draft.is_above_title(note.at[0]) for note in draft.notes)


def opens(text: str) -> bool:
    """Whether a text begins with a dateline."""
    return next(_read(text[:LONGEST]), None) is not None


def _read(text: str) -> Iterator[Dateline]:
    """The dateline at the start of a text, if there is one."""
    # All forms but the dated one hold a bracket or a slash near the start; most lines hold neither.
    if "(" in text[:NEAREST] or "/" in text[:NEAREST]:
        for pattern in DATELINES:
            if match := pattern.match(text):
                groups = match.groupdict()
                agency = publishers.AGENCIES[match["agency"]]
                yield Dateline(groups["place"], agency, dates.one_inside(match[0]))
        if (match := BRACKETED.match(text)) and names.is_capitalised(match["place"].replace(",", "")):
            yield Dateline(match["place"], None, None)
    is_possible = DASH.search(text) and YEAR_AND_DASH.search(text)
    for start, end, published in dates.spans(text) if is_possible else ():
        before, after = PLACED.match(text[:start]), AFTER_DATE.match(text, end)
        if after and (start == 0 or before):
            yield Dateline(before["place"] if before else None, None, published, newswire=bool(after["newswire"]))
