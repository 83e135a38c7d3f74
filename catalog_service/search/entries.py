"""What the index holds of one version, in terms that no engine has anything left to analyse in. Pure."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token

# Stems in their order for phrases; words as they are written, each once, for beginnings; and what the text is about.
COLUMNS = ("title", "text", "about", "title_words", "text_words")
# A text is about the words of its title and of its beginning, and about those it keeps saying.
BEGINNING = 50
KEEPS_SAYING = 3
MOST_ABOUT = 1_000
# No word is written like these: behind its z come four hexadecimal digits, an x, or another z.
EVERYTHING = "zall"
NOTHING = "znone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One version's title and text as tokens."""

    title: Sequence[Token]
    text: Sequence[Token]

    @property
    def about(self) -> list[str]:
        """The terms a reader would name when asked what it is about, and the one that every entry has."""
        said = Counter(token.stem for token in self.text)
        often = [stem for stem, count in said.most_common(MOST_ABOUT) if count >= KEEPS_SAYING]
        first = [token.stem for token in (*self.title, *self.text[:BEGINNING])]
        return [EVERYTHING, *map(term, dict.fromkeys((*first, *often)))]


def entry(title: str, text: str) -> Entry:
    """The entry of a version."""
    return Entry(analyzer.analyze(title), analyzer.analyze(text))


def stems(tokens: Iterable[Token]) -> Iterator[str]:
    """The terms of a sequence of tokens."""
    return (term(token.stem) for token in tokens)


def words(tokens: Iterable[Token]) -> Iterator[str]:
    """The words as they are written, each once."""
    return map(term, dict.fromkeys(token.word for token in tokens))


@functools.lru_cache(maxsize=100_000)
def term(word: str) -> str:
    """A word in letters and digits of ASCII; the beginning of a word is the beginning of its term."""
    if word.isascii() and word.isalnum() and "z" not in word:
        return word
    return "".join(map(_written, word))


def _written(character: str) -> str:
    if character == "z":
        return "zz"
    if character.isascii() and character.isalnum():
        return character
    code = ord(character)
    return f"z{code:04x}" if code < 0x10000 else f"zx{code:06x}"
