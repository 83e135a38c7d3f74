"""How like two texts are, word by word: what they share, and what is swapped in place. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel, Levenshtein, MatchingBlock

from ingest_service.sameness.fold import Flags, capitals, digits
from ingest_service.sameness.side import Side

NUMBER = re.compile(r"\d[\d.]*")
# Aligning words keeps a bit for each pair of them: of longer texts the beginnings are compared.
MOST_WORDS = 4_000
# A story has a number every so many words; one changed in a long text without others is a correction, no form.
WORDS_A_NUMBER = 30
# Two names as like as this are one name spelt or read in two ways.
ONE_NAME = 0.6
# What is longer is no name; of a word without end only the beginning is looked at.
LONGEST_NAME = 60


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
    numbers: Flags
    names: Flags


def likeness(a: Side, b: Side) -> Likeness:
    """How like two texts are."""
    left, right = _words(a), _words(b)
    blocks = Indel.opcodes(left.words, right.words).as_matching_blocks()
    shared = sum(block.size for block in blocks)
    kept, kept_numbers = _in_blocks(left.names, blocks), _in_blocks(left.numbers, blocks)
    swapped = list(_swapped(left, right, blocks))
    numbers = sum(swapped)
    return Likeness(
        words=shared / max(1, min(len(left.words), len(right.words))),
        swapped_names=len(swapped) / max(1, len(swapped) + kept),
        swapped_numbers=numbers / (numbers + kept_numbers + 1 + shared / WORDS_A_NUMBER),
    )


def _in_blocks(flags: Flags, blocks: Sequence[MatchingBlock]) -> int:
    """How many of the words that both texts have are flagged."""
    return sum(int(np.count_nonzero(flags[block.a : block.a + block.size])) for block in blocks)


def same_numbers(a: Side, b: Side) -> bool:
    """Whether both texts have the same numbers, each as often; of the whole texts, however long."""
    return sorted(NUMBER.findall(a.string)) == sorted(NUMBER.findall(b.string))


def _swapped(a: _Words, b: _Words, blocks: Sequence[MatchingBlock]) -> Iterator[bool]:
    """For each name or number that stands in the place of another one, whether they are numbers."""
    last_a = last_b = 0
    for block in blocks:
        length = min(block.a - last_a, block.b - last_b)
        left, right = slice(last_a, last_a + length), slice(last_b, last_b + length)
        both_numbers, both_names = a.numbers[left] & b.numbers[right], a.names[left] & b.names[right]
        for offset in both_names.nonzero()[0].tolist():
            if both_numbers[offset]:
                yield True
            elif not _one_name(a.words[last_a + offset], b.words[last_b + offset]):
                yield False
        last_a, last_b = block.a + block.size, block.b + block.size


def _one_name(a: str, b: str) -> bool:
    return Levenshtein.normalized_similarity(a[:LONGEST_NAME], b[:LONGEST_NAME]) >= ONE_NAME


def _words(side: Side) -> _Words:
    fold = side.folded.fold
    begins = np.flatnonzero(fold.starts)
    words = fold.words(MOST_WORDS)
    numbers = np.zeros(len(begins), dtype=bool)
    numbers[begins.searchsorted(digits(fold.string), side="right") - 1] = True
    names = numbers | capitals(side.text, fold.positions.take(begins))
    return _Words(words, numbers[: len(words)], names[: len(words)])
