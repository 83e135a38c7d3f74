"""The significance of a change: of which kind the most important difference of two versions is. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from catalog_service.diffing.operations import Op
from catalog_service.diffing.words import have_same_keys

Significance: TypeAlias = Literal["typography", "metadata", "figure", "date", "quotation", "headline", "substantive"]

DIGITS = re.compile(r"\d")
MONTHS_AND_WEEKDAYS = frozenset({
    "jan", "january", "feb", "february", "mar", "march", "apr", "april", "may", "jun", "june", "jul", "july", "aug",
    "august", "sep", "sept", "september", "oct", "october", "nov", "november", "dec", "december",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
})  # fmt: skip
YEAR_OR_DAY = re.compile(r"(1[89]|20)\d\d|[0-3]?\d(st|nd|rd|th)?")
# How far before a change its opening quotation mark is looked for, in code points.
LONGEST_QUOTATION = 2_000


def significance(titles: tuple[str, str], texts: tuple[str, str], ops: Sequence[Op]) -> Significance:
    """The significance of the change from the first of each pair to the second; `ops` are of the texts.

    `metadata`: title and text are equal. `typography`: words and their order are equal, but for case and punctuation.
    `headline`: only the title has other words. `date`, `figure`, `quotation`: all changes of the text are of this kind.
    `substantive`: any other change.
    """
    if titles[0] == titles[1] and all(op.op == "equal" for op in ops):
        return "metadata"
    changed = [op for op in ops if op.op != "equal" and not op.typographic]
    if not changed:
        return "typography" if have_same_keys(*titles) else "headline"
    return _of_text(*texts, [op for op in changed if op.op != "move"])


def _of_text(first: str, second: str, changed: Sequence[Op]) -> Significance:
    if not changed:
        # Parts of the text changed places.
        return "substantive"
    if all(_all(map(_may_be_in_date, _words(first, second, op))) for op in changed) and any(
        map(_is_month_or_weekday, _words_near(changed, second))
    ):
        return "date"
    if all(_all(map(DIGITS.search, _words(first, second, op))) for op in changed):
        return "figure"
    if all(_in_quotation(second, op.b) for op in changed):
        return "quotation"
    return "substantive"


def _all(values: Iterable[object]) -> bool:
    """Whether there are values, and all are true: a symbol has no words, and is neither a date nor a figure.

    Stops at the first one that is not true: a change may have a million words.
    """
    found = False
    for value in values:
        if not value:
            return False
        found = True
    return found


def _words(first: str, second: str, op: Op) -> Iterator[str]:
    for word in re.finditer(r"\w+", first[slice(*op.a)] + " " + second[slice(*op.b)]):
        yield word.group()


def _may_be_in_date(word: str) -> bool:
    return _is_month_or_weekday(word) or YEAR_OR_DAY.fullmatch(word) is not None


def _is_month_or_weekday(word: str) -> bool:
    return word.lower() in MONTHS_AND_WEEKDAYS


def _words_near(changed: Sequence[Op], second: str) -> Iterator[str]:
    """The words of the second text that changed, and those within twelve code points of them."""
    for op in changed:
        yield from re.findall(r"\w+", second[max(0, op.b[0] - 12) : op.b[1] + 12])


def _in_quotation(text: str, span: tuple[int, int]) -> bool:
    """Whether the words of the span are inside quotation marks that were opened in its paragraph."""
    words = re.sub(r"^\W+|\W+$", "", text[slice(*span)])
    if any(mark in words for mark in '“”"'):
        return False
    opened = span[0] + text[slice(*span)].find(words)
    before = text[max(0, opened - LONGEST_QUOTATION) : opened].rpartition("\n\n")[2]
    if "“" in before or "”" in before:
        return before.rfind("“") > before.rfind("”")
    return before.count('"') % 2 == 1
