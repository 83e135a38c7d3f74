"""The input of a command: the bytes of a file, or of standard input, within the limit."""

import stat
import sys
from pathlib import Path
from typing import BinaryIO

from ingest_service import file_names
from ingest_service.errors import NoAccess, NotRegular, TooLarge

STANDARD_INPUT = "-"


def read(name: str, limit: int) -> bytes:
    """The bytes of a file, or of standard input where the name is `-`. Raises NotRegular, NoAccess, TooLarge."""
    if name == STANDARD_INPUT:
        if sys.stdin is None:
            raise NoAccess("It is closed.")
        return _within(sys.stdin.buffer, limit)
    try:
        # Opening a pipe waits for a writer, and a device may never end.
        if not stat.S_ISREG(Path(name).stat().st_mode):
            raise NotRegular("It is no regular file; `-` reads standard input.")
        with Path(name).open("rb") as file:
            return _within(file, limit)
    except OSError as error:
        raise NoAccess(f"{error.strerror}.") from None


def within(folder: Path, name: str) -> str:
    """The path of a file relative to the watched folder, as the ledger has it; it may be given with the folder."""
    path = Path(name)
    inside = path.is_relative_to(folder) or path.is_relative_to(folder.resolve())
    if inside:
        path = path.relative_to(folder if path.is_relative_to(folder) else folder.resolve())
    return file_names.to_text(str(path))


def display_name(name: str) -> str:
    """The name of an input in messages."""
    return "standard input" if name == STANDARD_INPUT else file_names.printable(file_names.to_text(name))


def _within(file: BinaryIO, limit: int) -> bytes:
    content = file.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(f"It has more than {limit:,} bytes, the limit.")
    return content
