"""Checks that no database, no file beside it and no token is in the watched folder.

The service would read such a file and publish it, and its own files change with every document.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from ingest_service.errors import SettingsWrong
from ingest_service.index.place import index_folder
from ingest_service.settings import Settings
from ingest_service.store import db, lock


def check(settings: Settings) -> None:
    """Raises SettingsWrong for the first path that lies in the watched folder, by its name, a link or a mount."""
    for variable, path in _paths(settings):
        if _is_inside(path, settings.seeds):
            raise SettingsWrong(
                f"{variable}: {path} lies in the watched folder {settings.seeds}: choose a place outside it"
            )


def _paths(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Each path with the variable that sets it."""
    file = db.sqlite_file(settings.database_url)
    if file is not None:
        yield "INGEST_DATABASE_URL", file
        yield "INGEST_DATABASE_URL", lock.file_beside(file)
    yield "INGEST_DATABASE_URL", index_folder(db.parsed(settings.database_url))
    if settings.token_file is not None:
        yield "INGEST_TOKEN_FILE", settings.token_file


def _is_inside(path: Path, folder: Path) -> bool:
    """Whether a path, or the target of its link, is the folder or is in it."""
    real_folder = Path(os.path.realpath(folder))
    identity = _identity(real_folder)
    link = Path(os.path.realpath(path.parent), path.name)
    for place in (link, Path(os.path.realpath(path))):
        for parent in (place, *place.parents):
            # A folder may have several names: mounted twice, or on a file system that ignores case.
            if parent == real_folder or (identity is not None and _identity(parent) == identity):
                return True
    return False


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode; None where the path does not exist or cannot be looked at."""
    try:
        fact = path.stat()
    except OSError:
        return None
    return fact.st_dev, fact.st_ino
