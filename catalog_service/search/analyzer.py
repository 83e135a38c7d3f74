"""The one analyzer: words, folding, stems, pairs of characters for scripts without spaces, offsets. Pure.

Texts and queries go through it alike and both engines are given its terms ready made, so both find the same. Every
language gets the English stemmer: a query does not say its language, and what is reduced alike on both sides meets.
Offsets are code points, half-open.
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import Stemmer  # type: ignore[import-not-found]  # The package ships no stubs.

LONGEST = 60
# Scripts that put no space between words, and Hangul, where particles cling to the words: Thai, Lao, Burmese, Khmer,
# Japanese, Chinese, Korean. Their punctuation and digits stay outside.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd\u1100-\u11ff"
    "\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003fffd"
)
# A character of such a script with its voicing mark; of Hangul written in parts, the syllable.
UNIT = re.compile(r"(?:[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.)[\u3099\u309a\uff9e\uff9f]?")
STARTS_UNSPACED = re.compile(f"[{UNSPACED}]")
APOSTROPHES = "'’ʼ‘＇"
# Soft hyphens and joiners are typography, not letters.
JOINERS = "\u00ad\u200c\u200d\u2060\ufeff"
# What French and Italian write before an apostrophe is a word of its own.
ELIDED = "l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|quoiqu|un|dell|all|nell|sull|dall|quest"
POSSESSIVE = re.compile(f"[{APOSTROPHES}][sS]$")
ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not take apart.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: as it is written (folded), its stem, and where it stands."""

    word: str
    stem: str
    start: int
    end: int


def analyze(text: str) -> list[Token]:
    """The tokens of a text, in order; a token's place in the list is its position."""
    return list(tokens(text))


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, one by one."""
    for match in _words().finditer(text):
        written = match.group()
        if match.lastgroup == "unspaced":
            yield from _pairs(written, match.start())
        elif match.lastgroup == "elided":
            yield from _tokens_at(written, match.start(), match.end("article"))
        elif known := _known(written):
            yield Token(*known, match.start(), match.end())


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script that puts no space between words."""
    return STARTS_UNSPACED.match(word) is not None


def fold(word: str) -> str:
    """A word without case, accents, points and possessive; never longer than LONGEST."""
    word = POSSESSIVE.sub("", word)
    if word.isascii():
        return "".join(filter(str.isalnum, word.lower()))[:LONGEST]
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    plain = "".join(filter(_is_kept, ACCENTS.sub("", apart)))
    return unicodedata.normalize("NFC", plain).translate(PLAIN)[:LONGEST]


def _is_kept(character: str) -> bool:
    """Letters, digits, and the marks that write vowels where accents do not."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _tokens_at(written: str, start: int, cut: int) -> Iterator[Token]:
    """The two words on both sides of an elision's apostrophe, which ends at `cut` of the text."""
    head, rest = written[: cut - start], written[cut - start + 1 :]
    for part, place in ((head, start), (rest, cut + 1)):
        if known := _known(part):
            yield Token(*known, place, place + len(part))


def _pairs(run: str, start: int) -> Iterator[Token]:
    """Each character with the one that follows, and the last alone: as many tokens as characters.

    So a phrase may begin and end anywhere in a run, and go on behind it.
    """
    units = [(unicodedata.normalize("NFKC", match.group()), match.start(), match.end()) for match in UNIT.finditer(run)]
    for number, (unit, begin, end) in enumerate(units):
        following = units[number + 1] if number + 1 < len(units) else ("", 0, end)
        pair = unit + following[0]
        yield Token(pair, pair, start + begin, start + following[2])


@functools.cache
def _words() -> re.Pattern[str]:
    """What counts as a word; made once, as finding the marks of all scripts takes a moment."""
    marks = "".join(
        character
        for character in map(chr, range(0x300, 0x10000))
        if unicodedata.category(character).startswith("M") and not STARTS_UNSPACED.match(character)
    )
    letter = rf"[^\W\d_{UNSPACED}]"
    word = rf"[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[{marks}{JOINERS}])*"
    apostrophe = f"[{APOSTROPHES}]"
    words = f"{word}(?:{apostrophe}{word})*"
    return re.compile(
        rf"(?P<unspaced>[{UNSPACED}]+)"
        rf"|(?P<initials>(?:{letter}\.)+{letter}(?![\w{marks}])\.?(?:{apostrophe}[sS]\b)?)"
        r"|(?P<number>\d{1,3}(?:,\d{3})+(?![\w]))"
        rf"|(?P<elided>(?P<article>(?i:{ELIDED})){apostrophe}(?={letter}{{2}}){words})"
        rf"|(?P<word>{words})"
    )


@functools.lru_cache(maxsize=100_000)
def _known(written: str) -> tuple[str, str] | None:
    """A word folded, and its stem; None when nothing is left of it."""
    word = fold(written)
    return (word, _stemmers.own.stemWord(word)) if word else None


class _Stemmers(threading.local):
    """A stemmer for each thread: it keeps state while it works."""

    def __init__(self) -> None:
        self.own = Stemmer.Stemmer("english", 0)


_stemmers = _Stemmers()
