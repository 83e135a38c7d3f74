"""The kind of each edit of a passage: whether a figure, a date, a name, a quotation or other words differ. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

from ingest_service.model import EditKind, Span
from ingest_service.months import MONTHS, WEEKDAYS
from ingest_service.sameness import quotations
from ingest_service.sameness.side import Side

# The kinds that state facts. An edit has the first of these kinds of which its two sides have different words.
FACTS: tuple[EditKind, ...] = ("figure", "date", "name")
WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
SENTENCE_START = re.compile(r"(?:^|[.!?:…]|\n)[\s\"'“”‘’«»„(\[]*$")
YEAR = re.compile(r"(?:1[89]|20)\d\d")
DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
# Shorter names of weekdays and months, such as "so" and "mar", are words of other languages.
SHORTEST_DATE_WORD = 4
# How far from a day or a year its month may be, in code points.
NEAR = 12
# An edit of more code points is a rewritten part: it is not examined word by word.
MAX_EXAMINED = 10_000
# How far before a word the end of the sentence before it is looked for, in code points.
BEFORE_WORD = 6


def kind(a: Side, b: Side, own: Span, other: Span) -> EditKind:
    """The kind of an edit that replaces the span `own` of `a` by `other` of `b`; either may be empty.

    The kind is the most important one of which the sides have different words; "word" if the edit is very long.
    """
    if max(own[1] - own[0], other[1] - other[0]) > MAX_EXAMINED:
        return "word"
    left, right = Counter(_words(a, own)), Counter(_words(b, other))
    differing = {word_kind for word_kind, _ in (left - right) + (right - left)}
    for important in FACTS:
        if important in differing:
            return important
    return "quotation" if _is_quoted(a, own) or _is_quoted(b, other) else "word"


def _words(side: Side, span: Span) -> Iterator[tuple[EditKind, str]]:
    """The kind of each word of a span, and the word as it is compared: without case and without signs inside names."""
    for match in WORD.finditer(side.text, *span):
        word_kind, word = _word_kind(side, match), match.group().casefold()
        yield word_kind, word.replace(",", "") if word_kind == "figure" else "".join(filter(str.isalnum, word))


def _word_kind(side: Side, match: re.Match[str]) -> EditKind:
    word = match.group()
    if any(character.isdecimal() for character in word):
        is_date = YEAR.fullmatch(word) or (DAY.fullmatch(word) and _is_near_month(side.text, match.span()))
        return "date" if is_date else "figure"
    if not word[0].isupper():
        return "word"
    if _is_date_word(word):
        return "date"
    if word.casefold() in side.nouns:
        return "word"
    # The first word of a sentence has a capital: it is a name if the text does not use it as a common word.
    before = side.text[max(0, match.start() - BEFORE_WORD) : match.start()]
    is_common = SENTENCE_START.search(before) is not None and word.casefold() in side.common_words
    return "word" if is_common else "name"


def _is_date_word(word: str) -> bool:
    """Whether a capitalised word is the name of a month or weekday."""
    folded = word.casefold()
    return (len(word) >= SHORTEST_DATE_WORD or folded == "may") and (folded in MONTHS or folded in WEEKDAYS)


def _is_near_month(text: str, span: Span) -> bool:
    near = text[max(0, span[0] - NEAR) : span[0]] + " " + text[span[1] : span[1] + NEAR]
    return any(match.group().casefold() in MONTHS for match in WORD.finditer(near))


def _is_quoted(side: Side, span: Span) -> bool:
    """Whether the span, which is not empty, lies in quotation marks."""
    return span[0] < span[1] and any(
        start <= span[0] and span[1] <= end for start, end in quotations.inside(side.quoted, span)
    )
