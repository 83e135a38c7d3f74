"""Texts that say nothing: an empty body, or the page of a bot wall, an error or a consent form that a site sent.

Such a page is recognised by two signs together: a heading or button that only such pages have, and a text of which at
least half, in characters, are sentences about browsers, addresses or cookies. A report about such a page has other
sentences. The headings, buttons and words are listed in `suspects.json`, as regular expressions.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest_service.model import Suspect
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

# Characters; a page that is sent instead of another is shorter.
LONGEST = 3_000
# The first lines, one of which is the heading of such a page.
TOP = 3
# The share of the text, in characters of sentences, that speaks of the subject.
SHARE = 0.5

SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n")
MARKS = "#*_= \t!.?。！"
_PHRASES: dict[str, dict[str, list[str]]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class SuspectPage:
    """How a kind of page is recognised: by a line that `sign` matches, and by sentences that mention the `subject`."""

    suspect: Suspect
    sign: re.Pattern[str]
    subject: re.Pattern[str]
    is_heading: bool = True

    def matches(self, lines: Sequence[str]) -> bool:
        """Whether these lines, which are not empty, are such a page."""
        candidates = lines[:TOP] if self.is_heading else lines
        signs = {line for line in candidates if self.sign.fullmatch(line.strip(MARKS))}
        # Nearly all texts have no sign, and searching their sentences costs half of what reading them does.
        if not signs:
            return False
        sentences = [part for line in lines if line not in signs for part in SENTENCES.split(line)]
        on_subject = sum(len(sentence) for sentence in sentences if self.subject.search(sentence))
        return on_subject >= SHARE * sum(map(len, sentences))


def _page(suspect: Suspect, kind: str) -> SuspectPage:
    """A kind of page, by its phrases."""
    phrases = _PHRASES[kind]
    is_heading = "headings" in phrases
    # A heading or button is a whole line, alone or before the name of a site.
    sign = rf"(?:{'|'.join(phrases['headings' if is_heading else 'buttons'])})(?:\s*[|•·–—:-]\s*\S.{{0,60}})?"
    # A word of a script without spaces may be part of another word.
    subject = "|".join((rf"\b(?:{'|'.join(phrases['subjects'])})\b", *phrases["unspaced_subjects"]))
    return SuspectPage(suspect, re.compile(sign, re.I), re.compile(subject, re.I), is_heading)


PAGES = (_page("bot-wall", "bot-wall"), _page("error-page", "error-page"), _page("error-page", "consent-form"))


def suspect(draft: Draft) -> RuleResult:
    """A text without a letter or digit is empty, and a page sent instead of another is a bot wall or an error page."""
    reason = _reason(draft)
    return RuleResult(article=replace(draft.article, suspect=reason)) if reason else NOTHING


def _reason(draft: Draft) -> Suspect | None:
    if not any(character.isalnum() for line in draft.lines for character in line.text):
        return "empty"
    start = draft.front_matter[1] if draft.front_matter else 0
    if len(draft.source) - start > LONGEST:
        return None
    # Earlier rules may have removed the heading or the buttons, so the lines are those of the file.
    lines = [line.strip() for line in (draft.article.title, *draft.source[start:].splitlines())]
    lines = list(dict.fromkeys(filter(None, lines)))
    return next((page.suspect for page in PAGES if page.matches(lines)), None)
