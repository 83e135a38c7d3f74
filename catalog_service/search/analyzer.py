"""The one analyzer: words, folding, stems, pairs of characters for scripts without spaces, offsets. Pure.

Both engines are given these tokens ready made, so both find the same. Offsets are code points into the text.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import Stemmer  # type: ignore[import-not-found]  # The package ships no stubs.

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
# An initialism with its points, a run of a script without spaces, or a word with what apostrophes hold together.
WORD = re.compile(rf"(?:[^\W\d_]\.){{2,}}[^\W\d_]?|[{UNSPACED}]+|[^\W{UNSPACED}]+(?:['’][^\W{UNSPACED}]+)*")
IS_UNSPACED = re.compile(rf"[{UNSPACED}]")
POSSESSIVE = re.compile(r"['’]s?$")
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: as it is written (folded), its stem, and where it stands."""

    word: str
    stem: str
    start: int
    end: int


def analyze(text: str) -> list[Token]:
    """The tokens of a text, in order; a token's place in the list is its position."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in WORD.finditer(text):
        if is_unspaced(match.group()):
            yield from _pairs(match.group(), match.start())
            continue
        word = fold(match.group())
        if word:
            yield Token(word, stem(word), match.start(), match.end())


def _pairs(run: str, start: int) -> Iterator[Token]:
    """Each two neighbours; a single character stands for itself."""
    if len(run) == 1:
        yield Token(run, run, start, start + 1)
    for place in range(len(run) - 1):
        pair = run[place : place + 2]
        yield Token(pair, pair, start + place, start + place + 2)


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that puts no space between words."""
    return IS_UNSPACED.match(word) is not None


def fold(word: str) -> str:
    """A word without case, accents, points of initialisms and possessive; never longer than LONGEST."""
    plain = unicodedata.normalize("NFKD", POSSESSIVE.sub("", word)).casefold()
    return "".join(character for character in plain if character.isalnum())[:LONGEST]


def stem(word: str) -> str:
    """The stem that inflected forms share; of English, as it leaves other scripts and most names alone."""
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")
