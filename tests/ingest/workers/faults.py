"""Readers that fail, for the tests of the worker pool. Each worker imports this module, so it imports little."""

import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import PurePath

from ingest_service import reading
from ingest_service.reading import formats
from ingest_service.reading.format import Format, Part, Source
from ingest_service.settings import Limits
from ingest_service.workers import prepare
from ingest_service.workers.prepare import FileResult, Task

really_read = reading.read


def hang(_: None = None) -> None:
    """Waits for a signal that is not sent."""
    while True:
        signal.pause()


def out_of_memory() -> None:
    """Fails as a reader that meets the limit of memory."""
    raise MemoryError


def wrong() -> None:
    """Fails as a reader that meets something unforeseen."""
    raise ValueError("a faulty table")


def die_while_answering(_: None) -> bytes:
    """Has the worker end when it has sent a half of its answer, as when it is killed at that moment."""

    def send_half(connection: Connection, message: bytes) -> None:
        os.write(connection.fileno(), message[: len(message) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    Connection._send = send_half  # type: ignore[attr-defined]
    return b"an answer"


FAULTS: dict[str, Callable[[], object]] = {
    "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(7),
    "exit-255": lambda: os._exit(255),
    "hang": hang,
    "memory": out_of_memory,
    "wrong": wrong,
}


def read_or_fail(content: bytes, path: str, limits: Limits = reading.DEFAULTS) -> reading.FileReading:
    """Reads a file, unless its name says how its reader fails."""
    if path in FAULTS:
        FAULTS[path]()
    return really_read(content, path, limits)


def prepare_faulty(task: Task) -> list[FileResult]:
    """In a worker of a test's own: prepares files with readers that fail."""
    reading.read = read_or_fail
    return prepare.prepare_files(task)


def prepare_with_faulty_formats(task: Task) -> list[FileResult]:
    """In a worker of a test's own: prepares files, also in archives, whose formats have readers that fail."""
    formats.FORMATS = tuple(map(_faulty, formats.FORMATS))
    return prepare.prepare_files(task)


def _faulty(format_: Format) -> Format:
    """The format with a reader that fails as the name of a file says."""

    def read(source: Source) -> Iterable[Part]:
        FAULTS.get(PurePath(source.name).stem, lambda: None)()
        return format_.read(source)

    return replace(format_, read=read)
