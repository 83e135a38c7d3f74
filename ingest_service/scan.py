"""The picture of the folder, and what differs between what we know and what is there.

The disk is the truth; a path that is looked at is judged by its facts alone. Facts of the file system are evidence:
the inode of a deleted file is given to the next new one, and `touch -r` keeps size and time.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ingest_service import file_names
from ingest_service.errors import NotRegular, PathTooLong, Unreadable

# In bytes of the text form: an index of PostgreSQL takes no longer value.
LONGEST_PATH = 2_600

Ignored = Callable[[str, bool], bool]
# With these errors of stat nothing is at a path. All others say that it is not known what is there.
ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)


@dataclass(frozen=True, slots=True)
class FileFact:
    """What the file system says of one path; sizes in bytes, times in nanoseconds."""

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode: the file while it lives, another one's after."""
        return self.device, self.inode


@dataclass(frozen=True, slots=True)
class Odd:
    """A path that is there and is no file we read."""

    path: str
    why: Unreadable


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A path that cannot be looked at now: of it, and of everything below it, it is not known what is there."""

    path: str
    why: str


Entry: TypeAlias = FileFact | Odd | Unavailable


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan found: files by path, entries that are no files by path, and what could not be looked at."""

    files: Mapping[str, FileFact]
    odd: Mapping[str, Odd]
    unavailable: tuple[Unavailable, ...] = ()

    def absent(self, paths: Iterable[str]) -> list[str]:
        """Those of the paths where the scan saw that nothing is there."""
        hidden = {entry.path for entry in self.unavailable}
        candidates = [path for path in paths if path not in self.files and path not in self.odd]
        return [path for path in candidates if hidden.isdisjoint(upwards(path))] if hidden else candidates


def upwards(path: str) -> Iterator[str]:
    """The path, then each folder above it, and last the watched folder, whose path is empty."""
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield path


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of a path; `digest` is that of the bytes last read, None when they were never read.

    `is_document` says that the catalog has a document of it, `is_held` that its deletion is held.
    """

    fact: FileFact
    digest: str | None
    is_document: bool = True
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What must be read, what is gone, and from which gone or changed path a file to be read may have come."""

    to_read: tuple[FileFact, ...]
    gone: tuple[str, ...]
    origins: Mapping[str, str]


def diff(known: Mapping[str, Known], seen: Seen, again: Collection[str] = ()) -> Difference:
    """Compares the known paths with the seen ones, of which those in `again` are read in any case; pure.

    A file that is unchanged in all its facts is left alone. A file may have come from a path whose file is gone or is
    another one now, when it is the same file (device and inode) of the same size and time; whether its bytes are the
    same is seen on reading. A path that could not be looked at is not gone.
    """
    files = seen.files
    to_read = tuple(
        fact for path, fact in sorted(files.items()) if path in again or path not in known or known[path].fact != fact
    )
    gone = tuple(sorted(seen.absent(known)))
    others = (path for path in known if path in files and files[path].identity != known[path].fact.identity)
    left = {known[path].fact.identity: path for path in (*gone, *others)}
    origins = {}
    for fact in to_read:
        path = left.get(fact.identity)
        if path is not None and path != fact.path and _same_content(known[path].fact, fact):
            origins[fact.path] = path
    return Difference(to_read, gone, origins)


class Homes:
    """Known files that stand no more where they stood, by their bytes, until each is found somewhere else, once."""

    def __init__(self, left: Mapping[str, str | None]) -> None:
        self._left = {path: digest for path, digest in left.items() if digest is not None}
        self._taken: set[str] = set()

    @property
    def digests(self) -> frozenset[str]:
        """Of the files that are still looked for."""
        return frozenset(self._left.values())

    def stays(self, path: str) -> bool:
        """The file at its own path is still the same; False when it was found elsewhere before."""
        self._left.pop(path, None)
        return path not in self._taken

    def claim(self, digest: str, likely: str | None) -> str | None:
        """The path that these bytes come from, the likely one if it is one of several; None when all are found."""
        paths = [likely] if likely is not None and self._left.get(likely) == digest else []
        path = next(iter(paths or (path for path, left in self._left.items() if left == digest)), None)
        if path is not None:
            del self._left[path]
            self._taken.add(path)
        return path


def _same_content(before: FileFact, after: FileFact) -> bool:
    return (before.size, before.mtime_ns) == (after.size, after.mtime_ns)


def look(root: Path, path: str) -> Entry | None:
    """What is at one path inside the folder, None when nothing is there. Follows no symbolic link out of it."""
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
        return Odd(file_names.shortened(path), PathTooLong(f"The limit is {LONGEST_PATH:,} bytes; use shorter names."))
    if not stat.S_ISREG(facts.st_mode) or not inside:
        return _not_regular(path)
    return FileFact(path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_dev, facts.st_ino)


def reason(error: OSError) -> str:
    """The system's words for an error, without the path."""
    return os.strerror(error.errno or 0)


def _is_inside(root: Path, place: Path) -> bool:
    try:
        return place.resolve().is_relative_to(root.resolve())
    except RuntimeError:
        # Until Python 3.13 a loop of links raises this.
        return False
    except OSError:
        # The links cannot be read; `stat` reports why.
        return True


def _not_regular(path: str) -> Odd:
    return Odd(path, NotRegular(f"{path} is no regular file inside the folder."))


def walk(root: Path, ignored: Ignored, start: str = "") -> Iterator[Entry]:
    """Everything under `start` but folders; links to folders are not followed.

    A folder that cannot be read is reported as unavailable, not taken for empty. Raises OSError when that is `root`.
    """
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        try:
            names = _names(root / file_names.to_name(folder))
        except OSError as error:
            if not folder:
                raise
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                yield Unavailable(folder, reason(error))
            continue
        for name, is_folder in names:
            path = f"{folder}/{name}" if folder else name
            if ignored(path, is_folder):
                continue
            if is_folder:
                waiting.append(path)
            elif (entry := look(root, path)) is not None:
                yield entry


def _names(folder: Path) -> list[tuple[str, bool]]:
    """The names in a folder, and which are folders themselves."""
    with os.scandir(folder) as entries:
        return [(file_names.to_text(entry.name), _is_folder(entry)) for entry in entries]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        # The listing does not hold the type, and it cannot be asked for: a look at the path reports why.
        return False


def is_written(path: Path) -> bool | None:
    """Whether someone holds the file open for writing; None where the file system does not tell.

    A read lease is refused (EAGAIN) while there is a writer; it is given back at once. SIGIO must be ignored before,
    or a writer that opens the file meanwhile ends this process.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    else:
        return False
    finally:
        os.close(number)


def sort(entries: Iterable[Entry]) -> Seen:
    """The entries by their kind."""
    files: dict[str, FileFact] = {}
    odd: dict[str, Odd] = {}
    unavailable: list[Unavailable] = []
    for entry in entries:
        if isinstance(entry, FileFact):
            files[entry.path] = entry
        elif isinstance(entry, Odd):
            odd[entry.path] = entry
        else:
            unavailable.append(entry)
    return Seen(files, odd, tuple(unavailable))
