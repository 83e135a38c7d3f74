"""What in the folder is nobody's document: editors' temporary files, and what `.ingestignore` names."""

import functools
import os
import re
from pathlib import Path

import pathspec
import structlog
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from ingest_service import file_names

IGNORE_FILE = ".ingestignore"
MOST_RULES = 10_000
# What rules see for a line end in a name, which their `.` would not match: a character that no name has.
LINE_END = "\udc0a"
# Hidden files, and the temporary names of vim, emacs, nano, gedit, LibreOffice, rsync, browsers and sed.
ALWAYS = (
    ".*",
    "*~",
    "#*#",
    "*.sw[a-p]",
    "*.tmp",
    "*.part",
    "*.crdownload",
    "*.goutputstream-*",
    "4913",
    "sed" + 6 * "[A-Za-z0-9]",
)


log = structlog.get_logger()


class Ignore:
    """The rules in force, read from the folder's `.ingestignore` (gitignore syntax) once.

    Raises OSError when the file is there and cannot be read: without its rules too much would be published.
    """

    def __init__(self, root: Path) -> None:
        try:
            # As names are read: a rule may hold bytes that are not UTF-8.
            own = os.fsdecode((root / IGNORE_FILE).read_bytes()).split("\n")[:MOST_RULES]
        except (FileNotFoundError, IsADirectoryError):
            own = []
        rules = (*ALWAYS, *(line.removesuffix("\r") for line in own))
        self._rules = pathspec.GitIgnoreSpec([pattern for rule in rules for pattern in _patterns(rule)])

    def __call__(self, path: str, is_folder: bool) -> bool:
        """Whether the path is ignored; a folder with all it holds."""
        name = file_names.to_name(path).replace("\n", LINE_END)
        return self._rules.match_file(f"{name}/" if is_folder else name)

    def covers(self, path: str, is_folder: bool = False) -> bool:
        """Whether the path or a folder above it is ignored."""
        parts = path.split("/")
        ends = range(1, len(parts) + 1)
        return any(self("/".join(parts[:end]), is_folder or end < len(parts)) for end in ends)


# Every scan makes the rules anew: each rule is compiled, and one that is wrong logged, the first time only.
@functools.lru_cache(MOST_RULES)
def _patterns(rule: str) -> tuple[GitIgnoreSpecPattern, ...]:
    """The patterns of a rule; none, as in git, if it is no rule of gitignore."""
    try:
        return tuple(pathspec.GitIgnoreSpec.from_lines([rule]).patterns)
    except (ValueError, re.error) as error:
        log.warning("a rule is not used", file=IGNORE_FILE, rule=file_names.to_text(rule), reason=str(error))
        return ()
