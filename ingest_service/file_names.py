"""Paths of the file system as text, without loss. Pure.

A name in a POSIX file system is bytes; the ledger, the events and every answer hold text. In the text form, a byte that
is not UTF-8 is `\\xNN`, and a backslash directly before `xNN` (two hex digits) is `\\x5c`. All other names are
unchanged, with their control characters; `printable` is the form for a terminal.
"""

import fnmatch
import hashlib
import os
import re

SHORT_CHARACTERS = 200
# Hidden files; the temporary names of vim, emacs, nano, gedit, LibreOffice, rsync, browsers, WinSCP and sed; and the
# files that Windows and macOS put into folders to show them (".DS_Store" is a hidden one).
TEMPORARY = (
    ".*",
    "*~",
    "#*#",
    "*.sw[a-p]",
    "*.tmp",
    "*.part",
    "*.filepart",
    "*.partial",
    "*.crdownload",
    "*.download",
    "*.opdownload",
    "[Dd]esktop.ini",
    "Thumbs.db",
    "ehthumbs.db",
    "~$*",
    "*.goutputstream-*",
    "4913",
    "sed" + 6 * "[A-Za-z0-9]",
)
_AMBIGUOUS = re.compile(rb"\\(?=x[0-9a-fA-F]{2})")
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")
_is_temporary = re.compile("|".join(map(fnmatch.translate, TEMPORARY))).match


def to_text(name: str) -> str:
    """The text form of a path as Python's file functions return it (PEP 383: lone surrogates for odd bytes)."""
    if name.isascii() and "\\" not in name:
        return name
    return _AMBIGUOUS.sub(rb"\\x5c", os.fsencode(name)).decode("utf-8", "backslashreplace")


def to_name(text: str) -> str:
    """The path for Python's file functions of a text form. A text that no path has as its form is the path itself."""
    if text.isascii() and "\\" not in text:
        return text
    name = os.fsdecode(_ESCAPED.sub(_byte, text.encode()))
    return name if to_text(name) == text else os.fsdecode(text.encode())


def printable(text: str) -> str:
    """The text with every character escaped that is not printed: line ends and what commands a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def shortened(text: str) -> str:
    """The beginning of a path, and a digest so that no other path has the same short form."""
    return f"{text[:SHORT_CHARACTERS]}…{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def is_temporary(name: str) -> bool:
    """Whether the name of a file or folder, without the folders above it, is one of the `TEMPORARY`."""
    return _is_temporary(name) is not None


def _byte(escaped: re.Match[bytes]) -> bytes:
    return bytes([int(escaped[1], 16)])
