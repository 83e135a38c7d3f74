"""Scans paths of the folder, and compares the scan with the ledger.

Only the facts of the file system decide whether a file was changed, moved or deleted. No single fact proves it: the
next new file may get the inode of a deleted one, and `touch -r` keeps size and time.
"""

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ingest_service import file_names
from ingest_service.errors import NotRegular, PathTooLong, Unreadable

# In bytes of the text form: an index of PostgreSQL accepts no longer value.
LONGEST_PATH = 2_600

Ignored = Callable[[str, bool], bool]
# With these errors of stat a path is absent. With any other error it is unavailable.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


# A named tuple, since a scan makes and compares one for each file: this takes less than half of a dataclass's time.
class FileFact(NamedTuple):
    """The facts of one path in the file system; sizes in bytes, times in nanoseconds."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode. Once the file is deleted, the next new file may get both."""
        return self.device, self.inode


@dataclass(frozen=True, slots=True)
class Unusable:
    """A path whose entry is not read: not a regular file, or a file outside of the folder."""

    path: str
    why: Unreadable


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A path that cannot be read now: it is unknown what is there and below it."""

    path: str
    why: str


Entry: TypeAlias = FileFact | Unusable | Unavailable


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of a scan: files by path, unusable entries by path, and unavailable paths."""

    files: Mapping[str, FileFact]
    unusable: Mapping[str, Unusable]
    unavailable: tuple[Unavailable, ...] = ()

    def absent(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths that the scan found absent; a path that was unavailable is not among them."""
        hidden = {entry.path for entry in self.unavailable}
        candidates = [path for path in paths if path not in self.files and path not in self.unusable]
        return [path for path in candidates if hidden.isdisjoint(upwards(path))] if hidden else candidates


def upwards(path: str) -> Iterator[str]:
    """The path, then each folder above it, and last the watched folder, whose path is empty."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield path


class Known(NamedTuple):
    """A path in the ledger. `digest` is that of the bytes last read, None if they were never read.

    `is_document` says that the catalog has a document for it, `is_held` that its deletion is held.
    """

    fact: FileFact
    digest: str | None
    is_document: bool = True
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """The files to read, the deleted paths, and the deleted or changed path that a file to read may come from."""

    to_read: tuple[FileFact, ...]
    deleted: tuple[str, ...]
    origins: Mapping[str, str]


def diff(known: Mapping[str, Known], seen: Seen, again: Collection[str] = ()) -> Difference:
    """Compares the known paths with the seen ones; paths in `again` are read in any case. Pure.

    A file that is unchanged in all its facts is not read. A file may have come from a path whose file was deleted or is
    another one now, if it is the same file (device and inode) of the same size and time. Only reading shows whether its
    bytes are the same. An unavailable path is not deleted.
    """
    files = seen.files
    differing = (fact for path, fact in files.items() if path not in known or known[path].fact != fact or path in again)
    to_read = tuple(sorted(differing))
    deleted = tuple(sorted(seen.absent(known)))
    changed = (fact for fact in to_read if fact.path in known)
    others = (fact.path for fact in changed if fact.identity != known[fact.path].fact.identity)
    left = {known[path].fact.identity: path for path in (*deleted, *others)}
    origins = {}
    for fact in to_read:
        path = left.get(fact.identity)
        if path is not None and path != fact.path and _same_content(known[path].fact, fact):
            origins[fact.path] = path
    return Difference(to_read, deleted, origins)


def _same_content(before: FileFact, after: FileFact) -> bool:
    return (before.size, before.mtime_ns) == (after.size, after.mtime_ns)


def look(root: Path, path: str) -> Entry | None:
    """The entry at a path inside the folder, None if there is nothing. Follows no symbolic link out of the folder."""
    place = root / file_names.to_name(path)
    inside = _is_inside(root, place)
    try:
        facts = place.stat()
    except OSError as error:
        if error.errno in ABSENT:
            return None
        is_loop = error.errno == errno.ELOOP
        return _not_regular(path) if is_loop or not inside else Unavailable(path, reason(error))
    if stat.S_ISDIR(facts.st_mode):
        return None
    if len(path.encode()) > LONGEST_PATH:
        return Unusable(
            file_names.shortened(path), PathTooLong(f"The limit is {LONGEST_PATH:,} bytes; use shorter names.")
        )
    if not stat.S_ISREG(facts.st_mode) or not inside:
        return _not_regular(path)
    return fact_of(path, facts)


def fact_of(path: str, facts: os.stat_result) -> FileFact:
    """The facts of a path, by what the system says of its file."""
    return FileFact(path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_dev, facts.st_ino)


def reason(error: OSError) -> str:
    """The operating system's message for an error, without the path."""
    return os.strerror(error.errno or 0)


def _is_inside(root: Path, place: Path) -> bool:
    """Whether a place is inside of the root when links are followed."""
    # To resolve both takes many times as long as to find that there is no link. The paths of adopted files are what the
    # catalog says, so that one may lead upwards.
    above = (place, *place.parents)
    is_below = root in above and os.pardir not in place.parts
    if is_below and not any(map(os.path.islink, above[: above.index(root)])):
        return True
    try:
        return place.resolve().is_relative_to(root.resolve())
    except RuntimeError:
        # Until Python 3.13 a loop of links raises this.
        return False
    except OSError:
        # The links cannot be read; `stat` reports why.
        return True


def _not_regular(path: str) -> Unusable:
    return Unusable(path, NotRegular(f"{path} is no regular file inside the folder."))


def walk(root: Path, ignored: Ignored, start: str = "") -> Iterator[Entry]:
    """Everything under `start` but folders; links to folders are not followed.

    A folder that cannot be read is reported as unavailable, not taken for empty. Raises OSError when that is `root`.
    """
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        try:
            descriptor, entries = _listed(root, folder)
        except OSError as error:
            if not folder:
                raise
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                yield Unavailable(folder, reason(error))
            continue
        try:
            for entry in entries:
                name = file_names.to_text(entry.name)
                path = f"{folder}/{name}" if folder else name
                is_folder = _is_folder(entry)
                if ignored(path, is_folder):
                    continue
                if is_folder:
                    waiting.append(path)
                elif (found := _listed_entry(root, path, entry, descriptor)) is not None:
                    yield found
        finally:
            os.close(descriptor)


def _listed(root: Path, folder: str) -> tuple[int, list[os.DirEntry[str]]]:
    """A descriptor of the folder, which the caller closes, and the entries in it; none if it is outside of `root`."""
    place = root / file_names.to_name(folder)
    descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.scandir(descriptor) as entries:
            # A folder may have become a link since its name was listed.
            return descriptor, list(entries) if _is_inside(root, place) else []
    except BaseException:
        os.close(descriptor)
        raise


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        # The listing has no type, and it cannot be read. `look` reports the reason.
        return False


def _listed_entry(root: Path, path: str, entry: os.DirEntry[str], folder: int) -> Entry | None:
    """As `look`, for an entry of an open folder inside `root`: a regular file costs one system call."""
    # If this raises, `look` reports the reason.
    with suppress(OSError):
        if entry.is_file(follow_symlinks=False):
            facts = os.stat(entry.name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(facts.st_mode) and len(path.encode()) <= LONGEST_PATH:
                return fact_of(path, facts)
    return look(root, path)


def sort(entries: Iterable[Entry]) -> Seen:
    """Sorts entries by their kind."""
    files: dict[str, FileFact] = {}
    unusable: dict[str, Unusable] = {}
    unavailable: list[Unavailable] = []
    for entry in entries:
        if isinstance(entry, FileFact):
            files[entry.path] = entry
        elif isinstance(entry, Unusable):
            unusable[entry.path] = entry
        else:
            unavailable.append(entry)
    return Seen(files, unusable, tuple(unavailable))
