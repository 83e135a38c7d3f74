"""Lines that say who wrote or contributed."""

import re
from dataclasses import replace

from ingest_service.model import Span
from ingest_service.normalise import names, publishers
from ingest_service.normalise.draft import Draft, Found
from ingest_service.normalise.layout import Line

LONGEST = 200
# How many of the last lines may be credits, and how many under the title a byline.
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


def byline(draft: Draft) -> Found:
    """A line under the title that is "By" and full names says who wrote the text."""
    if not draft.article.title or len(draft.lines) < 2:
        return Found()
    for line in draft.lines[:OPENING]:
        match = BYLINE.fullmatch(line.text) if line.whole and len(line.text) <= LONGEST else None
        found = names.divided(ROLE.sub("", match[1])) if match else None
        if found and all(" " in name or publishers.full_name(name) for name in found):
            authors = draft.article.authors or found
            return Found(cuts=[(line.start, line.end)], article=replace(draft.article, authors=authors))
    return Found()


def reporter_address(draft: Draft) -> Found:
    """A line near the end of a wire that is nothing but an e-mail address is its reporter's."""
    if draft.article.kind != "wire":
        return Found()
    last = (line for line in draft.lines[1:][-CLOSING:] if line.whole and ADDRESS.fullmatch(line.text[: LONGEST + 1]))
    return Found(cuts=[(line.start, line.end) for line in last])


def credit_line(draft: Draft) -> Found:
    """A line or bracket that ends a text and says whom reporting or inputs are by or from is a credit."""
    cuts: list[Span] = []
    credited = list(draft.article.credits)
    for line in draft.lines[-CLOSING:]:
        start = _credit_start(line)
        found = _credited(line.text[start:]) if line.end - line.start - start <= LONGEST else []
        if found and (start or line is not draft.lines[0]):
            cuts.append((line.start + start, line.end))
            credited += [name for name in found if name not in credited]
    return Found(cuts=cuts, article=replace(draft.article, credits=tuple(credited)))


def _credit_start(line: Line) -> int:
    """Where a credit in brackets opens that ends the line, else the line's start."""
    bracket = line.text.rfind("(")
    return bracket if bracket > 0 and line.text.endswith(")") and line.text[bracket - 1].isspace() else 0


def _credited(text: str) -> list[str]:
    """The names that a credit holds; none when any part of it is something else."""
    found: list[str] = []
    for part in NEXT_ROLE.split(text.strip(AROUND)):
        match = CREDIT.fullmatch(part.strip(AROUND))
        people = names.divided(match[1]) if match else None
        if not people:
            return []
        found += people
    return found
