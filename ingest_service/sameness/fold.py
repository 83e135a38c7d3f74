"""The fold: letters and digits only, lower case, accents off, with a map back to the text. Pure.

Curly quotes, U.N./UN, breaks inside words and spacing all vanish at once.
"""

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

TABLE_SIZE = 0x20000
# Scripts that put no space between words: each character begins and ends a word, and two of them count as one.
UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF))


@dataclass(frozen=True, slots=True)
class Fold:
    """The folded text: code points, where each stands in the text, and where words begin and end.

    `starts[i]` and `ends[i]` say that folded character i is the first or last of a word; `words[i]` counts in half
    words how many began before i, and has one more entry for the end.
    """

    codes: Codes
    positions: Positions
    starts: Flags
    ends: Flags
    half_words: Positions


def fold(text: str) -> Fold:
    """Folds `text`; linear time."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    folded = np.where(raw < TABLE_SIZE, _table()[np.minimum(raw, TABLE_SIZE - 1)], raw)
    kept = np.flatnonzero(folded)
    codes = folded[kept]
    # A word is what white space divides; a dash between words divides them too.
    gaps = np.concatenate(([0], np.cumsum(_divides()[np.minimum(raw, TABLE_SIZE - 1)])))
    unspaced = _is_unspaced(codes)
    number = gaps[kept]
    begins = np.ones(len(codes), dtype=bool)
    begins[1:] = (number[1:] != number[:-1]) | unspaced[1:] | unspaced[:-1]
    ends = np.ones(len(codes), dtype=bool)
    ends[:-1] = begins[1:]
    counted = np.where(begins, np.where(unspaced, 1, 2), 0)
    half_words = np.concatenate(([0], np.cumsum(counted)))
    return Fold(codes, kept.astype(np.int32), begins, ends, half_words.astype(np.int32))


@functools.cache
def _table() -> Codes:
    table = np.zeros(TABLE_SIZE, dtype=np.uint32)
    for code in range(TABLE_SIZE):
        character = chr(code)
        if not character.isalnum():
            continue
        plain = next((each for each in unicodedata.normalize("NFKD", character) if each.isalnum()), character)
        table[code] = ord(plain.casefold()[0])
    return table


@functools.cache
def _divides() -> Flags:
    return np.array([chr(code).isspace() or code in (0x2013, 0x2014) for code in range(TABLE_SIZE)], dtype=bool)


def _is_unspaced(codes: Codes) -> Flags:
    found = np.zeros(len(codes), dtype=bool)
    for first, last in UNSPACED:
        found |= (codes >= first) & (codes <= last)
    return found
