"""Warnings about words of a query that mean something else in other search engines. Pure."""

import re
from collections.abc import Iterator

UNKNOWN_FIELD = re.compile(r"([A-Za-z_]+):[^\s/]")
# Operators of other search engines, and what has their effect here.
FOREIGN = {
    "NOT": "write -word to exclude a word",
    "NEAR": 'write "two words" for words directly after each other',
}


def of(word: str) -> Iterator[str]:
    """The warnings about one word that is not in quotation marks."""
    if match := UNKNOWN_FIELD.match(word):
        yield f"{match[1]}: is not a field (title: and text: are); searched for as words."
    if word in FOREIGN:
        yield f"{word} is no operator ({FOREIGN[word]}); searched for as a word."
