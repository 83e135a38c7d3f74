"""Lines that differ only in their numbers, such as "Number of views: 3623": their common form. Pure.

A figure may be what a text reports, so a line in doubt has no form: a sentence, a line with more digits than letters,
and a row of a table.
"""

import functools
import re
from collections.abc import Sequence
from itertools import groupby

from ingest_service.months import MONTHS

# What represents a number or a date in a form.
SIGN = "#"
DIGIT = re.compile(r"\d")
NUMBER = re.compile(r"\d+(?:(?:[.,:/-]|[년年] ?|[월月] ?)\d+)*")
SENTENCE_ENDS = tuple(".!?…。！？؟")
# A line with more numbers is a row of figures.
MOST_NUMBERS = 2
# A longer line, in characters, is a text.
LONGEST = 120


def without_tables(forms: Sequence[str | None]) -> list[str | None]:
    """The forms of the lines of a text, with None for each one beside another: both are rows of a table."""
    around = [None, *forms, None]
    threes = zip(around, around[1:], around[2:], strict=False)
    return [None if above or below else form for above, form, below in threes]


def form_of(text: str) -> str | None:
    """A line with one sign for each number or date, such as "Page # of #"; None if its numbers may be a text's."""
    return _form_of(text) if len(text) <= LONGEST else None


@functools.lru_cache(maxsize=1024)
def _form_of(text: str) -> str | None:
    if not DIGIT.search(text) or "\n" in text or text.endswith(SENTENCE_ENDS):
        return None
    words = _with_signs(text)
    letters = "".join(filter(str.isalpha, text))
    # In bytes of UTF-8: a word of a script without spaces has fewer characters.
    has_more_letters = len(letters.encode("utf-8", "surrogatepass")) > sum(map(str.isdecimal, text))
    return " ".join(words) if has_more_letters and sum(SIGN in word for word in words) <= MOST_NUMBERS else None


def _with_signs(text: str) -> list[str]:
    """The words of a line; a number is a sign, and so is a date with the name of its month."""
    words = NUMBER.sub(SIGN, text).split()
    around = ["", *words, ""]
    signs = [
        SIGN if _is_month(word) and (_is_number(before) or _is_number(after)) else word
        for before, word, after in zip(around, words, around[2:], strict=False)
    ]
    runs = ((is_number, list(run)) for is_number, run in groupby(signs, _is_number))
    return [word for is_number, run in runs for word in ([SIGN] if is_number and len(run) > 1 else run)]


def _is_month(word: str) -> bool:
    return word.strip(".,").lower() in MONTHS


def _is_number(word: str) -> bool:
    """Whether a word is a number, perhaps with other signs around it."""
    return SIGN in word and not any(map(str.isalpha, word))
