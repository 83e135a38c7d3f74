"""Headings: their marks are removed, their words are kept."""

import re

from ingest_service.model import Span
from ingest_service.normalise import sentences
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

LONGEST = 200
BOLD = re.compile(r"(\*\*|__)(?=\S)([^*_]+)(?<=\S)(\1)")
# In plain text "# 1" is a number; a heading opens with a letter or a mark.
HASHES = re.compile(r"(#{1,6}[ \t]+)([^\d\s#][^#]*?)([ \t]+#{1,6})?")
FENCE = re.compile(r"`{3,}|~{3,}")
# The first characters of all of these.
MARKS = "*_#`~=-"
UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")


def heading_marks(draft: Draft) -> RuleResult:
    """Removes marks of headings outside of code: asterisks around a whole line, hashes before it, a rule under it."""
    if not any(line.text[0] in MARKS for line in draft.lines):
        return NOTHING
    cuts: list[Span] = []
    previous: Line | None = None
    fence = ""
    for line in draft.lines:
        in_code = bool(fence)
        if in_code or line.text[0] in "`~":
            fence = _fence(fence, previous, line)
        if not in_code and not fence and len(line.text) <= LONGEST and line.whole:
            cuts += _underline(previous, line) or _around(line)
        previous = line
    return RuleResult(cuts=cuts)


def _fence(fence: str, above: Line | None, line: Line) -> str:
    """The fence of the code after a line; empty outside of code. Tildes below a text underline it."""
    match = FENCE.match(line.text)
    if fence:
        return "" if match and match[0] == line.text and match[0].startswith(fence) else fence
    adjacent = above is not None and above.row + 1 == line.row
    return match[0] if match and not (adjacent and line.text[0] == "~") else ""


def _around(line: Line) -> list[Span]:
    match = BOLD.fullmatch(line.text) if line.text[0] in "*_" else HASHES.fullmatch(line.text)
    if match is None or (sentences.is_ended(match[2]) and match[2][-1] == "."):
        return []
    spans = [match.span(1), match.span(3)]
    return [(line.start + start, line.start + end) for start, end in spans if 0 <= start < end]


def _underline(above: Line | None, line: Line) -> list[Span]:
    if above is None or above.row + 1 != line.row or not UNDERLINE.fullmatch(line.text):
        return []
    # A rule as long as the line above it; a separator is longer or shorter.
    return [(line.start, line.end)] if abs(above.width - line.width) <= 3 and above.width > 2 else []
