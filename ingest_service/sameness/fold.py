"""The fold: letters and digits only, lower case, accents off, with a map back to the text. Pure.

Curly quotes, U.N./UN, breaks inside words and spacing all vanish at once. A point between digits stays, and so does a
comma that is one in other languages: neither 1.5 nor 1,5 is 15.
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

# Bits beside the folded code point (21 bits) in the table of characters.
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
# The letters that syllables are made of, first, middle and last (The Unicode Standard, 3.12); of the last one may lack.
FIRSTS, MIDDLES, LASTS = (0x1100, 0x1112), (0x1161, 0x1175), (0x11A8, 0x11C2)
MIDDLE_LETTERS, LAST_LETTERS = 21, 28
# Korean puts spaces between words; a run of more syllables than this was written without.
LONGEST_HANGUL_WORD = 12
# A character folds to no more letters: there is one that spells a whole sentence, eighteen letters of it.
MOST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Fold:
    """The folded text, where each of its characters stands in the text, and where words begin and end.

    A word is what white space or a dash divides. In scripts that put no space between words every character begins and
    ends one, and two characters count as one word. Byte i of `edges` says that a word begins at folded character i,
    with one more for the end; `unspaced` which characters are of such scripts, None when none is. Texts are kept in
    thousands, so no number is wider than it must be.
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
        """Where folded characters stand in the text: from the first to behind the last."""
        return int(self.positions[folded[0]]), int(self.positions[folded[1] - 1]) + 1

    def words_between(self, start: int, end: int) -> float:
        """How many words begin between two folded characters."""
        begun = self.edges.count(YES, start, end)
        return begun if self.unspaced is None else begun - self.unspaced.count(YES, start, end) / 2

    def words(self, most: int) -> list[str]:
        """The first `most` folded words, in order."""
        edges = [*np.flatnonzero(self.starts)[: most + 1].tolist(), len(self.string)]
        return list(map(self.string.__getitem__, map(slice, edges[:most], edges[1 : most + 1])))


def fold(text: str) -> tuple[Fold, Codes]:
    """Folds `text`, and gives the folded code points too; linear time."""
    raw = _code_points(text)
    entries = _looked_up(raw)
    if _any(entries, JAMO):
        entries = _composed(raw, entries)
    _keep_decimal_points(raw, entries)
    kept = ((entries & CODE) != 0).nonzero()[0]
    # How many divisions stand before each character kept: another number begins another word.
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
    """Where the digits of a folded text stand."""
    return np.flatnonzero((_looked_up(_code_points(folded)) & DIGIT) != 0)


def is_put_to_jamo(character: str) -> bool:
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
        # What a letter is written with belongs to it, and so do letters that one character folds to.
        apart = (positions[1:] != positions[:-1]) & ((entries[1:] & SIGN) == 0)
        edges[1:-1] |= (unspaced[1:] | unspaced[:-1]) & apart
        unspaced[1:] &= apart
    told = None if unspaced is None else unspaced.tobytes()
    return Fold(_string(codes), positions, edges.tobytes(), told), codes


def _string(codes: Codes) -> str:
    """The characters of these code points; most texts have but one byte in each."""
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
    """The entries with whole Korean syllables in the place of their first letters, and no others of theirs."""
    behind = np.concatenate((raw[1:], np.zeros(2, dtype=np.uint32)))
    begins = (_between(raw, FIRSTS) & _between(behind[:-1], MIDDLES)).nonzero()[0]
    ends = _between(behind[1:].take(begins), LASTS)
    syllables = (raw.take(begins) - FIRSTS[0]) * MIDDLE_LETTERS + behind.take(begins) - MIDDLES[0]
    syllables *= LAST_LETTERS
    syllables[ends] += behind[1:].take(begins[ends]) - LASTS[0] + 1
    told = entries.copy()
    told[begins] = _looked_up(syllables + HANGUL_SYLLABLES[0])
    told[begins + 1] = told[begins[ends] + 2] = KNOWN
    return told


def _between(codes: Codes, ends: tuple[int, int]) -> Flags:
    return np.asarray((codes >= ends[0]) & (codes <= ends[1]))


def _keep_decimal_points(raw: Codes, entries: Codes) -> None:
    marks = ((raw[1:-1] == POINT) | (raw[1:-1] == COMMA)).nonzero()[0] + 1
    around = entries.take(marks - 1) & entries.take(marks + 1)
    inside = marks[(around & DIGIT) != 0]
    if len(inside):
        entries[inside[(raw.take(inside) == POINT) | _is_decimal(raw, entries, inside)]] |= np.uint32(POINT)


def _is_decimal(raw: Codes, entries: Codes, commas: npt.NDArray[np.int64]) -> Flags:
    """Whether one or two digits stand behind each comma, and no other comma behind them: those part thousands."""
    ends = commas + 2
    for _ in range(2):
        ends += (ends < len(raw)) & ((entries.take(ends, mode="clip") & DIGIT) != 0)
    return np.asarray((ends < commas + 4) & ~((ends < len(raw)) & (raw.take(ends, mode="clip") == COMMA)))


def _spelt_out(
    raw: Codes, entries: Codes, kept: npt.NDArray[np.int64], divisions: Divisions
) -> tuple[npt.NDArray[np.int64], Codes, Divisions]:
    """The characters kept, those that fold to several letters (ligatures, ß) as often as they have letters."""
    several = np.flatnonzero(entries[kept] & SEVERAL)
    codes, which = np.unique(raw[kept[several]], return_inverse=True)
    spelt = [_letters(chr(code)) for code in codes.tolist()]
    lengths = np.array([len(letters) for letters in spelt])[which]
    times = np.ones(len(kept), dtype=np.int64)
    times[several] = lengths
    told = np.repeat(entries[kept], times)
    starts = (np.cumsum(times) - times)[several]
    for place in range(MOST_LETTERS):
        letter = np.array([ord(letters[place : place + 1] or "\0") for letters in spelt], dtype=np.uint32)[which]
        long = lengths > place
        at = starts[long] + place
        told[at] = (told[at] & ~CODE) | letter[long]
    return np.repeat(kept, times), told, np.repeat(divisions, times)


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
    """What is known of each code point; filled as they are met, so that nobody waits for a million of them."""
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
    if not _speaks(character):
        return ""
    plain = "".join(filter(_speaks, unicodedata.normalize("NFKD", character.casefold())))
    return unicodedata.normalize("NFC", plain)[:MOST_LETTERS]


def _speaks(character: str) -> bool:
    return character.isalnum() or _is_sign(character)


def _is_sign(character: str) -> bool:
    """Whether it is a mark that says which letter is meant."""
    return unicodedata.category(character) in ("Mn", "Mc") and _among(SIGNED_SCRIPTS, ord(character))


def _among(ranges: Iterable[tuple[int, int]], code: int) -> bool:
    return any(first <= code <= last for first, last in ranges)
