"""Prepares one file in a worker: reads it into articles, and computes the facts that judging needs."""

import os
from dataclasses import dataclass
from pathlib import Path

from ingest_service import file_names, model, normalise, reading, sameness
from ingest_service.errors import (
    IngestError,
    InputOutputError,
    MovedMeanwhile,
    NoAccess,
    ReaderDied,
    ReaderFailed,
    TooLarge,
    Unreadable,
)
from ingest_service.folder.scan import FileFact
from ingest_service.settings import Limits
from ingest_service.workers import cache


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """One item of a file: its name inside the file (None for the file itself), its article, and its facts."""

    member: str | None
    article: model.Article
    facts: sameness.TextFacts


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """The content of a file. It has no items if its digest is one of the task's `known_digests`."""

    digest: str
    original: model.Original
    items: tuple[PreparedItem, ...]
    possibly_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """The file to prepare. Content with a digest in `known_digests` is not read into articles again."""

    root: Path
    fact: FileFact
    known_digests: frozenset[str]
    limits: Limits


def prepare_or_error(task: Task) -> PreparedFile | IngestError:
    """Prepares one file in a worker and caches its facts, since this worker may judge it soon.

    Errors are returned: one that cannot be pickled would break the pool.
    """
    try:
        prepared = prepare(task)
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


def prepare(task: Task) -> PreparedFile:
    """Reads one file. Raises Unreadable; MovedMeanwhile when the file is no longer the one that the scan saw."""
    content = _bytes(task)
    digest = model.digest_of(content)
    if digest in task.known_digests:
        return PreparedFile(digest, model.Original(b"", "application/octet-stream", None), ())
    readings = reading.read(content, task.fact.path, task.limits)
    items = tuple(_item(item) for item in readings)
    original = model.Original(content, readings[0].media_type, readings[0].encoding)
    return PreparedFile(digest, original, items)


def _system_failure(error: OSError) -> InputOutputError:
    return InputOutputError(f"The system says: {error.strerror or error}; the file is read again by itself.")


def _item(reading_: model.Reading) -> PreparedItem:
    article = normalise.normalise(reading_)
    return PreparedItem(reading_.name, article, sameness.prepare(article))


def _bytes(task: Task) -> bytes:
    path, limit = task.root / file_names.to_name(task.fact.path), task.limits.file_bytes
    if task.fact.size > limit:
        raise TooLarge(f"The file has {task.fact.size:,} bytes; the limit is {limit:,}.")
    try:
        # The path may have become a pipe since the scan: opening it must not block.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            content = file.read(limit + 1)
            after = os.fstat(file.fileno())
    except (FileNotFoundError, NotADirectoryError):
        raise MovedMeanwhile from None
    except PermissionError:
        raise NoAccess(f"The service may not read {task.fact.path}; give it read access.") from None
    except OSError as error:
        raise _system_failure(error) from None
    if (after.st_size, after.st_mtime_ns, after.st_dev, after.st_ino) != (
        task.fact.size, task.fact.mtime_ns, task.fact.device, task.fact.inode
    ):  # fmt: skip
        raise MovedMeanwhile
    return content
