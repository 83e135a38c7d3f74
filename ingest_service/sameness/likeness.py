"""How like two texts are, word by word: what they share, and what is swapped in place. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel, Levenshtein, MatchingBlock

from ingest_service.sameness.side import Side

DIGITS = re.compile(r"\d+")
NUMBER = re.compile(r"\d[\d.]*")
# Aligning words keeps a bit for each pair of them: of longer texts the beginnings are compared.
MOST_WORDS = 4_000
# A story has a number every so many words; one changed in a long text without others is a correction, no form.
WORDS_A_NUMBER = 30
# Two names as like as this are one name spelt or read in two ways.
ONE_NAME = 0.6


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two texts are; shares from 0 to 1.

    `words` is the share of the shorter text's words that the other has in the same order. `swapped_names` is the share
    of names and numbers that stand in the place of other ones, `swapped_numbers` that of the numbers alone: the mark of
    a form filled in twice.
    """

    words: float
    swapped_names: float
    swapped_numbers: float


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, and which of them are numbers and which numbers or names."""

    words: list[str]
    numbers: list[bool]
    names: list[bool]


def likeness(a: Side, b: Side) -> Likeness:
    """How like two texts are."""
    left, right = _words(a), _words(b)
    blocks = Indel.opcodes(left.words, right.words).as_matching_blocks()
    shared = sum(block.size for block in blocks)
    kept = sum(sum(left.names[block.a : block.a + block.size]) for block in blocks)
    kept_numbers = sum(sum(left.numbers[block.a : block.a + block.size]) for block in blocks)
    swapped = list(_swapped(left, right, blocks))
    numbers = sum(swapped)
    return Likeness(
        words=shared / max(1, min(len(left.words), len(right.words))),
        swapped_names=len(swapped) / max(1, len(swapped) + kept),
        swapped_numbers=numbers / (numbers + kept_numbers + 1 + shared / WORDS_A_NUMBER),
    )


def same_numbers(a: Side, b: Side) -> bool:
    """Whether both texts have the same numbers, each as often; of the whole texts, however long."""
    return sorted(NUMBER.findall(a.string)) == sorted(NUMBER.findall(b.string))


def _swapped(a: _Words, b: _Words, blocks: Sequence[MatchingBlock]) -> Iterator[bool]:
    """For each name or number that stands in the place of another one, whether they are numbers."""
    last_a = last_b = 0
    for block in blocks:
        for i, j in zip(range(last_a, block.a), range(last_b, block.b), strict=False):
            if a.numbers[i] and b.numbers[j]:
                yield True
            elif a.names[i] and b.names[j] and Levenshtein.normalized_similarity(a.words[i], b.words[j]) < ONE_NAME:
                yield False
        last_a, last_b = block.a + block.size, block.b + block.size


def _words(side: Side) -> _Words:
    fold = side.folded.fold
    words = fold.words(MOST_WORDS)
    begins = np.flatnonzero(fold.starts)[: len(words)]
    capitals = map(side.text.__getitem__, fold.positions[begins].tolist())
    names = list(map(str.isupper, capitals))
    numbers = [False] * len(words)
    # Few words are numbers: they are looked for, not each word asked.
    digits = [found.start() for found in DIGITS.finditer(fold.string, 0, sum(map(len, words)))]
    for word in np.unique(np.searchsorted(begins, digits, side="right") - 1).tolist():
        numbers[word] = names[word] = True
    return _Words(words, numbers, names)
