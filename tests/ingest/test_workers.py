"""The processes that read: whatever happens to one of them, every file gets an answer and the next one is read."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pebble import ProcessExpired

from ingest_service import scan
from ingest_service.errors import ReaderDied, TookTooLong
from ingest_service.pool import WorkerPool
from ingest_service.prepare import PreparedFile, Task
from ingest_service.scan import FileFact
from ingest_service.settings import Limits

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
    told = await asyncio.gather(*map(workers.prepare, tasks))
    assert [each.items[0].article.paragraphs for each in told] == [(f"News of {number}.",) for number in range(3)]
    assert workers.run(pid, None).result() != victim


async def test_a_worker_that_dies_is_told_of_and_the_next_file_is_read(workers: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(ProcessExpired):
        workers.run(killed, signal.SIGSEGV).result()
    assert isinstance(await workers.prepare(task(tmp_path, "a.txt", "News.")), PreparedFile)


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
