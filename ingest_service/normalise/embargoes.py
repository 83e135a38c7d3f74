"""The line of a release that says until when it must not be published."""

import re
from dataclasses import replace

from ingest_service.model import Span
from ingest_service.months import MONTHS, WEEKDAYS
from ingest_service.normalise import dates, signs
from ingest_service.normalise.draft import NOTHING, Draft, RuleResult

# The number of first lines that may be such a line, and that may begin with one before the title.
NEAR = 8
INLINE_NEAR = 3
LONGEST = 120

SIGNS = signs.of("embarg", "for release", "not for ", "sperrfrist")
LABEL = re.compile(
    r"(?:(?:strict(?:ly)?|under|media|press|news|sous) ){0,2}"
    r"embargo(?:ed)?\b(?: for)?(?: (?:media )?release| publication)?"
    r"|hold for release|not for (?:release|publication|broadcast)(?: or (?:release|publication|broadcast))?"
    r"|embargado|sperrfrist",
    re.I,
)
# These may begin a title, so that they are a label before a time only.
BARE = re.compile(r"(?:embargo|sperrfrist)", re.I)
# Only these are a label before a title without a time too: "Under Embargo: The Film" is a title.
UNTIMED = re.compile(r"(?:strict(?:ly)? )?embargoed|hold for release", re.I)
# One word or time of the label, with the marks before it.
PIECE = re.compile(r"[\s,;:()|–—-]*([^\s,;:()|]+(?::\d+)*)")
TIME = re.compile(r"\d{1,4}(?:[:.h/-]\d{1,4}){0,2}\.?(?:st|nd|rd|th|hrs?|h|am|pm|[ap]\.m|z)?", re.I)
_WORDS = (
    "until till before not on at the of to local time hours hour hrs noon midnight am pm a.m p.m"
    " eastern central pacific european uk us bis zum um uhr jusqu'au jusqu’au au le à hasta el las de del"
    " utc gmt bst et est edt ct cst cdt mt mst mdt pt pst pdt cet cest wet msk ist jst kst hkt aest aedt nzst nzdt"
)
WORDS = frozenset(_WORDS.split()) | MONTHS.keys() | WEEKDAYS
BEFORE_TITLE = re.compile(r"\s?[:|–—-]\s+(?=[^\W\d_a-z]|[\d\"“'‘£$€])")


def embargo_label(draft: Draft) -> RuleResult:
    """Removes a label such as "embargoed until 6 March", alone or before the title; its words become a field."""
    title = draft.article.title
    labels: list[str] = []
    cuts: list[Span] = []
    if end := _end(title):
        labels.append(title[:end])
        title = title[end:]
    near = draft.lines[: NEAR if len(draft.lines) > 1 else 0]
    is_possible = signs.may_hold("\n".join(line.text[:LONGEST] for line in near), SIGNS)
    for index, line in enumerate(near if is_possible else ()):
        # A sentence may end on such a line.
        is_rest = index > 0 and line.paragraph == near[index - 1].paragraph and line.text[0].islower()
        end = _end(line.text[: LONGEST + 1]) if line.whole and not is_rest else 0
        if end and (end == len(line.text) or index < INLINE_NEAR):
            labels.append(line.text[:end])
            cuts.append((line.start, line.start + end))
            break
    if not labels:
        return NOTHING
    embargo = labels[-1].rstrip(" :|–—-")
    article = replace(draft.article, title=title, kind="release", fields={**draft.article.fields, "embargo": embargo})
    if article.published is None and (day := dates.one_inside(embargo)):
        article = replace(article, published=day, published_basis="text")
    return RuleResult(cuts, article=article)


def _end(text: str) -> int:
    """Where a label that a text begins with ends: at the end of the text, or before the title; 0 without a label."""
    label = LABEL.match(text)
    if label is None:
        return 0
    ends = [label.end()]
    while (piece := PIECE.match(text, ends[-1])) and _is_of_time(piece[1]):
        ends.append(piece.end())
    if BARE.fullmatch(label[0]):
        ends = [end for end in ends if any(map(str.isdecimal, text[label.end() : end]))]
    if ends and not text[ends[-1] :].strip(" .:)") and len(text) <= LONGEST:
        return len(text)
    timed = ends if UNTIMED.match(label[0]) else [end for end in ends if end > label.end()]
    titles = (BEFORE_TITLE.match(text, end) for end in reversed(timed))
    return next((title.end() for title in titles if title), 0)


def _is_of_time(word: str) -> bool:
    return word.strip(".").lower() in WORDS or bool(TIME.fullmatch(word))
