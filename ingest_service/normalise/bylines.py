"""Bylines and credits: lines that name the authors and contributors of a text."""

import re
from dataclasses import replace

from ingest_service.model import Span
from ingest_service.normalise import names, publishers
from ingest_service.normalise.draft import Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 200
# The number of last lines that may be credits, and of lines under the title that may be a byline.
CLOSING = 4
OPENING = 3

CREDIT = re.compile(
    r"(?:(?:with )?(?:additional|further) |with )?(?:inputs?|reporting|writing|editing|contributions?|files|material)"
    r" (?:from|by) (.+)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
NEXT_ROLE = re.compile(r"[;,]\s+(?=(?:additional |further )?(?:reporting|writing|editing) by )", re.IGNORECASE)
AROUND = " —–-*()[]."
BYLINE = re.compile(r"By:? (\S.*)")
ROLE = re.compile(r",? (?:[A-Z][a-z]+ )?(?:Staff|Correspondent|Reporter|Editor|Staff Writer|Correspondents)\.?$")


def byline(draft: Draft) -> RuleResult:
    """Removes a line under the title that is "By" and full names; the article gets these authors."""
    if not draft.article.title or len(draft.lines) < 2:
        return RuleResult()
    for line in draft.lines[:OPENING]:
        match = BYLINE.fullmatch(line.text) if line.whole and len(line.text) <= LONGEST else None
        people = names.divided(ROLE.sub("", match[1])) if match else None
        if people and all(" " in name or publishers.full_name(name) for name in people):
            authors = draft.article.authors or people
            return RuleResult(cuts=[(line.start, line.end)], article=replace(draft.article, authors=authors))
    return RuleResult()


def reporter_address(draft: Draft) -> RuleResult:
    """Removes lines near the end of a wire story that are only the e-mail address of its reporter."""
    if draft.article.kind != "wire":
        return RuleResult()
    last = (line for line in draft.lines[1:][-CLOSING:] if line.whole and ADDRESS.fullmatch(line.text[: LONGEST + 1]))
    return RuleResult(cuts=[(line.start, line.end) for line in last])


def credit_line(draft: Draft) -> RuleResult:
    """Removes final lines and brackets that credit others for reporting or material; the article gets the credits."""
    cuts: list[Span] = []
    credited = list(draft.article.credits)
    for line in draft.lines[-CLOSING:]:
        start = _credit_start(line)
        contributors = _credited(line.text[start:]) if line.end - line.start - start <= LONGEST else []
        if contributors and (start or line is not draft.lines[0]):
            cuts.append((line.start + start, line.end))
            credited += [name for name in contributors if name not in credited]
    return RuleResult(cuts=cuts, article=replace(draft.article, credits=tuple(credited))) if cuts else RuleResult()


def _credit_start(line: Line) -> int:
    """The start of a bracket that ends the line, else the start of the line."""
    bracket = line.text.rfind("(")
    return bracket if bracket > 0 and line.text.endswith(")") and line.text[bracket - 1].isspace() else 0


def _credited(text: str) -> list[str]:
    """The names in a credit; none if any part of it is something else."""
    contributors: list[str] = []
    for part in NEXT_ROLE.split(text.strip(AROUND)):
        match = CREDIT.fullmatch(part.strip(AROUND))
        people = names.divided(match[1]) if match else None
        if not people:
            return []
        contributors += people
    return contributors
