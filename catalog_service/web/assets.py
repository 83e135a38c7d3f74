"""The static files of the pages, named by their content so that browsers may keep them for ever."""

import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files: `paths` from plain name to served name, `files` by served name."""

    paths: Mapping[str, str]
    files: Mapping[str, Asset]

    def path(self, name: str) -> str:
        """Where `name` ("style.css") is served. Raises KeyError when there is no such file."""
        return f"/static/{self.paths[name]}"


def load() -> Assets:
    """Reads every file of the static folder; a few hundred KB."""
    paths, files = {}, {}
    for path in sorted(each for each in FOLDER.rglob("*") if each.is_file()):
        content, name = path.read_bytes(), path.relative_to(FOLDER).as_posix()
        served = f"{name.removesuffix(path.suffix)}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"
        paths[name] = served
        files[served] = Asset(content, mimetypes.guess_type(path.name)[0] or "application/octet-stream")
    return Assets(paths, files)
