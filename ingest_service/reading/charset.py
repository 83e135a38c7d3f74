"""Decoding with a declared charset: a byte order mark and valid UTF-8 come first, and a wrong declaration is ignored.

The labels mean what browsers read them as (WHATWG Encoding, section 4.2): `iso-8859-1` is Windows-1252.
"""

import codecs

from ingest_service.reading import encoding
from ingest_service.reading.detection import REPLACEMENT, Decoded

# Labels of which Python knows only the narrower encoding that browsers do not mean.
BROWSERS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs", "tis-620": "cp874", "iso8859-9": "cp1254",
}  # fmt: skip
# The share of characters that may be damaged before the declaration is taken for wrong.
DAMAGED_SHARE = 1 / 1000


def decode(content: bytes, label: str | None) -> Decoded:
    """The text of bytes whose charset is declared by a label, and its encoding. Raises Undecodable."""
    if label and (name := known(label)) and not content.isascii() and not _is_unicode(content):
        text = content.decode(name, "replace")
        if text.count(REPLACEMENT) <= len(text) * DAMAGED_SHARE:
            return Decoded(text.replace("\x00", REPLACEMENT), name)
    return encoding.decode(content)


def known(label: str) -> str | None:
    """The encoding of a label by the name that Python has for it; None for UTF-8 and for one that it does not know."""
    try:
        name = codecs.lookup(label).name
        b"    ".decode(name, "replace")
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if name.startswith("utf-") else BROWSERS.get(name, name)


def _is_unicode(content: bytes) -> bool:
    """Whether the bytes have a byte order mark or NUL, or are valid UTF-8."""
    if content.startswith(tuple(mark for mark, _ in encoding.MARKS)) or b"\x00" in content[: encoding.SAMPLE]:
        return True
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
