"""The fold: letters and digits only, lower case, accents off, with a map back to the text. Pure.

Folding removes the differences of curly quotes, U.N./UN, breaks inside words and spacing. A point between digits is
kept, and so is a comma that is a decimal comma: neither 1.5 nor 1,5 folds to 15.
"""

import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.unsignedinteger[Any]]
Divisions = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

# The table of characters holds the folded code point in 21 bits, and these flags above it.
CODE = np.uint32(0x1FFFFF)
JAMO = np.uint32(1 << 21)
KNOWN = np.uint32(1 << 24)
DIVIDES = np.uint32(1 << 25)
UNSPACED = np.uint32(1 << 26)
HANGUL = np.uint32(1 << 27)
DIGIT = np.uint32(1 << 28)
SEVERAL = np.uint32(1 << 29)
CAPITAL = np.uint32(1 << 30)
SIGN = np.uint32(1 << 31)

YES = b"\1"
POINT, COMMA = ord("."), ord(",")
DASHES = "–—"
# Scripts that put no space between words.
UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
# Scripts whose vowels are written as marks on other letters: a mark there is no accent.
SIGNED_SCRIPTS = (
    (0x0900, 0x109F), (0x1700, 0x1AAF), (0x1B00, 0x1CFF), (0x3099, 0x309A), (0xA800, 0xABFF), (0x11000, 0x11FFF),
)  # fmt: skip
HANGUL_SYLLABLES = (0xAC00, 0xD7A3)
# The letters of a syllable, first, middle and last (The Unicode Standard, 3.12); a syllable may have no last letter.
FIRSTS, MIDDLES, LASTS = (0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2)
MIDDLE_LETTERS, LAST_LETTERS = 21, 28
# Korean puts spaces between words; a run of more syllables than this was written without spaces.
LONGEST_HANGUL_WORD = 12
# The most letters that one character folds to: one character decomposes into a sentence of eighteen letters.
MOST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Fold:
    """The folded text, the position of each of its characters in the text, and the edges of words.

    White space and dashes separate words. In scripts that put no space between words, every character begins and ends a
    word, and two characters count as one word. Byte i of `edges` is 1 if a word begins at folded character i; there is
    one more byte for the end. `unspaced` marks the characters of such scripts, and is None when there are none.
    Thousands of folds are cached, so the numbers are stored in the narrowest type.
    """

    string: str
    positions: Positions
    edges: bytes
    unspaced: bytes | None

    @property
    def starts(self) -> Flags:
        """Whether a folded character is the first of a word."""
        return np.frombuffer(self.edges, dtype=bool)[:-1]

    @property
    def ends(self) -> Flags:
        """Whether a folded character is the last of a word."""
        return np.frombuffer(self.edges, dtype=bool)[1:]

    def span(self, folded: tuple[int, int]) -> tuple[int, int]:
        """The span of the text that these folded characters come from."""
        return int(self.positions[folded[0]]), int(self.positions[folded[1] - 1]) + 1

    def words_between(self, start: int, end: int) -> float:
        """The number of words that begin between two folded characters."""
        begun = self.edges.count(YES, start, end)
        return begun if self.unspaced is None else begun - self.unspaced.count(YES, start, end) / 2

    def words(self, most: int) -> list[str]:
        """The first `most` folded words, in order."""
        edges = [*np.flatnonzero(self.starts)[: most + 1].tolist(), len(self.string)]
        return list(map(self.string.__getitem__, map(slice, edges[:most], edges[1 : most + 1])))


def fold(text: str) -> tuple[Fold, Codes]:
    """The fold of a text, and its folded code points; linear time."""
    raw = _code_points(text)
    entries = _looked_up(raw)
    if _any(entries, JAMO):
        entries = _composed(raw, entries)
    _keep_decimal_points(raw, entries)
    kept = ((entries & CODE) != 0).nonzero()[0]
    # The number of word separators before each kept character: where it changes, a word begins.
    divisions = np.cumsum((entries & DIVIDES) != 0, dtype=np.int32).take(kept)
    if _any(entries, SEVERAL):
        kept, entries, divisions = _spelt_out(raw, entries, kept, divisions)
    else:
        entries = entries.take(kept)
    return _assembled(entries, kept.astype(np.min_scalar_type(len(text))), divisions)


def capitals(text: str, positions: Positions) -> Flags:
    """Which of the characters at these positions are capital letters."""
    return np.asarray((_looked_up(_code_points(text).take(positions)) & CAPITAL) != 0)


def digits(folded: str) -> npt.NDArray[np.int64]:
    """The positions of the digits in a folded text."""
    return np.flatnonzero((_looked_up(_code_points(folded)) & DIGIT) != 0)


def is_inner_jamo(character: str) -> bool:
    """Whether it is a middle or last letter of a Korean syllable that is written in letters."""
    return _among((MIDDLES, LASTS), ord(character))


def _code_points(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _any(entries: Codes, flags: np.uint32) -> bool:
    """Whether some entry has one of the flags."""
    return bool(np.bitwise_or.reduce(entries, initial=np.uint32(0)) & flags)


def _assembled(entries: Codes, positions: Positions, divisions: Divisions) -> tuple[Fold, Codes]:
    codes = entries & CODE
    edges = np.ones(len(codes) + 1, dtype=bool)
    np.not_equal(divisions[1:], divisions[:-1], out=edges[1:-1])
    unspaced = None
    if _any(entries, UNSPACED | HANGUL):
        unspaced = _unspaced(entries, edges[:-1])
        # A sign belongs to the letter before it, and the letters of one character belong together.
        apart = (positions[1:] != positions[:-1]) & ((entries[1:] & SIGN) == 0)
        edges[1:-1] |= (unspaced[1:] | unspaced[:-1]) & apart
        unspaced[1:] &= apart
    return Fold(_string(codes), positions, edges.tobytes(), unspaced if unspaced is None else unspaced.tobytes()), codes


def _string(codes: Codes) -> str:
    """The string of these code points. In most texts each is below 256, which is decoded faster."""
    if codes.max(initial=0) < 0x100:
        return codes.astype(np.uint8).tobytes().decode("latin-1")
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _unspaced(entries: Codes, begins: Flags) -> Flags:
    """Which characters are of scripts without spaces."""
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, len(entries)))
    endless = np.repeat(lengths > LONGEST_HANGUL_WORD, lengths)
    return np.asarray(((entries & UNSPACED) != 0) | (((entries & HANGUL) != 0) & endless))


def _composed(raw: Codes, entries: Codes) -> Codes:
    """The entries in which each Korean syllable replaces its first letter, and its other letters are dropped."""
    following = np.concatenate((raw[1:], np.zeros(2, dtype=np.uint32)))
    begins = (_between(raw, FIRSTS) & _between(following[:-1], MIDDLES)).nonzero()[0]
    ends = _between(following[1:].take(begins), LASTS)
    syllables = (raw.take(begins) - FIRSTS[0]) * MIDDLE_LETTERS + following.take(begins) - MIDDLES[0]
    syllables *= LAST_LETTERS
    syllables[ends] += following[1:].take(begins[ends]) - LASTS[0] + 1
    composed = entries.copy()
    composed[begins] = _looked_up(syllables + HANGUL_SYLLABLES[0])
    composed[begins + 1] = composed[begins[ends] + 2] = KNOWN
    return composed


def _between(codes: Codes, ends: tuple[int, int]) -> Flags:
    return np.asarray((codes >= ends[0]) & (codes <= ends[1]))


def _keep_decimal_points(raw: Codes, entries: Codes) -> None:
    marks = ((raw[1:-1] == POINT) | (raw[1:-1] == COMMA)).nonzero()[0] + 1
    around = entries.take(marks - 1) & entries.take(marks + 1)
    inside = marks[(around & DIGIT) != 0]
    if len(inside):
        entries[inside[(raw.take(inside) == POINT) | _is_decimal(raw, entries, inside)]] |= np.uint32(POINT)


def _is_decimal(raw: Codes, entries: Codes, commas: npt.NDArray[np.int64]) -> Flags:
    """Whether one or two digits follow each comma, and no other comma follows these: that separates thousands."""
    ends = commas + 2
    for _ in range(2):
        ends += (ends < len(raw)) & ((entries.take(ends, mode="clip") & DIGIT) != 0)
    return np.asarray((ends < commas + 4) & ~((ends < len(raw)) & (raw.take(ends, mode="clip") == COMMA)))


def _spelt_out(
    raw: Codes, entries: Codes, kept: npt.NDArray[np.int64], divisions: Divisions
) -> tuple[npt.NDArray[np.int64], Codes, Divisions]:
    """The kept characters, with those that fold to several letters (ligatures, ß) repeated for each letter."""
    several = np.flatnonzero(entries[kept] & SEVERAL)
    codes, which = np.unique(raw[kept[several]], return_inverse=True)
    spelt = [_letters(chr(code)) for code in codes.tolist()]
    lengths = np.array([len(letters) for letters in spelt])[which]
    times = np.ones(len(kept), dtype=np.int64)
    times[several] = lengths
    letters_ = np.repeat(entries[kept], times)
    starts = (np.cumsum(times) - times)[several]
    for place in range(MOST_LETTERS):
        letter = np.array([ord(letters[place : place + 1] or "\0") for letters in spelt], dtype=np.uint32)[which]
        long = lengths > place
        at = starts[long] + place
        letters_[at] = (letters_[at] & ~CODE) | letter[long]
    return np.repeat(kept, times), letters_, np.repeat(divisions, times)


def _looked_up(raw: Codes) -> Codes:
    table = _table()
    entries = table.take(raw)
    if not entries.all():
        for code in np.unique(raw[entries == 0]).tolist():
            table[code] = _entry(code)
        entries = table.take(raw)
    return entries


@functools.cache
def _table() -> Codes:
    """The entry of each code point; filled on demand, since filling all takes long."""
    return np.zeros(0x110000, dtype=np.uint32)


def _entry(code: int) -> np.uint32:
    character = chr(code)
    entry = KNOWN
    if character.isspace() or character in DASHES:
        entry |= DIVIDES
    letters = _letters(character)
    if not letters:
        return entry
    entry |= np.uint32(ord(letters[0]))
    if len(letters) > 1:
        entry |= SEVERAL
    if letters[0].isdigit():
        entry |= DIGIT
    if character.isupper():
        entry |= CAPITAL
    if _is_sign(character):
        entry |= SIGN
    if _among((FIRSTS,), code):
        entry |= JAMO
    if _among(UNSPACED_SCRIPTS, code):
        entry |= UNSPACED
    if HANGUL_SYLLABLES[0] <= code <= HANGUL_SYLLABLES[1]:
        entry |= HANGUL
    return entry


def _letters(character: str) -> str:
    """The letters and digits a character folds to."""
    if not _is_kept(character):
        return ""
    plain = "".join(filter(_is_kept, unicodedata.normalize("NFKD", character.casefold())))
    return unicodedata.normalize("NFC", plain)[:MOST_LETTERS]


def _is_kept(character: str) -> bool:
    return character.isalnum() or _is_sign(character)


def _is_sign(character: str) -> bool:
    """Whether it is a mark that distinguishes letters, as the vowel signs of Indian scripts do."""
    return unicodedata.category(character) in ("Mn", "Mc") and _among(SIGNED_SCRIPTS, ord(character))


def _among(ranges: Iterable[tuple[int, int]], code: int) -> bool:
    return any(first <= code <= last for first, last in ranges)
