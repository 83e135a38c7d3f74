"""Decoding: bytes to text, by a byte order mark, as UTF-8, UTF-16 or UTF-32, or as the most probable other encoding."""

import codecs
import re
import unicodedata

from ingest_service.errors import Undecodable
from ingest_service.reading import detection
from ingest_service.reading.detection import REPLACEMENT, Decoded

# UTF-32 before UTF-16: the mark of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The bytes that the check for UTF-16 and UTF-32 examines.
SAMPLE = 64 * 1024
# Bytes with more control characters than a few, and more than this share, are no text.
FEW_CONTROLS = 3
CONTROL_SHARE = 1 / 200
CONTROLS = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
# A wire message (IPTC 7901) begins with such a header; the first four control characters delimit its parts.
WIRE_HEADER = re.compile("\x01?[a-z]{2,4}\\d{4} \\d ")
WIRE_DELIMITERS = dict.fromkeys(range(1, 5))
# The share of replaced characters up to which damaged bytes are still read as UTF-8.
REPLACEMENT_SHARE = 1 / 1000
# UTF-16 is recognised without a mark by a NUL in so many of the even or of the odd bytes, or by its characters.
NUL_SHARE = 0.7
OTHER_NUL_SHARE = 0.02
NO_TEXT = {"Cc", "Cn", "Co", "Cs"}
# A text has some of these, and its letters come from few blocks of 256 characters, ideographs and Hangul apart.
DIVIDERS = frozenset(" \n\u3000\u3001\u3002\uff0c")
MOST_BLOCKS = 8


def decode(content: bytes) -> Decoded:
    """The text, the name of its encoding and the rivals of that. NUL becomes U+FFFD. Raises Undecodable."""
    decoded = _decode(content)
    text = decoded.text
    judged = text.translate(WIRE_DELIMITERS) if WIRE_HEADER.match(text) else text
    controls = len(CONTROLS.findall(judged)) + text.count("\x00")
    if controls > max(len(text) * CONTROL_SHARE, min(FEW_CONTROLS, len(text) / 2)):
        raise Undecodable("the bytes hold more control characters than a text")
    return Decoded(text.replace("\x00", REPLACEMENT), decoded.encoding, decoded.rivals)


def _decode(content: bytes) -> Decoded:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return Decoded(_checked(content[len(mark) :], encoding), encoding)
    # UTF-16 of ASCII is valid UTF-8 too.
    if b"\x00" in content and (wide := _wide(content)):
        return Decoded(_checked(content, wide), wide)
    if content.isascii():
        return detection.escaped(content) or Decoded(content.decode("ascii"), "utf-8")
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return _damaged_utf8(content) or _other(content)


def _checked(content: bytes, encoding: str) -> str:
    """Decodes bytes with a known encoding. Drops a truncated last character; raises Undecodable for any other error."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError as error:
        raise Undecodable(f"the bytes are marked as {encoding} and are not: {error.reason}") from error


def _wide(content: bytes) -> str | None:
    """The name of UTF-32 or UTF-16 without a mark; None if the bytes with NUL among them are neither."""
    sample = content[: SAMPLE & ~3]
    for name in ("utf-32-le", "utf-32-be"):
        if len(content) % 4 == 0 and _is_text(detection.decoded(sample, name)):
            return name
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if half < 2 or len(content) % 2:
        return None
    by_nul = max(even, odd) > half * NUL_SHARE and min(even, odd) <= half * OTHER_NUL_SHARE
    if by_nul:
        return "utf-16-le" if odd > even else "utf-16-be"
    names = ("utf-16-le", "utf-16-be")
    return next((name for name in names if _is_text(detection.decoded(sample, name))), None)


def _is_text(text: str | None) -> bool:
    """Whether a text has white space or punctuation, no unassigned character, and letters of few scripts."""
    if not text or any(unicodedata.category(character) in NO_TEXT and character not in "\t\n\r" for character in text):
        return False
    blocks = {ord(character) >> 8 for character in text if not 0x3400 <= ord(character) <= 0xD7FF}
    return len(blocks) <= MOST_BLOCKS and not DIVIDERS.isdisjoint(text)


def _damaged_utf8(content: bytes) -> Decoded | None:
    """UTF-8 with few bad bytes: a small share of the text, and fewer than half of the sound non-ASCII characters."""
    text = content.decode("utf-8", errors="replace")
    bad = text.count(REPLACEMENT)
    sound = sum(map(len, re.findall("[^\x00-\x7f\ufffd]+", text)))
    if bad <= max(1, len(text) * REPLACEMENT_SHARE) and sound > 2 * bad:
        return Decoded(text, "utf-8")
    return None


def _other(content: bytes) -> Decoded:
    if encoding := _wide(content):
        return Decoded(_checked(content, encoding), encoding)
    if content.count(0, 0, SAMPLE):
        raise Undecodable("the bytes hold NUL and are no Unicode text")
    return detection.decode(content)
