"""The picture of the folder, and what differs between what we know and what is there.

The disk is the truth; a path that is looked at is judged by its facts alone. Facts of the file system are evidence:
the inode of a deleted file is given to the next new one, and `touch -r` keeps size and time.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest_service import file_names
from ingest_service.errors import NotRegular, PathTooLong, Unreadable

# In bytes of the text form: an index of PostgreSQL takes no longer value.
LONGEST_PATH = 2_600

Ignored = Callable[[str, bool], bool]


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
class Known:
    """What the ledger knows of a path; `digest` is that of the bytes last read, None when they were never read."""

    fact: FileFact
    digest: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What must be read, what is gone, and from which gone or changed path a file to be read may have come."""

    to_read: tuple[FileFact, ...]
    gone: tuple[str, ...]
    origins: Mapping[str, str]


def diff(known: Mapping[str, Known], seen: Mapping[str, FileFact]) -> Difference:
    """Compares the known paths with the seen ones; pure.

    A file that stands where it stood with all its facts is left alone. A file may have come from a path whose file is
    gone or is another one now, when it is the same file (device and inode) of the same size and time; whether its
    bytes are the same is seen on reading.
    """
    to_read = tuple(fact for path, fact in sorted(seen.items()) if path not in known or known[path].fact != fact)
    gone = tuple(path for path in sorted(known) if path not in seen)
    left = {
        known[path].fact.identity: path
        for path in known
        if path not in seen or seen[path].identity != known[path].fact.identity
    }
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


def look(root: Path, path: str) -> FileFact | Odd | None:
    """The facts of one path inside the folder, None when nothing is there. Follows no symbolic link out of it."""
    place = root / file_names.to_name(path)
    try:
        facts = place.stat()
        inside = place.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError) as error:
        gone = isinstance(error, OSError) and error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
        return None if gone else Odd(path, NotRegular(f"{path} cannot be looked at: {error}"))
    if stat.S_ISDIR(facts.st_mode):
        return None
    if not stat.S_ISREG(facts.st_mode) or not inside:
        return Odd(path, NotRegular(f"{path} is no regular file inside the folder."))
    if len(path.encode()) > LONGEST_PATH:
        return Odd(file_names.shortened(path), PathTooLong(f"The limit is {LONGEST_PATH:,} bytes; use shorter names."))
    return FileFact(path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_dev, facts.st_ino)


def walk(root: Path, ignored: Ignored, start: str = "") -> Iterator[FileFact | Odd]:
    """Every file under `start`, links to directories not followed. Raises OSError when the folder cannot be read."""
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        for name, is_folder in _entries(root, folder, must=folder == start):
            path = f"{folder}/{name}" if folder else name
            if ignored(path, is_folder):
                continue
            if is_folder:
                waiting.append(path)
            elif (found := look(root, path)) is not None:
                yield found


def _entries(root: Path, folder: str, *, must: bool) -> Iterator[tuple[str, bool]]:
    try:
        with os.scandir(root / file_names.to_name(folder)) as entries:
            yield from [(file_names.to_text(entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        # A folder may go while we walk; the root itself must be there.
        if must:
            raise


def identity(root: Path) -> tuple[int, int]:
    """Device and inode of the folder itself. Raises OSError when it is not there."""
    facts = root.stat()
    if not stat.S_ISDIR(facts.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(root))
    return facts.st_dev, facts.st_ino


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


def facts_of(found: Iterable[FileFact | Odd]) -> tuple[dict[str, FileFact], list[Odd]]:
    """The files by path, and the odd ones."""
    files: dict[str, FileFact] = {}
    odd: list[Odd] = []
    for each in found:
        if isinstance(each, FileFact):
            files[each.path] = each
        else:
            odd.append(each)
    return files, odd
