"""Prepares files in a worker: reads them into articles, and computes the facts that judging needs."""

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from ingest_service import file_names, model, normalise, reading, sameness
from ingest_service.errors import (
    InputOutputError,
    MovedMeanwhile,
    NoAccess,
    ReaderDied,
    ReaderFailed,
    TooLarge,
    Unreadable,
)
from ingest_service.folder.scan import FileFact
from ingest_service.furniture import NOTHING_LEARNED, Furniture
from ingest_service.settings import Limits
from ingest_service.store import article_blob
from ingest_service.workers import cache
from ingest_service.workers.cache import PackedFacts, StoredArticle

# Most files say nothing about identity, order or release.
NEVER_STATED = model.Publication()


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """One item of a file: its name inside the file (None for the file itself), its article, and its facts.

    `parent` is the member that contains this one; `original` is None if the item has the bytes of the file. The worker
    packs article and facts: to send them as objects costs the service more time than to store them.
    """

    member: str | None
    article: StoredArticle
    facts: PackedFacts
    parent: str | None = None
    original: model.Original | None = None
    publication: model.Publication = NEVER_STATED

    @classmethod
    def of(cls, member: str | None, article: model.Article, facts: sameness.TextFacts) -> "PreparedItem":
        """An item with this article and its facts, packed."""
        stored = StoredArticle(article.digest, article_blob.packed(article))
        return cls(member, stored, PackedFacts.of(facts))


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The content of a file. It has no items if its digest is one of its `known_digests`.

    `unread` says which of the files in it cannot be read. If it `accumulates`, items that are no longer in it are not
    withdrawn.
    """

    digest: str
    original: model.Original
    items: tuple[PreparedItem, ...]
    possibly_truncated: bool = False
    unread: str | None = None
    accumulates: bool = False


FileResult: TypeAlias = PreparedFile | Unreadable | MovedMeanwhile


@dataclass(frozen=True, slots=True)
class FileToRead:
    """One file of a task. Content with a digest in `known_digests` is not read into articles again."""

    fact: FileFact
    known_digests: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Task:
    """The files that one call prepares in a worker, and the folder that their paths are relative to.

    `furniture` is the known furniture of all sites, packed: the worker unpacks it only when it has changed.
    """

    root: Path
    files: tuple[FileToRead, ...]
    furniture: bytes = b""

    def divided(self) -> Iterator["Task"]:
        """A task for each file alone."""
        return (Task(self.root, (file,), self.furniture) for file in self.files)


_limits = Limits()


def set_limits(limits: Limits) -> None:
    """Sets the limits of this worker process; called once, by the initializer of the worker pool."""
    global _limits  # noqa: PLW0603  They are the same for all tasks, so they are not sent with each.
    _limits = limits


@functools.lru_cache(maxsize=1)
def _furniture(packed: bytes) -> Furniture:
    """The known furniture, kept from one task to the next."""
    return Furniture.unpacked(packed)


def prepare_files(task: Task) -> list[FileResult]:
    """Prepares the files of a task in a worker, each to its content or to the error that it has."""
    known = _furniture(task.furniture)
    return [_result(task.root, file, known) for file in task.files]


def _result(root: Path, file: FileToRead, known: Furniture) -> FileResult:
    """The content of a file, whose facts are cached, since this worker may judge it soon; or the error.

    Errors are returned: one that cannot be pickled would break the pool.
    """
    try:
        prepared = prepare(root, file, known)
    except MemoryError:
        return ReaderDied("Reading the file needs more memory than the limit.")
    except OSError as error:
        return _system_failure(error)
    except (Unreadable, MovedMeanwhile) as error:
        return type(error)(str(error))
    except Exception as error:  # noqa: BLE001  A reader's fault must not stop other files; it becomes the file's reason.
        return ReaderFailed(f"{type(error).__name__}: {error}"[:500])
    for item in prepared.items:
        cache.worker_cache().put(item.article.digest, item.facts)
    return prepared


def prepare(root: Path, file: FileToRead, known: Furniture = NOTHING_LEARNED) -> PreparedFile:
    """Reads one file, without what is known of its site's furniture.

    Raises Unreadable; MovedMeanwhile when the file is no longer the one that the scan saw.
    """
    content = _bytes(root, file.fact)
    digest = model.digest_of(content)
    if digest in file.known_digests:
        return PreparedFile(digest, model.Original(b"", "application/octet-stream", None), ())
    read = reading.read(content, file.fact.path, _limits)
    items = tuple(_item(item, known) for item in read.items)
    original = model.Original(content, read.items[0].media_type, read.items[0].encoding)
    return PreparedFile(digest, original, items, unread=read.unread_sentence, accumulates=read.accumulates)


def _system_failure(error: OSError) -> InputOutputError:
    return InputOutputError(f"The system says: {error.strerror or error}; the file is read again by itself.")


def _item(reading_: model.Reading, known: Furniture) -> PreparedItem:
    article = normalise.normalise(reading_, known)
    item = PreparedItem.of(reading_.name, article, sameness.prepare(article))
    return replace(item, parent=reading_.parent, original=reading_.original, publication=reading_.publication)


def _bytes(root: Path, fact: FileFact) -> bytes:
    path, limit = root / file_names.to_name(fact.path), _limits.file_bytes
    if fact.size > limit:
        raise TooLarge(f"The file has {fact.size:,} bytes; the limit is {limit:,}.")
    try:
        # The path may have become a pipe since the scan: opening it must not block.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            # As many bytes as are asked for are allocated at once.
            content = file.read(fact.size + 1)
            after = os.fstat(file.fileno())
    except (FileNotFoundError, NotADirectoryError):
        raise MovedMeanwhile from None
    except PermissionError:
        raise NoAccess(f"The service may not read {fact.path}; give it read access.") from None
    except OSError as error:
        raise _system_failure(error) from None
    if len(content) > fact.size or (after.st_size, after.st_mtime_ns, after.st_dev, after.st_ino) != (
        fact.size, fact.mtime_ns, fact.device, fact.inode
    ):  # fmt: skip
        raise MovedMeanwhile
    return content
