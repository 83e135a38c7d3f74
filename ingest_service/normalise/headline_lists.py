"""Lists of other headlines at the end of a page."""

import re
from collections.abc import Sequence

from ingest_service.normalise import dates, furniture, sentences
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult
from ingest_service.normalise.layout import Line

# A list is no longer than this, and its entries are no longer than a headline.
MOST = 60
FEWEST = 2
LONGEST = 140
FEWEST_WORDS = 3
# Of a headline in a script without spaces.
SHORTEST = 8
HEADING = re.compile(
    r"(?:(?:latest|recent|related|more|other|top|popular|trending|similar|featured)"
    r" (?:news|stories|articles|posts|headlines|releases|press releases|news releases)"
    r"|(?:more|news) from .{2,40}|most (?:read|popular|viewed)|(?:you )?(?:may|might) also (?:like|be interested in)"
    r"|read (?:more|next|also)|recommended for you|aktuelle meldungen|weitere (?:artikel|meldungen)"
    r"|das könnte sie auch interessieren|à lire aussi|articles liés|noticias relacionadas|últimas noticias"
    r"|leggi anche|notícias relacionadas|관련기사|相关新闻)\s?:?",
    re.I,
)
LONGEST_HEADING = 60
MONTH_AND_YEAR = re.compile(r"[^\W\d_]{3,9} (?:19|20)\d\d")


def headline_list(draft: Draft) -> RuleResult:
    """Removes the heading of a list of other headlines, and the headlines and dates below it to the end of the page."""
    for index in range(max(1, len(draft.lines) - MOST), len(draft.lines) - FEWEST):
        line = draft.lines[index]
        is_heading = line.whole and len(line.text) <= LONGEST_HEADING and HEADING.fullmatch(line.text)
        if is_heading and _are_headlines(draft.lines[index + 1 :]):
            return RuleResult(cuts=[(line.start, line.end) for line in draft.lines[index:]])
    return NOTHING


def _are_headlines(lines: Sequence[Line]) -> bool:
    """Whether all lines are dates or headlines: short, capitalised, and no sentences."""
    headlines = 0
    for line in lines:
        if len(line.text) > LONGEST or not line.whole:
            return False
        if dates.alone(line.text) or MONTH_AND_YEAR.fullmatch(line.text):
            continue
        if furniture.is_furniture(line.text) or furniture.COPYRIGHT.fullmatch(line.text):
            continue
        is_short = len(line.text.split()) < FEWEST_WORDS and (line.text.isascii() or len(line.text) < SHORTEST)
        if (
            is_short
            or line.text[0].islower()
            or (sentences.is_ended(line.text) and line.text[-1] == ".")
            or line.text[-1] in ",;:"
        ):
            return False
        headlines += 1
    return headlines >= FEWEST
