"""The markers with which a wire service numbers its filings, and its notes to editors."""

import re
from dataclasses import replace

from ingest_service.model import Wire
from ingest_service.normalise import datelines
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

LONGEST = 200
_NTH = r"(?:(?P<nth>\d{1,2})(?P<ordinal>st|nd|rd|th|ST|ND|RD|TH) )?"
_SLUG = r"(?:UPDATE|WRAPUP|CORRECTED|CORRECTION|REFILE|RPT|REPEAT|ADV|ADVISORY|REFILED|RECASTS)"
_TITLE = r"(?=[\"'“‘(]?[^\W_a-z])"
_ADDED = (
    r"(?:DETAILS?|QUOTES?|COMMENTS?|BACKGROUND|REACTIONS?|GRAPHICS?|LINKS?|CONTEXT|STATEMENT|BYLINES?|SHARES|ANALYSTS?)"
)
FILINGS = (
    # (LEAD) · (2nd LD) · (URGENT)
    re.compile(
        rf"\((?P<marker>{_NTH}(?P<word>LEAD|LD|URGENT|CORRECTED|RECAST|UPDATE|ADV|FLASH|EXTRA)"
        r"(?: (?P<count>\d{1,2}))?)\)\s+"
    ),
    # UPDATE 2- · RPT-UPDATE 1- · CORRECTED-(OFFICIAL)- · ADV10-
    re.compile(
        rf"(?P<marker>(?:{_SLUG}-(?:\(OFFICIAL\)-)?){{0,2}}(?P<word>{_SLUG})(?:(?P<space> ?)(?P<count>\d{{1,2}}))?)"
        rf"(?:-\(OFFICIAL\))?-{_TITLE}"
    ),
    # ADDS DETAILS- · RECASTS, ADDS QUOTES-
    re.compile(
        r"(?P<marker>(?P<word>ADDS|RECASTS|UPDATES)(?P<count>)(?:,? (?:ADDS|UPDATES))?"
        rf" {_ADDED}(?:(?:,| AND) {_ADDED}){{0,3}})-{_TITLE}"
    ),
    # URGENT: · 2nd LEAD · 1ST LD-WRITETHRU:
    re.compile(
        rf"(?P<marker>{_NTH.removesuffix('?')}(?P<word>LEAD|LD)(?:-WRITETHRU)?(?=\s?:| )"
        r"|(?P<alarm>URGENT|FLASH)(?=\s?:))"
        rf"\s?:? +{_TITLE}"
    ),
)
# The words that markers begin with, so that most titles are searched for nothing else.
BEGINNING = re.compile(r"[(\d]|[A-Z]{2}")

_CHANGE = r"(?:Adds|Updates|Recasts|Corrects|Repeats|Rewrites|Refiles|Removes|Changes|Fixes|Clarifies|Releads)"
_CHANGED = (
    r"(?:details?|quotes?|comments?|background|reaction|graphics?|links?|headlines?|lead|paras?|paragraphs?|throughout"
    r"|byline|dateline|context|statement|source|milestone|slug|prices|shares|analysts?|figures?|spelling|typo)"
)
DESK_NOTE = re.compile(
    rf"\(ATTN: .*\)|\((?:{_CHANGE}(?:,? (?:with |to |in |more |new |first )?(?:\w+ )?)?{_CHANGED}\b[^()]*)\)"
    r"|ATTENTION(?: EDITORS)?\s?[-–:].+|(?:Eds|EDS|EDITORS)(?:[’']? (?:note|NOTE))?\s?: ?.+"
)
# The priority of a message, alone on the first line.
ALARM = re.compile(r"(?P<marker>(?P<word>URGENT|FLASH|BULLETIN|SNAP))")
# A dateline is among so many lines below: otherwise it is the title, such as that of a parish bulletin.
NEAR_DATELINE = 3
# The number of first lines that may be notes to editors.
NEAR = 4


def wire_marker(draft: Draft) -> RuleResult:
    """Removes the marker of a wire service's filing before the headline, such as (LEAD), (2nd LD) or UPDATE 1-."""
    known_title = draft.article.title
    in_title = _filing(known_title)
    in_text = (_filing(draft.lines[0].text[:LONGEST]) or _alarm_above(draft)) if draft.lines else None
    match = in_title or in_text
    if match is None:
        return NOTHING
    start = draft.lines[0].start if draft.lines else 0
    rest = known_title[in_title.end() :] if in_title else known_title
    return RuleResult(
        cuts=[(start, start + in_text.end())] if in_text else [],
        article=replace(draft.article, wire=_wire(match), kind="wire", title=rest),
    )


def desk_note(draft: Draft) -> RuleResult:
    """Removes notes to editors around the title, such as "(ATTN: …)", "Eds: …" or "(Adds details)"."""
    notes = [line for line in draft.lines[:NEAR] if line.whole and DESK_NOTE.fullmatch(line.text[: LONGEST + 1])]
    return RuleResult(cuts=[(line.start, line.end) for line in notes])


def marker(text: str) -> Wire | None:
    """The filing that a text names, if it is only a marker such as "EXTRA" or "1st Ld-Writethru"."""
    match = re.fullmatch(
        r"(?P<marker>(?:(?P<nth>\d{1,2})(?:st|nd|rd|th|ST|ND|RD|TH) )?"
        r"(?P<word>LEAD|LD|Ld|Lead|URGENT|Urgent|EXTRA|FLASH|ROUNDUP|UPDATE|REFILE|CORRECTION|REPEAT)(?P<count>)(?:-[Ww]ritethru)?)",
        text,
    )
    return _wire(match) if match else None


def alarm(text: str) -> re.Match[str] | None:
    """The priority that a line consists of."""
    return ALARM.fullmatch(text)


def _alarm_above(draft: Draft) -> re.Match[str] | None:
    match = alarm(draft.lines[0].text)
    below = draft.lines[1 : 1 + NEAR_DATELINE] if match else ()
    return match if any(datelines.opens(line.text) for line in below) else None


def _filing(text: str) -> re.Match[str] | None:
    if not BEGINNING.match(text):
        return None
    return next((match for pattern in FILINGS if (match := pattern.match(text))), None)


def _wire(match: re.Match[str]) -> Wire:
    groups = match.groupdict()
    word = groups["word"] or groups["alarm"]
    number = groups.get("nth") or groups.get("count")
    first = 0 if word.upper() in {"URGENT", "FLASH", "EXTRA", "BULLETIN", "SNAP"} else 1
    return Wire(match["marker"], int(number or first))
