"""The processes that read: whatever happens to one of them, every file gets an answer and the next one is read."""

import asyncio
import errno
import multiprocessing.util
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing import spawn
from pathlib import Path

import pytest
from pebble import ProcessExpired

from ingest_service import normalise
from ingest_service.errors import (
    IngestError,
    InputOutputError,
    MovedMeanwhile,
    NoAccess,
    ReaderDied,
    ReaderKilled,
    TookTooLong,
    Unreadable,
    WorkersUnavailable,
)
from ingest_service.folder import scan
from ingest_service.folder.scan import FileFact
from ingest_service.settings import Limits
from ingest_service.workers import prepare
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import PreparedFile, Task

LIMITS = Limits(workers=1, reading_seconds=20.0)
# About as long as a text may be: it takes a second to read and half a gigabyte.
LONG = "News of the day. " * 290_000


@pytest.fixture
def workers() -> Iterator[WorkerPool]:
    started = WorkerPool(LIMITS)
    started.warm_up()
    yield started
    started.close()


def pid(_: None) -> int:
    """The process that was asked."""
    return os.getpid()


def killed(signal_: int) -> None:
    """Ends the worker in the midst of its work."""
    os.kill(os.getpid(), signal_)


def task(folder: Path, name: str, words: str) -> Task:
    (folder / name).write_text(words, encoding="utf-8")
    fact = scan.look(folder, name)
    assert isinstance(fact, FileFact)
    return Task(folder, fact, frozenset(), LIMITS)


async def test_files_are_read_though_the_idle_worker_was_killed(workers: WorkerPool, tmp_path: Path) -> None:
    victim = workers.run(pid, None).result()
    os.kill(victim, signal.SIGKILL)
    tasks = [task(tmp_path, f"{number}.txt", f"News of {number}.") for number in range(3)]
    prepared = await asyncio.gather(*map(workers.prepare, tasks))
    assert [each.items[0].article.paragraphs for each in prepared] == [(f"News of {number}.",) for number in range(3)]
    assert workers.run(pid, None).result() != victim


async def test_a_worker_that_dies_is_reported_and_the_next_file_is_read(workers: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(ProcessExpired):
        workers.run(killed, signal.SIGSEGV).result()
    assert isinstance(await workers.prepare(task(tmp_path, "a.txt", "News.")), PreparedFile)


def ends_by_kill(_: Task) -> None:
    """Ends as the system ends a process when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def ends_by_crash(_: Task) -> None:
    """Ends as a reader that crashes."""
    os.kill(os.getpid(), signal.SIGSEGV)


def ends_by_exit(_: Task) -> None:
    """Ends without an answer."""
    os._exit(7)


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        (ends_by_kill, ReaderKilled("The process that read the file was ended from outside (SIGKILL).")),
        (ends_by_crash, ReaderDied("The process that read the file crashed (SIGSEGV).")),
        (ends_by_exit, ReaderDied("The process that read the file ended with exit code 7.")),
    ],
)
async def test_a_reader_that_was_killed_is_no_fault_of_the_file_and_one_that_crashed_is(
    workers: WorkerPool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ends: Callable[[Task], None],
    reason: Unreadable,
) -> None:
    monkeypatch.setattr(prepare, "prepare_or_error", ends)
    with pytest.raises(type(reason), match=re.escape(str(reason))):
        await workers.prepare(task(tmp_path, "a.txt", "News."))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EIO, InputOutputError), (errno.ESTALE, InputOutputError), (errno.EMFILE, InputOutputError),
        (errno.ENFILE, InputOutputError), (errno.ETIMEDOUT, InputOutputError), (errno.EACCES, NoAccess),
        (errno.ENOENT, MovedMeanwhile), (errno.ENOTDIR, MovedMeanwhile),
    ],
)  # fmt: skip
@pytest.mark.parametrize("call", ["open", "fstat"])
def test_what_the_system_fails_to_read_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[IngestError], call: str
) -> None:
    some = task(tmp_path, "a.txt", "News.")

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as failing:
        failing.setattr(os, call, fails)
        answer = prepare.prepare_or_error(some)
    assert type(answer) is kind


def test_what_the_system_denies_a_reader_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(normalise, "normalise", fails)
    assert type(prepare.prepare_or_error(task(tmp_path, "a.txt", "News."))) is InputOutputError


@pytest.fixture(params=["no interpreter", "no process", "no pipe"])
def no_start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """While it is in force no process can be started."""

    def fails(*_: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with monkeypatch.context() as failing:
        if request.param == "no interpreter":
            failing.setattr(spawn, "_python_exe", b"/no/such/python")
        elif request.param == "no process":
            failing.setattr(multiprocessing.util, "spawnv_passfds", fails)
        else:
            failing.setattr(os, "pipe", fails)
        yield failing


async def test_workers_that_cannot_be_started_are_no_fault_of_the_file(
    no_start: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = task(tmp_path, "a.txt", "News.")
    with closing(WorkerPool(LIMITS)) as workers:
        for _ in range(2):
            with pytest.raises(WorkersUnavailable, match=r"cannot be started: .+; check that .+python"):
                await workers.prepare(some)
        no_start.undo()
        assert isinstance(await workers.prepare(some), PreparedFile)


async def test_workers_that_cannot_be_started_again_are_no_fault_of_the_file(
    workers: WorkerPool, no_start: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = task(tmp_path, "a.txt", "News.")
    os.kill(workers.run(pid, None).result(), signal.SIGKILL)
    with pytest.raises(WorkersUnavailable):
        await workers.prepare(some)
    no_start.undo()
    assert isinstance(await workers.prepare(some), PreparedFile)


async def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    long = task(tmp_path, "long.txt", LONG)
    with closing(WorkerPool(Limits(workers=1, reading_seconds=0.05))) as impatient, pytest.raises(TookTooLong):
        await impatient.prepare(long)


async def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path: Path) -> None:
    large = task(tmp_path, "large.txt", LONG)
    with closing(WorkerPool(Limits(workers=1, reading_memory_bytes=370 * 2**20))) as narrow:
        with pytest.raises(ReaderDied):
            await narrow.prepare(large)
        assert isinstance(await narrow.prepare(task(tmp_path, "a.txt", "News.")), PreparedFile)
