"""The static files of the pages. A file's URL contains a hash of its content, so browsers may cache it for ever."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
# A reference of a style sheet to another static file, by its path from the static folder.
_REFERENCE = re.compile(rb'url\("([^":]+)"\)')


@dataclass(frozen=True, slots=True)
class Asset:
    """The content and media type of one static file."""

    content: bytes
    media_type: str

    @property
    def is_text(self) -> bool:
        """Whether compressing the file makes it smaller; fonts are compressed already."""
        return self.media_type.startswith("text/")


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files: `paths` maps a file's name to its name with the hash, `files` the latter to the file."""

    paths: Mapping[str, str]
    files: Mapping[str, Asset]

    def path(self, name: str) -> str:
        """The URL path of the file `name` ("style.css"). Raises KeyError when there is no such file."""
        return f"/static/{self.paths[name]}"


def load() -> Assets:
    """Reads all files of the static folder, a few hundred KB, into memory."""
    paths: dict[str, str] = {}
    files: dict[str, Asset] = {}
    # Style sheets come last: they contain the hashed names of the files that they refer to.
    for path in sorted(filter(Path.is_file, FOLDER.rglob("*")), key=lambda path: (path.suffix == ".css", path)):
        name, content = path.relative_to(FOLDER).as_posix(), path.read_bytes()
        if path.suffix == ".css":
            content = _REFERENCE.sub(lambda match: b'url("/static/%s")' % paths[match[1].decode()].encode(), content)
        hashed_name = f"{name.removesuffix(path.suffix)}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
        paths[name] = hashed_name
        files[hashed_name] = Asset(content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
    return Assets(paths, files)
