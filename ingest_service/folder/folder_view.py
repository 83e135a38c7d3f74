"""The watched folder as one scan sees it, with the check that it was the same folder from beginning to end.

A folder that is renamed away, unmounted or replaced looks empty. A scan therefore keeps the folder open and reads only
below the open descriptor. It fails if the folder or a mount was replaced while it ran.
"""

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest_service import file_names
from ingest_service.errors import SourceAway
from ingest_service.folder import scan, volumes
from ingest_service.folder.ignore import IGNORE_FILE, Ignore
from ingest_service.folder.scan import Difference, Entry, Known, Seen, Unavailable
from ingest_service.folder.volumes import ROOT, VolumeChange, Volumes

MAX_REASONS = 5


@dataclass(frozen=True, slots=True)
class FolderDiff:
    """The same paths in the ledger and in one scan, and how they differ; `whole` if the scan was of all paths."""

    known: Mapping[str, Known]
    seen: Seen
    difference: Difference
    volumes: Volumes
    changes: tuple[VolumeChange, ...]
    whole: bool
    again: frozenset[str] = frozenset()
    """Paths whose bytes are read into articles even if the ledger has their digest."""


@dataclass(frozen=True, slots=True)
class FolderView:
    """The open folder. `path` remains valid after a rename; `changes` compares with the remembered volumes."""

    folder: Path
    path: Path
    ignore: Ignore
    volumes: Volumes
    changes: tuple[VolumeChange, ...]

    def walk(self, start: str = ROOT) -> Iterator[Entry]:
        """The entries below a folder, without ignored ones. Raises SourceAway if the watched folder cannot be read."""
        hidden = self._hidden(start)
        if hidden is not None:
            yield hidden
            return
        missing = {change.path for change in self.changes if change.condition == "missing"}
        yield from (Unavailable(path, volumes.NOT_MOUNTED) for path in missing if start in scan.upwards(path))
        try:
            yield from scan.walk(
                self.path, lambda path, is_folder: path in missing or self.ignore(path, is_folder), start
            )
        except OSError as error:
            raise _away(self.folder, error) from error

    def look(self, path: str) -> Entry | None:
        """The entry at a path, None if there is nothing."""
        if file_names.to_text(file_names.to_name(path)) != path:
            # Earlier releases recorded some names in another text form. No file has such a path.
            return None
        return self._hidden(path) or scan.look(self.path, path)

    def entries(self, path: str) -> list[Entry]:
        """The entries at a path, or below it if it is a folder."""
        place = self.path / file_names.to_name(path)
        if os.path.isdir(place) and not os.path.islink(place):  # noqa: PTH112, PTH114  Path's raise some errors.
            return list(self.walk(path))
        entry = self.look(path)
        return [] if entry is None else [entry]

    def check(self) -> None:
        """Raises SourceAway if the folder or a mount was replaced since the beginning."""
        with _opened(self.folder) as descriptor:
            now = volumes.present(descriptor, self.volumes, self.ignore.covers)
        if now != self.volumes:
            raise _changed(self.folder)

    def _hidden(self, path: str) -> Unavailable | None:
        """The missing mount that a path is on, or None. Raises SourceAway if the watched folder itself is missing."""
        above = set(scan.upwards(path))
        for change in self.changes:
            if change.condition == "missing" and change.path in above:
                if change.path == ROOT:
                    raise SourceAway(f"{change.place}: {volumes.NOT_MOUNTED}")
                return Unavailable(change.path, volumes.NOT_MOUNTED)
        return None


def present(folder: Path, remembered: Volumes) -> Volumes:
    """The volumes that are present now. Raises SourceAway."""
    with opened(folder, remembered) as view:
        return view.volumes


def absent(folder: Path, expected: Volumes, paths: Collection[str]) -> list[str]:
    """Those of the paths that are absent or ignored now. Raises SourceAway when the volumes are not as expected."""
    with opened(folder, expected) as view:
        if view.volumes != expected:
            raise _changed(folder)
        missing = [path for path in paths if view.ignore.covers(path) or view.look(path) is None]
        view.check()
    return missing


def unavailable(folder: Path, remembered: Volumes) -> tuple[str, ...]:
    """The sentences that say what of the folder is unavailable now: all of it, mounts, or sub-folders."""
    try:
        with opened(folder, remembered) as view:
            entries = scan.sort(view.walk()).unavailable
    except SourceAway as error:
        return (f"source unavailable: {error}",)
    return reasons(folder, {entry.path: entry.why for entry in entries})


def reasons(folder: Path, paths: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each unavailable path, given with the reason; for many paths, the first ones and a count."""
    place = file_names.to_text(str(folder))
    sentences = [f"source unavailable: {place}/{path}: {paths[path]}" for path in sorted(paths)[:MAX_REASONS]]
    omitted = len(paths) - len(sentences)
    return (*sentences, *((f"source unavailable: {omitted} more paths",) if omitted > 0 else ()))


@contextmanager
def opened(folder: Path, remembered: Volumes) -> Iterator[FolderView]:
    """Keeps the folder open until the block ends. Raises SourceAway when it is absent or cannot be read."""
    with _opened(folder) as descriptor:
        path = Path(f"/proc/self/fd/{descriptor}")
        ignore = _ignore(folder, path)
        now = volumes.present(descriptor, remembered, ignore.covers)
        changes = volumes.changes(folder, remembered, now, ignore.covers)
        yield FolderView(folder, path, ignore, now, tuple(changes))


def _ignore(folder: Path, path: Path) -> Ignore:
    try:
        return Ignore(path)
    except OSError as error:
        raise _away(folder / IGNORE_FILE, error) from error


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """A descriptor of the folder, closed when the block ends."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _away(folder, error) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _changed(folder: Path) -> SourceAway:
    name = file_names.to_text(str(folder))
    return SourceAway(f"{name}: the folder or a mount below it changed during a scan; it is scanned again")


def _away(folder: Path, error: OSError) -> SourceAway:
    return SourceAway(f"{file_names.to_text(str(folder))}: {scan.reason(error)}")
