"""The analyzer: cuts texts and queries into words, folds and stems them, and keeps their offsets. Pure.

Scripts without spaces are cut into pairs of characters. Texts and queries are analysed alike, and both engines get the
finished terms, so both find the same. All languages use the English stemmer, because a query does not state its
language; a word that the stemmer shortens wrongly is shortened alike in text and query, and so is still found.
Offsets are code points, half-open.
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import Stemmer  # type: ignore[import-not-found]  # The package ships no stubs.

from catalog_service import unspaced

MAX_WORD = 60
# Of a longer word only so much is folded: normalising takes quadratic time for a flood of combining characters.
MAX_WRITTEN = 500
# Scripts without spaces, and Korean, whose particles are attached to the words.
UNSPACED = unspaced.UNSPACED + unspaced.HANGUL
# One character of such a script with its voicing mark; for Hangul in separate letters, the whole syllable.
UNIT = re.compile(r"(?:[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.)[\u3099\u309a\uff9e\uff9f]?")
STARTS_UNSPACED = re.compile(f"[{UNSPACED}]")
APOSTROPHES = "'’ʼ‘＇"
# Soft hyphens and joiners: typography inside a word, removed by folding.
JOINERS = "\u00ad\u200c\u200d\u2060\ufeff"
# In French and Italian, these before an apostrophe are words of their own.
ELIDED = "l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|quoiqu|un|dell|all|nell|sull|dall|quest"
# No word begins or ends with one of these, and none changes the word beside it.
PUNCTUATION = '.,;:!?"“”()[]'
HYPHENS = re.compile("[‐‑-]")
POSSESSIVE = re.compile(f"[{APOSTROPHES}][sS]$")
ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not decompose into a base letter and an accent.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text: the folded word, its stem, and its span in the text."""

    word: str
    stem: str
    start: int
    end: int


def analyze(text: str) -> list[Token]:
    """All tokens of a text, in order; the index of a token in the list is its position."""
    return list(tokens(text))


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Generates the tokens of a text, in order, from an offset on at which a token may start."""
    for match in _word_pattern().finditer(text, start):
        if match.lastgroup == "unspaced":
            yield from _pairs(match.group(), match.start())
        elif match.lastgroup == "elided":
            apostrophe = match.end("article")
            yield from _word_tokens(text[match.start() : apostrophe], match.start())
            yield from _word_tokens(text[apostrophe + 1 : match.end()], apostrophe + 1)
        else:
            yield from _word_tokens(match.group(), match.start())


def words(chunk: str) -> list[tuple[str, str]]:
    """The words of a text without white space, folded, and their stems: those of `tokens`, five times as fast for most.

    Most are one word of ASCII letters and digits, perhaps with punctuation before or after it.
    """
    bare = chunk.strip(PUNCTUATION)
    if bare.isascii() and bare.isalnum():
        folded = _fold_and_stem(bare[:MAX_WRITTEN])
        return [folded] if folded else []
    return [(token.word, token.stem) for token in tokens(chunk)]


def compounds(text: str) -> Iterator[Token]:
    """Generates words with hyphens as one word each, in order: e-mail as email. Their parts are tokens of their own."""
    for match in compound_pattern().finditer(text):
        joined = _fold_and_stem(HYPHENS.sub("", match.group())[:MAX_WRITTEN])
        if joined is not None:
            yield Token(*joined, *match.span())


@functools.cache
def compound_pattern() -> re.Pattern[str]:
    """The pattern of two to four words of letters, joined by hyphens."""
    letters = rf"[^\W\d_{UNSPACED}]+"
    return re.compile(rf"(?<![\w‐‑-]){letters}(?:[‐‑-]{letters}){{1,3}}(?![\w‐‑-])")


def is_unspaced(word: str) -> bool:
    """Whether a word is in a script that puts no space between words."""
    return STARTS_UNSPACED.match(word) is not None


def fold(word: str) -> str:
    """A word without case, accents, punctuation and possessive; at most MAX_WORD characters."""
    word = POSSESSIVE.sub("", word)
    if word.isascii():
        return "".join(filter(str.isalnum, word.lower()))[:MAX_WORD]
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    plain = "".join(filter(_is_kept, ACCENTS.sub("", apart)))
    return unicodedata.normalize("NFC", plain).translate(PLAIN)[:MAX_WORD]


def _is_kept(character: str) -> bool:
    """Whether folding keeps a character: letters, digits, and marks (vowel signs of Indic scripts, for example)."""
    return character.isalnum() or unicodedata.category(character).startswith("M")


def _word_tokens(word: str, start: int) -> Iterator[Token]:
    """The token of a word that begins at `start`; none when folding leaves nothing of it."""
    folded = _fold_and_stem(word[:MAX_WRITTEN])
    if folded is not None:
        yield Token(*folded, start, start + len(word))


def _pairs(run: str, start: int) -> Iterator[Token]:
    """A token for each character of the run: the character with the next one; for the last, the character alone.

    So a phrase may begin and end anywhere in a run, and may continue after it.
    """
    units = [(unicodedata.normalize("NFKC", match.group()), match.start(), match.end()) for match in UNIT.finditer(run)]
    for number, (unit, begin, end) in enumerate(units):
        following = units[number + 1] if number + 1 < len(units) else ("", 0, end)
        pair = unit + following[0]
        yield Token(pair, pair, start + begin, start + following[2])


@functools.cache
def _word_pattern() -> re.Pattern[str]:
    """The pattern of a word. Made once, on first use: collecting the marks of all scripts is slow."""
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
def _fold_and_stem(written: str) -> tuple[str, str] | None:
    """The folded word and its stem; None when folding leaves nothing of it."""
    word = fold(written)
    if not word:
        return None
    stem = _stemmers.own.stemWord(word)
    # One string instead of two equal ones, which most would be: memory of caches is read for each word of a text.
    return word, word if stem == word else stem


class _Stemmers(threading.local):
    """One stemmer for each thread: a stemmer holds state while it works."""

    def __init__(self) -> None:
        self.own = Stemmer.Stemmer("english", 0)


_stemmers = _Stemmers()
