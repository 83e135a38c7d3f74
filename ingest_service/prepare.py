"""One file from its path to articles and what judging needs of them: what a worker process does, under limits.

A file that kills, hangs or starves its reader takes a worker with it, not the service, and ends as a reason.
"""

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as OutOfTime
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog
from pebble import ProcessExpired, ProcessPool

from ingest_service import model, normalise, reading, sameness
from ingest_service.errors import (
    IngestError,
    MovedMeanwhile,
    NoAccess,
    ReaderDied,
    ReaderFailed,
    TookTooLong,
    TooLarge,
    Unreadable,
)
from ingest_service.panel import FACTS
from ingest_service.scan import FileFact
from ingest_service.settings import Limits

A = TypeVar("A")
R = TypeVar("R")

log = structlog.get_logger()

PR_SET_PDEATHSIG = 1
# So many times in a row the workers may be killed before they begin with a file.
TRIES = 3


@dataclass(frozen=True, slots=True)
class PreparedItem:
    """One item of a file: its name inside the file (None for the file itself), its article, its fingerprints."""

    member: str | None
    article: model.Article
    facts: sameness.Prepared


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a file holds; no items when its bytes are those already known."""

    digest: str
    original: model.Original
    items: tuple[PreparedItem, ...]
    possibly_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """Which file to read; `known` are digests of bytes that need no reading again."""

    root: Path
    fact: FileFact
    known: frozenset[str]
    limits: Limits


def prepare(task: Task) -> Prepared:
    """Reads one file. Raises Unreadable, or MovedMeanwhile when it is not the file that was looked at any more."""
    content = _bytes(task)
    digest = model.digest_of(content)
    if digest in task.known:
        return Prepared(digest, model.Original(b"", "application/octet-stream", None), ())
    readings = reading.read(content, task.fact.path, task.limits)
    items = tuple(_item(each) for each in readings)
    original = model.Original(content, readings[0].media_type, readings[0].encoding)
    return Prepared(digest, original, items)


def _item(told: model.Reading) -> PreparedItem:
    article = normalise.normalise(told)
    item = PreparedItem(told.name, article, sameness.prepare(article))
    # It is judged soon, perhaps here.
    FACTS.keep(article.digest, item.facts)
    return item


def _bytes(task: Task) -> bytes:
    path, limit = task.root / task.fact.path, task.limits.file_bytes
    if task.fact.size > limit:
        raise TooLarge(f"The file has {task.fact.size:,} bytes; the limit is {limit:,}.")
    try:
        # A path that became a pipe since it was looked at must not hold us up.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            content = file.read(limit + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError:
        raise MovedMeanwhile from None
    except PermissionError:
        raise NoAccess(f"The service may not read {task.fact.path}; give it read access.") from None
    except OSError as error:
        raise ReaderFailed(f"{task.fact.path}: {error.strerror}") from None
    if (after.st_size, after.st_mtime_ns, after.st_dev, after.st_ino) != (
        task.fact.size, task.fact.mtime_ns, task.fact.device, task.fact.inode
    ):  # fmt: skip
        raise MovedMeanwhile
    return content


class Workers:
    """The processes that read files; `close` ends them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool = self._opened()
        self._closed = False
        self._lock = threading.Lock()

    async def prepare(self, task: Task) -> Prepared:
        """Reads one file in a worker. Raises Unreadable and MovedMeanwhile."""
        told = await self._said(task)
        if isinstance(told, IngestError):
            raise told
        for item in told.items:
            FACTS.keep(item.article.digest, item.facts)
        return told

    async def _said(self, task: Task) -> Prepared | IngestError:
        for _ in range(TRIES):
            try:
                return await asyncio.wrap_future(self.run(_prepare_or_say, task))
            except OutOfTime:
                raise TookTooLong(f"Reading took longer than {self._limits.reading_seconds:g} seconds.") from None
            except ProcessExpired as expired:
                raise ReaderDied(f"The process that read the file died ({_cause(expired)}).") from None
            except BrokenProcessPool:
                log.warning("the processes that read files were ended; others are started")
        raise ReaderDied("The processes that read files were ended before they began with it.")

    @property
    def count(self) -> int:
        """How many processes there are."""
        return self._limits.workers

    def run(self, function: Callable[[A], R], argument: A) -> "Future[R]":
        """Calls a function in a worker, in the order of asking, for as long as reading a file may take."""
        with self._lock:
            if not self._pool.active and not self._closed:
                # The pool does not survive that a process is killed while none has anything to do.
                self._end()
                self._pool = self._opened()
            future: Future[R] = self._pool.schedule(function, args=(argument,), timeout=self._limits.reading_seconds)
        return future

    def warm_up(self) -> None:
        """Has the processes started before the first file; waits for them."""
        self.run(_nothing, None).result()

    def close(self) -> None:
        """Ends the processes, whatever they are doing."""
        with self._lock:
            self._closed = True
            self._end()

    def _opened(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._limits.workers,
            initializer=_begin_worker,
            initargs=(self._limits, os.getpid()),
            context=multiprocessing.get_context("spawn"),
        )

    def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # The package's stubs leave it out.
        self._pool.join()


def _cause(expired: ProcessExpired) -> str:
    code = expired.exitcode
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _nothing(_: None) -> None:
    """What a process does to have been started."""


def _prepare_or_say(task: Task) -> Prepared | IngestError:
    """Errors travel as values: what cannot be pickled would take the pool down."""
    try:
        return prepare(task)
    except MemoryError:
        return ReaderDied("Reading the file needs more memory than the limit.")
    except (Unreadable, MovedMeanwhile) as error:
        return type(error)(str(error))
    except Exception as error:  # noqa: BLE001  A reader's fault must not stop the others; it is told with the file.
        return ReaderFailed(f"{type(error).__name__}: {error}"[:500])


def _begin_worker(limits: Limits, parent: int) -> None:
    """Bounds the worker, has it end with its parent, and leaves Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (limits.reading_memory_bytes, limits.reading_memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _die_with(parent)


def _die_with(parent: int) -> None:
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:
        # The parent died before we asked to be told.
        os.kill(os.getpid(), signal.SIGKILL)
