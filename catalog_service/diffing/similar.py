"""Finds the similar sentences of two lists, as candidates for an alignment or a move. Sentences are strings of words.

Two sentences are similar if at least half of their words are a common subsequence, or if the shorter one is contained
in the longer one for the most part. A few sentences are all compared; of many, only those that share a rare pair of
adjacent words, which takes linear time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product, starmap
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

Numbers: TypeAlias = NDArray[np.int64]
# The number of bits of a code point.
CODE_BITS = 21
# The most pairs of sentences that are all compared, and the most pairs of their words: 0.2 s.
ALL_PAIRS = 4_096
ALL_WORDS = 2_000_000_000
# So few pairs of sentences are compared one by one.
FEW_PAIRS = 16
# A pair of words is rare if it occurs at most twice in each list.
RARE = 2
# The longest common subsequence of longer sequences of words takes too long; words in any order are counted instead.
MAX_PRODUCT = 32_000_000
LEAST_SIMILARITY = 0.5
# One sentence is part of another if this share of its words, and this many, are in it.
LEAST_CONTAINED = 0.8
LEAST_CONTAINED_WORDS = 6


class Similar(NamedTuple):
    """Sentence `a` of the first list and `b` of the second have `common` words in order, of `a_words` and `b_words`."""

    a: int
    b: int
    common: int
    a_words: int
    b_words: int
    weight: float
    """The common words by how similar the sentences are."""

    @property
    def similarity(self) -> float:
        """Twice the common words by all words: 1 for equal sentences."""
        return 2 * self.common / (self.a_words + self.b_words)


def common(a: str, b: str) -> int:
    """The number of words that two sequences of words have in common."""
    if len(a) * len(b) <= MAX_PRODUCT:
        return LCSseq.similarity(a, b)
    return (Counter(a) & Counter(b)).total()


def are_many(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two lists of sentences are too long to compare every pair: by their numbers, or by their words."""
    return len(a) * len(b) > ALL_PAIRS or sum(map(len, a)) * sum(map(len, b)) > ALL_WORDS


def pairs(a: Sequence[str], b: Sequence[str]) -> list[Similar]:
    """The pairs of similar sentences, in order."""
    few = len(a) * len(b) <= FEW_PAIRS
    return list(filter(None, starmap(_similar, (_few_candidates if few else _candidates)(a, b))))


def _similar(a: int, b: int, shared: int, a_words: int, b_words: int) -> Similar | None:
    """The pair, if its sentences are similar."""
    similarity, contained = 2 * shared / (a_words + b_words), shared / min(a_words, b_words)
    if similarity >= LEAST_SIMILARITY or (shared >= LEAST_CONTAINED_WORDS and contained >= LEAST_CONTAINED):
        return Similar(a, b, shared, a_words, b_words, shared * max(similarity, LEAST_CONTAINED * contained))
    return None


def _few_candidates(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int, int, int]]:
    """As `_candidates`, of a few sentences, for which arrays take longer."""
    for (left, first), (right, second) in product(enumerate(a), enumerate(b)):
        yield left, right, LCSseq.similarity(first, second), len(first), len(second)


def _candidates(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int, int, int, int]]:
    """The pairs of sentences that share half of the shorter one, with the words that they share and have."""
    if are_many(a, b):
        left, right = _sharing_rare_words(a, b)
        first, second = [a[number] for number in left], [b[number] for number in right]
        shared = process.cpdist(first, second, scorer=LCSseq.similarity, dtype=np.int64)
    else:
        left, right = (numbers.ravel() for numbers in np.indices((len(a), len(b))))
        shared = process.cdist(a, b, scorer=LCSseq.similarity, dtype=np.int64).ravel()
    a_words, b_words = np.array(list(map(len, a)))[left], np.array(list(map(len, b)))[right]
    chosen = 2 * shared >= np.minimum(a_words, b_words)
    columns = (left, right, shared, a_words, b_words)
    return zip(*(column[chosen].tolist() for column in columns), strict=True)


def _sharing_rare_words(a: Sequence[str], b: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The numbers of sentences that share a rare pair of words, in order."""
    rare_a, rare_b = _RarePairs.of(a), _RarePairs.of(b)
    _, at_a, at_b = np.intersect1d(rare_a.words, rare_b.words, assume_unique=True, return_indices=True)
    found = []
    for nth_a, nth_b in product(range(RARE), repeat=2):
        both = (rare_a.counts[at_a] > nth_a) & (rare_b.counts[at_b] > nth_b)
        found.append(rare_a.nth_holders(at_a[both], nth_a) * len(b) + rare_b.nth_holders(at_b[both], nth_b))
    # Sorting is faster than numpy's `unique`, which hashes.
    numbers = np.sort(np.concatenate(found))
    left, right = np.divmod(numbers[np.diff(numbers, prepend=-1) > 0], len(b))
    return left, right


@dataclass(frozen=True, slots=True)
class _RarePairs:
    """The rare pairs of adjacent words of a list of sentences.

    `words`: each pair once, as a number, in ascending order; `counts`: how often it occurs; `holders`: the sentences
    of all pairs, of each one after another, from its place in `first`.
    """

    words: Numbers
    counts: Numbers
    first: Numbers
    holders: Numbers

    @classmethod
    def of(cls, sentences: Sequence[str]) -> "_RarePairs":
        """Those of all pairs; the last word of a sentence forms one with nothing."""
        codes = np.frombuffer("".join(sentences).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        holders = np.repeat(np.arange(len(sentences)), list(map(len, sentences)))
        following = np.zeros(len(codes), dtype=np.int64)
        following[:-1] = np.where(holders[:-1] == holders[1:], codes[1:], 0)
        words = codes.astype(np.int64) << CODE_BITS | following
        order = np.argsort(words)
        words = words[order]
        first = np.flatnonzero(np.diff(words, prepend=-1))
        counts = np.diff(first, append=len(words))
        first, counts = first[counts <= RARE], counts[counts <= RARE]
        return cls(words[first], counts, first, holders[order])

    def nth_holders(self, places: Numbers, nth: int) -> Numbers:
        """The sentences that hold the `nth` occurrence of the pairs at these places."""
        return self.holders[self.first[places] + nth]
