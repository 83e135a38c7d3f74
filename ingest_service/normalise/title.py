"""The title, and the lines around it that repeat it."""

import re
from dataclasses import replace

from ingest_service.model import Wire
from ingest_service.normalise import dates, layout, names, sentences
from ingest_service.normalise.draft import Draft, Found
from ingest_service.normalise.layout import Line

LONGEST = 200
LONGEST_TRAIL = 60
LONGEST_LABEL = 8
TRAIL_MARKS = re.compile(r"[>»›|]")
TRAIL = re.compile(r"Home(?: ?[>»›/|] ?[^>»›/|]{1,40}){1,6}")
OPENING = re.compile(r"Dear\b|[\"“]")

FILING = re.compile(
    r"\((?:(?P<nth>\d{1,2})(?:st|nd|rd|th) )?(?P<lead>LEAD|LD|URGENT|CORRECTED|RECAST)\)\s+"
    r"|(?P<slug>(?:(?:CORRECTED|REFILE|RPT)-)?(?:UPDATE|WRAPUP) (?P<count>\d{1,2})|CORRECTED|REFILE|RPT)-"
    r"(?=[\"'“‘]?[^\W\d_a-z])"
)


def breadcrumb(draft: Draft) -> Found:
    """A first line that leads from "Home" down to the title, or ends with the title that follows, is a breadcrumb."""
    if len(draft.lines) < 3:
        return Found()
    first, second = draft.lines[:2]
    trail = first.text.removesuffix(second.text) if len(names.words(second.text)) >= 3 else first.text
    if 0 < len(trail) <= LONGEST_TRAIL and trail != first.text:
        is_trail = trail.startswith("Home ") or bool(TRAIL_MARKS.search(trail))
    else:
        is_trail = len(first.text) <= LONGEST and bool(TRAIL.fullmatch(first.text))
    return Found(cuts=[(first.start, first.end)]) if is_trail else Found()


def wire_marker(draft: Draft) -> Found:
    """What numbers a wire service's filings before the headline, as (LEAD), (2nd LD) or UPDATE 1-, is no title."""
    if draft.article.title:
        match = FILING.match(draft.article.title)
        cuts, rest = [], draft.article.title[match.end() :] if match else ""
    elif draft.lines:
        first = draft.lines[0]
        match = FILING.match(first.text[:LONGEST])
        cuts, rest = [(first.start, first.start + match.end())] if match else [], ""
    else:
        return Found()
    if match is None:
        return Found()
    return Found(cuts=cuts, article=replace(draft.article, wire=_wire(match), kind="wire", title=rest))


def title(draft: Draft) -> Found:
    """The first paragraph is the title when it is short, does not end like a sentence, and text follows."""
    first = next(layout.paragraphs(draft.lines[:20]), None)
    if first is None or len(first) == len(draft.lines):
        return Found()
    text = " ".join(line.text for line in first)
    known = draft.article.title
    if names.words(text) != names.words(known) if known else not _is_title(text, first):
        return Found()
    return Found(cuts=[(line.start, line.end) for line in first], article=replace(draft.article, title=known or text))


def picture_label(draft: Draft) -> Found:
    """A short line right under the title, all of whose words stand in the title, labels a picture."""
    paragraphs = list(layout.paragraphs(draft.lines[:20]))[:2]
    if not draft.article.title or len(paragraphs) < 2 or len(paragraphs[0]) > 1:
        return Found()
    line = paragraphs[0][0]
    label = names.words(line.text) if line.whole and len(line.text) <= LONGEST else []
    if not 2 <= len(label) <= LONGEST_LABEL or sentences.is_ended(line.text):
        return Found()
    if not set(label) <= set(names.words(draft.article.title)):
        return Found()
    return Found(cuts=[(line.start, line.end)])


def _is_title(text: str, lines: tuple[Line, ...]) -> bool:
    if len(text) > LONGEST or len(lines) > 3 or not any(character.isalnum() for character in text):
        return False
    if text[-1] in ",;:" or (sentences.is_ended(text) and text.rstrip("\"'”’)")[-1:] not in "?!…"):
        return False
    return not (layout.ITEM.match(text) or (OPENING.match(text) and text.endswith(",")) or dates.alone(text))


def _wire(match: re.Match[str]) -> Wire:
    if match["slug"]:
        return Wire(match["slug"], int(match["count"] or 1))
    marker = f"{match['nth']}{_ordinal(match)} {match['lead']}" if match["nth"] else match["lead"]
    return Wire(marker, int(match["nth"] or (0 if match["lead"] == "URGENT" else 1)))


def _ordinal(match: re.Match[str]) -> str:
    at = match.end("nth") - match.start()
    return match[0][at : at + 2]
