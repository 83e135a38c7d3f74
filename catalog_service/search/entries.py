"""The index entry of a version: its title and text as terms that the engines store without analysing them. Pure."""

import functools
import itertools
import operator
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog_service.search import analyzer

# `title` and `text`: all stems in order, for phrases. `title_words` and `text_words`: each word once, for prefixes.
# `about`: the stems of the words that the text is about, for ranking.
COLUMNS = ("title", "text", "about", "title_words", "text_words")
# Raised with each change of the terms that an entry has, so that an unfinished build of the index begins anew.
ANALYSIS = 3
# A text is about the words of its title, its first words, and the words that it repeats often.
FIRST_WORDS = 50
OFTEN = 3
MAX_OFTEN_WORDS = 1_000
# These are the term of no word: in a term, a z is followed by four hexadecimal digits, an x, or another z.
EVERYTHING = "zall"
NOTHING = "znone"

# The terms of this many chunks of text are cached, if they are no longer than this: at most about 100 MB of memory.
CACHED_CHUNKS = 50_000
CACHED_CHARACTERS = 24
_STEM, _WORD = operator.itemgetter(0), operator.itemgetter(1)
# Of the pairs of a count and a term.
_COUNT = operator.itemgetter(0)


class TokenTerms(NamedTuple):
    """The terms of one token: of its stem and of its word."""

    stem: str
    word: str


# In no query.
BREAK = TokenTerms("zbreak", "zbreak")


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """The terms of one version's title and text, in order."""

    title: Sequence[TokenTerms]
    # Of words with hyphens, written as one word; behind all others, and between breaks, so that no phrase has them.
    title_compounds: Sequence[TokenTerms]
    text: Sequence[TokenTerms]
    text_compounds: Sequence[TokenTerms]

    @property
    def whole_title(self) -> Sequence[TokenTerms]:
        """The terms of the title, and those of its compounds."""
        return (*self.title, *self.title_compounds)

    @property
    def whole_text(self) -> Sequence[TokenTerms]:
        """The terms of the text, and those of its compounds."""
        return (*self.text, *self.text_compounds) if self.text_compounds else self.text

    @property
    def about(self) -> list[str]:
        """The terms of the words that the text is about, and the term that every entry has."""
        repeated = [(count, stem) for stem, count in Counter(map(_STEM, self.text)).items() if count >= OFTEN]
        repeated.sort(key=_COUNT, reverse=True)
        first = stem_terms((*self.title, *self.text[:FIRST_WORDS]))
        return [EVERYTHING, *dict.fromkeys((*first, *(stem for _, stem in repeated[:MAX_OFTEN_WORDS])))]


def make_entry(title: str, text: str) -> IndexEntry:
    """The index entry of a version with this title and text."""
    return IndexEntry(*_terms(title), *_terms(text))


def _terms(text: str) -> tuple[list[TokenTerms], list[TokenTerms]]:
    """The terms of all tokens of a text, and those of its compounds."""
    # No word has a hyphen of any kind; in compounds, all kinds are alike.
    chunks = text.replace("‐", "-").replace("‑", "-").split()
    return token_terms(chunks), _compound_terms([chunk for chunk in chunks if "-" in chunk])


def token_terms(chunks: Iterable[str]) -> list[TokenTerms]:
    """The terms of all tokens of a text, in order. The text is given as its chunks between white space.

    No token crosses white space, so the terms of a chunk do not depend on the rest of the text.
    """
    return list(itertools.chain.from_iterable(map(cached_terms.__getitem__, chunks)))


def _compound_terms(chunks: Iterable[str]) -> list[TokenTerms]:
    """The terms of the words with hyphens, each once, as one word, each after a break."""
    compounds = analyzer.compounds(" ".join(chunks))
    joined = dict.fromkeys(TokenTerms(term(token.stem), term(token.word)) for token in compounds)
    return [terms for compound in joined for terms in (BREAK, compound)]


def stem_terms(terms: Iterable[TokenTerms]) -> list[str]:
    """The terms of the stems, in order."""
    return list(map(_STEM, terms))


def word_terms(terms: Iterable[TokenTerms]) -> Iterable[str]:
    """The terms of the words, each once."""
    return dict.fromkeys(map(_WORD, terms))


class _TermCache(dict[str, tuple[TokenTerms, ...]]):
    """The terms of chunks of text, made at the first look-up. A full cache is emptied; common chunks return at once.

    A dictionary with look-ups in C: a text has hundreds of chunks, and a call for each would take half of the time.
    """

    def __missing__(self, chunk: str) -> tuple[TokenTerms, ...]:
        terms = tuple([TokenTerms(term(stem), term(word)) for word, stem in analyzer.words(chunk)])
        if len(chunk) <= CACHED_CHARACTERS:
            if len(self) >= CACHED_CHUNKS:
                self.clear()
            self[chunk] = terms
        return terms


cached_terms = _TermCache()


@functools.lru_cache(maxsize=100_000)
def term(word: str) -> str:
    """A word encoded in ASCII letters and digits, as both engines accept it.

    The encoding is unique, and the term of a prefix of a word is a prefix of the word's term.
    """
    if word.isascii() and word.isalnum() and "z" not in word:
        return word
    return "".join(map(_encoded, word))


def _encoded(character: str) -> str:
    if character == "z":
        return "zz"
    if character.isascii() and character.isalnum():
        return character
    code = ord(character)
    return f"z{code:04x}" if code < 0x10000 else f"zx{code:06x}"
