"""The rules that exclude files from reading: temporary files of editors, and the rules in `.ingestignore`."""

import functools
import os
import re
from pathlib import Path

import pathspec
import structlog

from ingest_service import file_names

IGNORE_FILE = ".ingestignore"
MAX_RULES = 10_000
# Replaces a line end in a name, which `.` in a rule does not match, by a character that no name has.
LINE_END = "\udc0a"

log = structlog.get_logger()


class Ignore:
    """The rules in force: those of the folder's `.ingestignore` (gitignore syntax), read once, come before ours.

    Raises OSError when the file exists and cannot be read: without its rules too much would be published.
    """

    def __init__(self, root: Path) -> None:
        try:
            # Decoded as names are: a rule may contain bytes that are not UTF-8.
            own = os.fsdecode((root / IGNORE_FILE).read_bytes()).split("\n")[:MAX_RULES]
        except (FileNotFoundError, IsADirectoryError):
            own = []
        rules = (line.removesuffix("\r") for line in own)
        self._rules = pathspec.GitIgnoreSpec.from_lines(filter(_is_valid, rules))

    def __call__(self, path: str, is_folder: bool) -> bool:
        """Whether the path itself is ignored; `covers` also considers the folders above it."""
        if self._rules:
            name = file_names.to_name(path).replace("\n", LINE_END)
            ignored = self._rules.check_file(f"{name}/" if is_folder else name).include
            if ignored is not None:
                return ignored
        return file_names.is_temporary(path.rpartition("/")[2])

    def covers(self, path: str, is_folder: bool = False) -> bool:
        """Whether the path or a folder above it is ignored."""
        parts = path.split("/")
        ends = range(1, len(parts) + 1)
        return any(self("/".join(parts[:end]), is_folder or end < len(parts)) for end in ends)


# Every scan reads the rules again; an invalid rule is logged the first time only.
@functools.lru_cache(MAX_RULES)
def _is_valid(rule: str) -> bool:
    """Whether a line has the syntax of gitignore. Other lines have no effect, as in git."""
    try:
        pathspec.GitIgnoreSpec.from_lines([rule])
    except (ValueError, re.error) as error:
        log.warning("a rule is not valid", file=IGNORE_FILE, rule=file_names.to_text(rule), reason=str(error))
        return False
    return True
