"""Neighbouring words that may be one word, found in a whole text at once: few texts have any.

Each letter has a number. If the numbers of two words have the sum of a listed word, their letters may be those of that
word. Sums are computed for all pairs together, so no Python code runs for a pair that is none.
"""

import functools
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]

SHORTEST, LONGEST = 2, 24
SPACE = ord(" ")
# A sum is kept by its upper bits: one pair in 25 has those of a listed word by chance.
BITS = 21


def load() -> None:
    """Loads the list of words; else the first text waits for it."""
    _listed_sums()


def candidates(source: str) -> Iterator[tuple[int, int, int]]:
    """The pairs of lower-case words, with one space between, whose letters may be those of one listed word.

    Each as the start of the first word, the position of the space, and the end of the second word; in order.
    """
    codes, numbers, divisions = _divided(f" {source} ")
    distances = divisions[1:] - divisions[:-1]
    fits = (distances > SHORTEST) & (distances <= LONGEST + 1)
    sums = numbers.cumsum(dtype=np.uint32).take(divisions)
    are_listed = _listed_sums().take(_kept(sums[2:] - sums[:-2]))
    (pairs,) = (fits[:-1] & fits[1:] & (codes.take(divisions[1:-1]) == SPACE) & are_listed).nonzero()
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


@functools.cache
def _listed_sums() -> npt.NDArray[np.bool_]:
    """Whether a listed word has a sum, by the bits of it that are kept."""
    _, numbers, divisions = _divided(f" {' '.join(known_words())} ")
    sums = numbers.cumsum(dtype=np.uint32).take(divisions)
    listed = np.zeros(1 << BITS, dtype=np.bool_)
    listed[_kept(sums[1:] - sums[:-1])] = True
    return listed


@functools.cache
def _numbers() -> Numbers:
    """The number of each ASCII character: zero for all but the lower-case letters."""
    table = np.zeros(128, dtype=np.uint32)
    for letter in b"abcdefghijklmnopqrstuvwxyz":
        table[letter] = int.from_bytes(hashlib.blake2b(bytes([letter]), digest_size=4).digest(), "big")
    return table


def _divided(text: str) -> tuple[npt.NDArray[np.uint8], Numbers, npt.NDArray[np.intp]]:
    """The ASCII codes of a text, their numbers, and the positions of all that is no lower-case letter."""
    # One byte for each character, "?" for those that are not ASCII.
    codes = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    numbers = _numbers().take(codes)
    return codes, numbers, (numbers == 0).nonzero()[0]


def _kept(sums: Numbers) -> Numbers:
    return sums >> np.uint32(32 - BITS)
