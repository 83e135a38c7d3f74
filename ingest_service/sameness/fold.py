"""The fold: letters and digits only, lower case, accents off, with a map back to the text. Pure.

Curly quotes, U.N./UN, breaks inside words and spacing all vanish at once. A point between digits stays: 1.5 is not 15.
"""

import functools
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Positions = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

# Bits beside the folded code point (21 bits) in the table of characters.
CODE = np.uint32(0x1FFFFF)
KNOWN = np.uint32(1 << 24)
DIVIDES = np.uint32(1 << 25)
UNSPACED = np.uint32(1 << 26)
HANGUL = np.uint32(1 << 27)
DIGIT = np.uint32(1 << 28)
SEVERAL = np.uint32(1 << 29)

POINT = ord(".")
DASHES = "–—"
# Scripts that put no space between words.
UNSPACED_SCRIPTS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)  # fmt: skip
HANGUL_SYLLABLES = (0xAC00, 0xD7A3)
# Korean puts spaces between words; a run of more syllables than this was written without.
LONGEST_HANGUL_WORD = 12
# A character folds to no more letters: there is one that spells a whole sentence, eighteen letters of it.
MOST_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Fold:
    """The folded text, where each of its characters stands in the text, and where words begin and end.

    A word is what white space or a dash divides. In scripts that put no space between words every character begins and
    ends one, and two characters count as one word: so words are counted in halves. `half_words[i]` is how many began
    before folded character i, and `edges[i]` says that one begins there; both have one more entry for the end.
    """

    string: str
    positions: Positions
    half_words: Positions
    edges: Flags

    @property
    def starts(self) -> Flags:
        """Whether a folded character is the first of a word."""
        return self.edges[:-1]

    @property
    def ends(self) -> Flags:
        """Whether a folded character is the last of a word."""
        return self.edges[1:]

    def span(self, folded: tuple[int, int]) -> tuple[int, int]:
        """Where folded characters stand in the text: from the first to behind the last."""
        return int(self.positions[folded[0]]), int(self.positions[folded[1] - 1]) + 1

    def words_between(self, start: int, end: int) -> float:
        """How many words begin between two folded characters."""
        return int(self.half_words[end] - self.half_words[start]) / 2

    def words(self, most: int) -> list[str]:
        """The first `most` folded words, in order."""
        edges = [*np.flatnonzero(self.starts)[: most + 1].tolist(), len(self.string)]
        return list(map(self.string.__getitem__, map(slice, edges[:most], edges[1 : most + 1])))


def fold(text: str) -> tuple[Fold, Codes]:
    """Folds `text`, and gives the folded code points too; linear time."""
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    entries = _looked_up(raw)
    _keep_decimal_points(raw, entries)
    kept = ((entries & CODE) != 0).nonzero()[0]
    # How many divisions stand before each character kept: another number begins another word.
    divisions = np.cumsum((entries & DIVIDES) != 0, dtype=np.int32).take(kept)
    if _any(entries, SEVERAL):
        kept, entries, divisions = _spelt_out(raw, entries, kept, divisions)
    else:
        entries = entries.take(kept)
    return _assembled(entries, kept.astype(np.int32), divisions)


def _any(entries: Codes, flags: np.uint32) -> bool:
    """Whether some entry has one of the flags."""
    return bool(np.bitwise_or.reduce(entries, initial=np.uint32(0)) & flags)


def _assembled(entries: Codes, positions: Positions, divisions: Positions) -> tuple[Fold, Codes]:
    codes = entries & CODE
    edges = np.ones(len(codes) + 1, dtype=bool)
    np.not_equal(divisions[1:], divisions[:-1], out=edges[1:-1])
    half_words = np.zeros(len(codes) + 1, dtype=np.int32)
    if _any(entries, UNSPACED | HANGUL):
        unspaced = _unspaced(entries, edges[:-1])
        edges[1:-1] |= unspaced[1:] | unspaced[:-1]
        np.cumsum(np.where(edges[:-1], np.where(unspaced, 1, 2), 0), out=half_words[1:])
    else:
        np.cumsum(edges[:-1], out=half_words[1:])
        half_words *= 2
    return Fold(codes.tobytes().decode("utf-32-le", "surrogatepass"), positions, half_words, edges), codes


def _unspaced(entries: Codes, begins: Flags) -> Flags:
    """Which characters are of scripts without spaces."""
    starts = np.flatnonzero(begins)
    lengths = np.diff(np.append(starts, len(entries)))
    endless = np.repeat(lengths > LONGEST_HANGUL_WORD, lengths)
    return np.asarray(((entries & UNSPACED) != 0) | (((entries & HANGUL) != 0) & endless))


def _keep_decimal_points(raw: Codes, entries: Codes) -> None:
    points = (raw[1:-1] == POINT).nonzero()[0] + 1
    if len(points):
        inside = points[((entries[points - 1] & entries[points + 1]) & DIGIT) != 0]
        entries[inside] |= np.uint32(POINT)


def _spelt_out(
    raw: Codes, entries: Codes, kept: npt.NDArray[np.int64], divisions: Positions
) -> tuple[npt.NDArray[np.int64], Codes, Positions]:
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
    unknown = raw[entries == 0]
    if len(unknown):
        for code in np.unique(unknown).tolist():
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
    if any(first <= code <= last for first, last in UNSPACED_SCRIPTS):
        entry |= UNSPACED
    if HANGUL_SYLLABLES[0] <= code <= HANGUL_SYLLABLES[1]:
        entry |= HANGUL
    return entry


def _letters(character: str) -> str:
    """The letters and digits a character folds to."""
    if not character.isalnum():
        return ""
    plain = "".join(each for each in unicodedata.normalize("NFKD", character.casefold()) if each.isalnum())
    return unicodedata.normalize("NFC", plain)[:MOST_LETTERS]
