"""How similar two texts are, word by word: the words they share, and names or numbers that are swapped. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel, Levenshtein, MatchingBlock

from ingest_service.sameness.fold import Flags, capitals, digits
from ingest_service.sameness.side import Side

NUMBER = re.compile(r"\d[\d.]*")
# Aligning words needs a bit for each pair of words: of longer texts the beginnings are compared.
MAX_WORDS = 4_000
# A story has about one number in this many words. One number changed in a long text is a correction; in a template
# text numbers change all over.
WORDS_PER_NUMBER = 30
# A story has at least one name or number in this many words. In a text without capitals the few numbers are not
# counted as if they were all its names.
WORDS_PER_NAME = 12
# The similarity from which two names are one name in two spellings.
SAME_NAME = 0.6
# The characters of a word that are compared as a name: no name is longer, but a word may be endless.
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Likeness:
    """How similar two texts are; shares from 0 to 1.

    `words` is the share of the shorter text's words that the other has in the same order. `swapped_names` is the share
    of names and numbers that replace other ones, `swapped_numbers` that of numbers alone: both are high for a template
    that was filled in twice.
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
    """Compares two texts word by word."""
    left, right = _words(a), _words(b)
    blocks = Indel.opcodes(left.words, right.words).as_matching_blocks()
    shared = sum(block.size for block in blocks)
    kept, kept_numbers = _in_blocks(left.names, blocks), _in_blocks(left.numbers, blocks)
    swapped = list(_swapped(left, right, blocks))
    numbers = sum(swapped)
    # In texts without capitals only the numbers are known. They are not counted as if they were the names as well.
    has_names = any(words.names.any() and not np.array_equal(words.names, words.numbers) for words in (left, right))
    return Likeness(
        words=shared / max(1, min(len(left.words), len(right.words))),
        swapped_names=len(swapped) / max(1, len(swapped) + kept, shared / WORDS_PER_NAME) if has_names else 0.0,
        swapped_numbers=numbers / (numbers + kept_numbers + 1 + shared / WORDS_PER_NUMBER),
    )


def _in_blocks(flags: Flags, blocks: Sequence[MatchingBlock]) -> int:
    """The number of flagged words among those that both texts have."""
    return sum(int(np.count_nonzero(flags[block.a : block.a + block.size])) for block in blocks)


def same_numbers(a: Side, b: Side) -> bool:
    """Whether both texts, at their full length, have the same numbers equally often."""
    return sorted(NUMBER.findall(a.string)) == sorted(NUMBER.findall(b.string))


def _swapped(a: _Words, b: _Words, blocks: Sequence[MatchingBlock]) -> Iterator[bool]:
    """For each name or number of one text that replaces one of the other, whether both are numbers.

    A name or number that both texts have equally often was moved, not replaced: tables are sorted anew.
    """
    in_a, in_b = Counter(a.words), Counter(b.words)
    last_a = last_b = 0
    for block in blocks:
        length = min(block.a - last_a, block.b - last_b)
        left, right = slice(last_a, last_a + length), slice(last_b, last_b + length)
        both_numbers, both_names = a.numbers[left] & b.numbers[right], a.names[left] & b.names[right]
        for offset in both_names.nonzero()[0].tolist():
            one, other = a.words[last_a + offset], b.words[last_b + offset]
            if in_a[one] == in_b[one] and in_a[other] == in_b[other]:
                continue
            if both_numbers[offset]:
                yield True
            elif not _is_same_name(one, other):
                yield False
        last_a, last_b = block.a + block.size, block.b + block.size


def _is_same_name(a: str, b: str) -> bool:
    return Levenshtein.normalized_similarity(a[:LONGEST_NAME], b[:LONGEST_NAME]) >= SAME_NAME


def _words(side: Side) -> _Words:
    fold = side.folded.fold
    begins = np.flatnonzero(fold.starts)
    words = fold.words(MAX_WORDS)
    numbers = np.zeros(len(begins), dtype=bool)
    numbers[begins.searchsorted(digits(fold.string), side="right") - 1] = True
    names = numbers | capitals(side.text, fold.positions.take(begins))
    return _Words(words, numbers[: len(words)], names[: len(words)])
