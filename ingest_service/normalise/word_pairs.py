"""Neighbouring words that may be one word, found in a whole text at once: few texts have any.

Each letter has a number. The sum of a word is that of its letters' numbers, each multiplied by its place in the word,
so words of the same letters have different sums. If two words together have the sum of a listed word, they may be that
word. Sums are computed for all pairs together, so no Python code runs for a pair that is none.
"""

import functools
import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]
Indices = npt.NDArray[np.intp]

SHORTEST, LONGEST = 2, 24
SPACE = ord(" ")
# Of a sum these upper bits count: one pair in 200 has those of a listed word by chance.
BITS = 24


def load() -> None:
    """Loads the list of words; else the first text waits for it."""
    _listed_sums()


def candidates(source: str) -> Iterator[tuple[int, int, int]]:
    """The pairs of lower-case words, with one space between, that may be one listed word.

    Each as the start of the first word, the position of the space, and the end of the second word; in order.
    """
    text = _Text.of(f" {source} ")
    distances = text.divisions[1:] - text.divisions[:-1]
    fits = (distances > SHORTEST) & (distances <= LONGEST + 1)
    (pairs,) = (fits[:-1] & fits[1:] & (text.codes.take(text.divisions[1:-1]) == SPACE)).nonzero()
    # Without the space each letter of the second word is one place nearer to the start.
    sums = text.sums(pairs, pairs + 2) - text.letters(pairs + 1, pairs + 2)
    pairs = pairs[_are_listed(sums)]
    divisions = text.divisions
    starts, spaces, ends = divisions[pairs], divisions[pairs + 1] - 1, divisions[pairs + 2] - 1
    # Python's numbers are made one at a time: a long text may consist of such pairs.
    return zip(starts.data, spaces.data, ends.data, strict=True)


@functools.cache
def known_words() -> frozenset[str]:
    """The 83,000 English words of symspellpy's list, read at the first use."""
    package = importlib.util.find_spec("symspellpy")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("symspellpy")
    path = Path(package.origin).with_name("frequency_dictionary_en_82_765.txt")
    with path.open(encoding="utf-8-sig") as lines:
        return frozenset(line.split(" ", 1)[0] for line in lines)


def _are_listed(sums: Numbers) -> npt.NDArray[np.bool_]:
    """Whether a listed word has each sum, by the bits of it that count."""
    kept = sums >> np.uint32(32 - BITS)
    return np.asarray((_listed_sums().take(kept >> np.uint32(3)) >> (kept & np.uint32(7))) & np.uint8(1), np.bool_)


@functools.cache
def _listed_sums() -> npt.NDArray[np.uint8]:
    """A bit for each sum, 1 if a listed word has it; so few bytes remain in the processor's cache."""
    text = _Text.of(f" {' '.join(known_words())} ")
    words = np.arange(len(text.divisions) - 1)
    listed = np.zeros(1 << BITS, np.bool_)
    listed[text.sums(words, words + 1) >> np.uint32(32 - BITS)] = True
    return np.packbits(listed, bitorder="little")


@functools.cache
def _numbers() -> Numbers:
    """The number of each ASCII character: zero for all but the lower-case letters."""
    table = np.zeros(128, dtype=np.uint32)
    for letter in b"abcdefghijklmnopqrstuvwxyz":
        table[letter] = int.from_bytes(hashlib.blake2b(bytes([letter]), digest_size=4).digest(), "big")
    return table


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as the ASCII codes of its characters, and the positions of all that is no lower-case letter.

    For each of these positions, `totals` is the total of the letters' numbers before it, and `moments` that of the
    numbers multiplied by their positions.
    """

    codes: npt.NDArray[np.uint8]
    divisions: npt.NDArray[np.intp]
    totals: Numbers
    moments: Numbers

    @classmethod
    def of(cls, text: str) -> "_Text":
        """The values of a text. Sums may overflow: they are compared with sums that do so too."""
        # One byte for each character, "?" for those that are not ASCII.
        codes = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
        numbers = _numbers().take(codes)
        (divisions,) = (numbers == 0).nonzero()
        totals = numbers.cumsum(dtype=np.uint32).take(divisions)
        numbers *= np.arange(len(numbers), dtype=np.uint32)
        return cls(codes, divisions, totals, numbers.cumsum(dtype=np.uint32).take(divisions))

    def letters(self, first: Indices, last: Indices) -> Numbers:
        """The total of the letters' numbers between the divisions of these indices."""
        return self.totals.take(last) - self.totals.take(first)

    def sums(self, first: Indices, last: Indices) -> Numbers:
        """The same, each number multiplied by its distance from the first division."""
        starts = self.divisions.take(first).astype(np.uint32)
        return self.moments.take(last) - self.moments.take(first) - starts * self.letters(first, last)
