"""The static files of the pages. A file's URL contains a hash of its content, so browsers may cache it for ever."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """The content and media type of one static file."""

    content: bytes
    media_type: str


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
    paths, files = {}, {}
    for path in sorted(filter(Path.is_file, FOLDER.rglob("*"))):
        content, name = path.read_bytes(), path.relative_to(FOLDER).as_posix()
        hashed_name = f"{name.removesuffix(path.suffix)}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
        paths[name] = hashed_name
        files[hashed_name] = Asset(content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
    return Assets(paths, files)
