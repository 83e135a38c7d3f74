"""Decoding: bytes to text, by a byte order mark, as UTF-8, or as a detected encoding that fits all bytes."""

import codecs
import re
from itertools import islice

import cchardet
from ftfy import badness, fix_encoding

from ingest_service.errors import Undecodable

# UTF-32 before UTF-16: the mark of UTF-32 begins with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The bytes that the detector and the check for UTF-16 examine.
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
# One or two wrongly decoded characters may be intended, as in a text about encodings; three are damage.
FEWEST_MISREADINGS = 3
# The first two bytes of a UTF-8 character, decoded with a western European encoding.
MISREAD = re.compile("[\xc2-\xf4][^\x00-\x7f]")
REPLACEMENT = "\ufffd"


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. NUL becomes U+FFFD. Raises Undecodable."""
    text, encoding = _decode(content)
    judged = text.translate(WIRE_DELIMITERS) if WIRE_HEADER.match(text) else text
    controls = len(CONTROLS.findall(judged)) + text.count("\x00")
    if controls > max(len(text) * CONTROL_SHARE, min(FEW_CONTROLS, len(text) / 2)):
        raise Undecodable("the bytes hold more control characters than a text")
    return _mended(text).replace("\x00", REPLACEMENT), encoding


def _decode(content: bytes) -> tuple[str, str]:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _checked(content[len(mark) :], encoding), encoding
    if guess := _unmarked_utf16(content):
        return _checked(content, guess), guess
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _damaged_utf8(content) or _detected(content)


def _checked(content: bytes, encoding: str) -> str:
    """Decodes bytes with a known encoding. Drops a truncated last character; raises Undecodable for any other error."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError as error:
        raise Undecodable(f"the bytes are marked as {encoding} and are not: {error.reason}") from error


def _unmarked_utf16(content: bytes) -> str | None:
    """The name of UTF-16 without a mark, recognised by a NUL in nearly every second byte, on one side only."""
    sample = content[: SAMPLE & ~1]
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if half >= 2 and len(content) % 2 == 0 and max(even, odd) > half * 0.7 and min(even, odd) <= half * 0.02:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _damaged_utf8(content: bytes) -> tuple[str, str] | None:
    """UTF-8 with few bad bytes: a small share of the text, and fewer than half of the sound non-ASCII characters."""
    text = content.decode("utf-8", errors="replace")
    bad = text.count(REPLACEMENT)
    sound = sum(map(len, re.findall("[^\x00-\x7f\ufffd]+", text)))
    if bad <= max(1, len(text) * REPLACEMENT_SHARE) and sound > 2 * bad:
        return text, "utf-8"
    return None


def _detected(content: bytes) -> tuple[str, str]:
    if content.count(0, 0, SAMPLE):
        raise Undecodable("the bytes hold NUL and are no Unicode text")
    encoding = cchardet.detect(content[:SAMPLE])["encoding"]
    if not encoding:
        raise Undecodable("no encoding fits the bytes")
    try:
        return content.decode(encoding), codecs.lookup(encoding).name
    except (UnicodeDecodeError, LookupError) as error:
        raise Undecodable(f"the bytes look like {encoding} and are not") from error


def _mended(text: str) -> str:
    """Repairs UTF-8 that was once decoded with another encoding, if the result is clearly better."""
    # Searching for this first is 47 times as fast on the seeds, and hardly any text contains it.
    if sum(1 for _ in islice(MISREAD.finditer(text), FEWEST_MISREADINGS)) < FEWEST_MISREADINGS:
        return text
    bad = badness.badness(text)
    if bad < FEWEST_MISREADINGS:
        return text
    fixed: str = fix_encoding(text)
    return fixed if badness.badness(fixed) * 2 < bad else text
