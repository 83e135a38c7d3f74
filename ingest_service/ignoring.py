"""What in the folder is nobody's document: editors' temporary files, and what `.ingestignore` names."""

from pathlib import Path

import pathspec

IGNORE_FILE = ".ingestignore"
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


class Ignore:
    """The rules in force, read from the folder's `.ingestignore` (gitignore syntax) once."""

    def __init__(self, root: Path) -> None:
        try:
            own = (root / IGNORE_FILE).read_text(encoding="utf-8", errors="replace").splitlines()[:10_000]
        except OSError:
            own = []
        self._rules = pathspec.GitIgnoreSpec.from_lines([*ALWAYS, *own])

    def __call__(self, path: str, is_folder: bool) -> bool:
        """Whether the path is ignored; a folder with all it holds."""
        return self._rules.match_file(f"{path}/" if is_folder else path)
