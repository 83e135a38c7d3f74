"""The index entry of a version: its title and text as terms that the engines store without analysing them. Pure."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token

# `title` and `text`: all stems in order, for phrases. `title_words` and `text_words`: each word once, for prefixes.
# `about`: the stems of the words that the text is about, for ranking.
COLUMNS = ("title", "text", "about", "title_words", "text_words")
# A text is about the words of its title, its first words, and the words that it repeats often.
FIRST_WORDS = 50
OFTEN = 3
MAX_OFTEN_WORDS = 1_000
# These two are the term of no word: in a term, a z is followed by four hexadecimal digits, an x, or another z.
EVERYTHING = "zall"
NOTHING = "znone"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One version's title and text as tokens."""

    title: Sequence[Token]
    text: Sequence[Token]

    @property
    def about(self) -> list[str]:
        """The terms of the words that the text is about, and the term that every entry has."""
        counts = Counter(token.stem for token in self.text)
        often = [stem for stem, count in counts.most_common(MAX_OFTEN_WORDS) if count >= OFTEN]
        first = [token.stem for token in (*self.title, *self.text[:FIRST_WORDS])]
        return [EVERYTHING, *map(term, dict.fromkeys((*first, *often)))]


def make_entry(title: str, text: str) -> IndexEntry:
    """The index entry of a version with this title and text."""
    return IndexEntry(analyzer.analyze(title), analyzer.analyze(text))


def stem_terms(tokens: Iterable[Token]) -> Iterator[str]:
    """The terms of the tokens' stems, in order."""
    return (term(token.stem) for token in tokens)


def word_terms(tokens: Iterable[Token]) -> Iterator[str]:
    """The terms of the tokens' words, each once."""
    return map(term, dict.fromkeys(token.word for token in tokens))


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
