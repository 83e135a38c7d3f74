"""UTF-8 that was once decoded with another encoding ("itâ€™s"), perhaps twice, put right.

A text about encodings shows such characters on purpose. So a text is left as it is if it has fewer than three of them
at words, if it has the same characters sound as well, or if the repair does not make it much more probable.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence
from itertools import islice
from operator import itemgetter

import ftfy.bad_codecs  # noqa: F401  Registers the "sloppy" codecs, which map every byte.
import numpy as np

from ingest_service import edits
from ingest_service.model import Note
from ingest_service.reading import plausibility

RULE = "mojibake"
# The encodings that UTF-8 is mistaken for.
ENCODINGS = (
    "sloppy-windows-1252", "latin-1", "sloppy-windows-1250", "sloppy-windows-1251", "sloppy-windows-1253",
    "sloppy-windows-1254", "sloppy-windows-1257", "mac-roman", "cp437", "cp850",
)  # fmt: skip
# How many times a text may have been decoded wrongly.
MOST_ROUNDS = 3
# One or two wrongly decoded characters may be intended; three are damage.
FEWEST = 3
# The improbability that a repair must take away, and the share of it.
LEAST_GAIN = 0.05
GAIN_SHARE = 0.5
# So many characters around each suspect are judged.
BESIDE = 60
NO_TEXT = {"Cc", "Cn", "Co", "Cs"}
# The ranges of first bytes of UTF-8 characters, with the number of bytes that follow, and the range of these.
FIRST_BYTES = ((0xC2, 0xE0, 1), (0xE0, 0xF0, 2), (0xF0, 0xF5, 3))
NEXT_BYTES = (0x80, 0xC0)
LAST_ASCII = 0x7F


def find(text: str) -> Sequence[Note]:
    """The notes that put wrongly decoded characters right; none where the text may be as it was meant."""
    if not _has_neighbours(text) or sum(1 for _ in islice(_suspects().finditer(text), FEWEST)) < FEWEST:
        return ()
    sample = _surroundings(text)
    repairs = [(encoding, notes) for encoding in ENCODINGS if (notes := _repair(sample, encoding))]
    scores = [(plausibility.improbability(edits.apply(sample, notes)), encoding) for encoding, notes in repairs]
    before = plausibility.improbability(sample)
    after, encoding = min(scores, key=itemgetter(0), default=(before, ""))
    if before - after <= LEAST_GAIN or after >= before * GAIN_SHARE:
        return ()
    notes = _repair(text, encoding)
    return () if _has_sound_ones(text, notes) else notes


def _has_neighbours(text: str) -> bool:
    """Whether two characters beyond ASCII are beside each other, as in each suspect: in a ninth of a search's time."""
    beyond_ascii = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16) > LAST_ASCII
    return bool((beyond_ascii[1:] & beyond_ascii[:-1]).any())


def _surroundings(text: str) -> str:
    """The first suspects with a little text around each."""
    parts, length, at = [], 0, 0
    for match in _suspects().finditer(text):
        start, end = max(at, match.start() - BESIDE), match.end() + BESIDE
        if start < end:
            parts.append(text[start:end])
            length, at = length + end - start, end
        if length > plausibility.SAMPLE:
            break
    return "".join(parts)


def _repair(text: str, encoding: str) -> list[Note]:
    """The notes that repair a text as misread in one encoding; none if too few characters at words are."""
    notes, repaired = [], 0
    for match in _misreadings(encoding).finditer(text):
        fixed = _decoded(match[0], encoding)
        if fixed != match[0]:
            detail = f"UTF-8 read as {encoding.removeprefix('sloppy-')}"
            notes.append(Note(RULE, match.span(), match[0], fixed, detail))
            sides = text[match.start() - 1 : match.start()] + text[match.end() : match.end() + 1]
            # A character alone between spaces may be shown for its own sake.
            repaired += len(fixed) if len(fixed) > 1 or any(map(str.isalnum, sides)) else 0
    return notes if repaired >= FEWEST else []


def _decoded(misread: str, encoding: str) -> str:
    """The characters as they were before they were misread, perhaps more than once; the same if they were not."""
    for _ in range(MOST_ROUNDS):
        try:
            once = misread.encode(encoding).decode("utf-8")
        except UnicodeError:
            break
        if any(unicodedata.category(character) in NO_TEXT and character > "\x9f" for character in once):
            break
        misread = once
    return misread


def _has_sound_ones(text: str, notes: Sequence[Note]) -> bool:
    """Whether a repaired character also occurs as it should be."""
    sound = set(edits.apply(text, [Note(RULE, note.at, note.removed) for note in notes]))
    return any(character in sound for note in notes for character in note.inserted if not character.isspace())


@functools.cache
def _misreadings(encoding: str) -> re.Pattern[str]:
    """One or more UTF-8 characters, each of its bytes decoded with an encoding."""
    following = _characters(encoding, *NEXT_BYTES)
    forms = (f"[{_characters(encoding, first, end)}][{following}]{{{count}}}" for first, end, count in FIRST_BYTES)
    return re.compile(f"(?:{'|'.join(forms)})+")


@functools.cache
def _suspects() -> re.Pattern[str]:
    """The first two bytes of a UTF-8 character, decoded with any of the encodings: hardly any text contains them."""
    firsts = "".join(_characters(encoding, FIRST_BYTES[0][0], FIRST_BYTES[-1][1]) for encoding in ENCODINGS)
    following = "".join(_characters(encoding, *NEXT_BYTES) for encoding in ENCODINGS)
    return re.compile(f"[{firsts}][{following}]")


def _characters(encoding: str, first: int, end: int) -> str:
    """The characters of a range of bytes, for a character class."""
    return re.escape(bytes(range(first, end)).decode(encoding))
