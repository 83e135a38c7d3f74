"""Other ways to write a word of a query: with or without hyphens, and in Korean with another particle. Pure."""

import re
from collections.abc import Sequence

from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token

# Particles of Korean, or their first syllables: after any syllable, after a final consonant, after a vowel.
AFTER_ANY, AFTER_CONSONANT, AFTER_VOWEL = "의에도까부만처보", "이을은과으", "가를는와로나라"
# A stem of two syllables or more: shorter ones are too often the beginning of another word.
INFLECTED = re.compile(r"\W*([\uac00-\ud7a3]{2,})([\uac00-\ud7a3])\W*")
# In Unicode, syllables are ordered by their 28 final consonants, of which the first is none.
FIRST_SYLLABLE, FINALS, FINAL_L = 0xAC00, 28, 8


def of(text: str, tokens: Sequence[Token]) -> list[tuple[str, ...]]:
    """The stems of each way to write the word `text`, of which these are the tokens; empty if there is only one."""
    inflected = INFLECTED.fullmatch(text)
    if inflected and inflected[2] in _particles(inflected[1]):
        return _with_particles(inflected[1])
    joined = list(analyzer.compounds(text))
    if len(joined) == 1 and (joined[0].start, joined[0].end) == (tokens[0].start, tokens[-1].end):
        return [tuple(token.stem for token in tokens), (joined[0].stem,)]
    return []


def _with_particles(stem: str) -> list[tuple[str, ...]]:
    """The stem with each particle, whatever follows it, and without one at the end of a word."""
    # The last token is a single syllable, which in a text may be the beginning of more.
    followed = [analyzer.analyze(stem + particle)[:-1] for particle in _particles(stem)]
    return [tuple(token.stem for token in tokens) for tokens in (*followed, analyzer.analyze(stem))]


def _particles(stem: str) -> str:
    """The particles, each one character, that may follow a stem."""
    final = (ord(stem[-1]) - FIRST_SYLLABLE) % FINALS
    if final == FINAL_L:
        return AFTER_ANY + AFTER_CONSONANT + "로"
    return AFTER_ANY + (AFTER_CONSONANT if final else AFTER_VOWEL)
