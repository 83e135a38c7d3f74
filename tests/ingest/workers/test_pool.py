"""The processes that read: whatever happens to one of them, every file gets an answer and the next one is read."""

import asyncio
import errno
import multiprocessing.util
import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import replace
from multiprocessing import spawn
from pathlib import Path
from typing import TypeVar

import pytest
from pebble import ProcessExpired

from ingest_service import model, normalise
from ingest_service.errors import (
    IngestError,
    InputOutputError,
    MovedMeanwhile,
    NoAccess,
    ReaderDied,
    TookTooLong,
    TooLarge,
    WorkersUnavailable,
)
from ingest_service.folder import scan
from ingest_service.folder.scan import FileFact
from ingest_service.settings import Limits
from ingest_service.store import article_blob
from ingest_service.workers import prepare
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import FileResult, FileToRead, PreparedFile, Task
from tests.ingest.reading import docxs
from tests.ingest.reading.test_zip_archive import zipped
from tests.ingest.waiting import until
from tests.ingest.workers import faults, fork_servers

A = TypeVar("A")
R = TypeVar("R")

LIMITS = Limits(workers=1, reading_seconds=20.0)
# About as long as a text may be: it takes a second to read and about 400 MiB.
LONG = "News of the day. " * 290_000


@pytest.fixture
def workers() -> Iterator[WorkerPool]:
    with closing(WorkerPool(LIMITS)) as opened:
        opened.run(pid, None).result()
        yield opened


@pytest.fixture
def own_fork_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While it is in force, processes are forked from a server that is not shared with other tests."""
    with fork_servers.own(monkeypatch):
        yield


def pid(_: None) -> int:
    """The process that was asked."""
    return os.getpid()


def killed(signal_: int) -> None:
    """Ends the worker in the midst of its work."""
    os.kill(os.getpid(), signal_)


def written(folder: Path, name: str, words: str = "News.") -> FileToRead:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(words, encoding="utf-8")
    fact = scan.look(folder, name)
    assert isinstance(fact, FileFact)
    return FileToRead(fact)


def task(folder: Path, *names: str) -> Task:
    """A task with these files, each of a few words."""
    return Task(folder, tuple(written(folder, name, f"News of {name}.") for name in names))


async def test_files_are_read_though_the_idle_worker_was_killed(workers: WorkerPool, tmp_path: Path) -> None:
    victim = workers.run(pid, None).result()
    os.kill(victim, signal.SIGKILL)
    tasks = [task(tmp_path, name, f"other {name}") for name in "abc"]
    results = await asyncio.gather(*map(workers.prepare, tasks))
    assert [words(result) for two in results for result in two] == [
        f"News of {name}." for letter in "abc" for name in (letter, f"other {letter}")
    ]
    assert workers.run(pid, None).result() != victim


def test_a_broken_pool_is_replaced_though_its_calls_are_cancelled_meanwhile(workers: WorkerPool) -> None:
    first, second = calls = [workers.run(faults.hang, None) for _ in range(2)]
    first.add_done_callback(lambda _: second.cancel())
    second.add_done_callback(lambda _: first.cancel())
    workers._pool.stop()  # type: ignore[no-untyped-call]  # The package's stubs leave it out.
    assert workers.run(pid, None).result() != os.getpid()
    assert sorted(call.cancelled() for call in calls) == [False, True]


def words(result: FileResult) -> str:
    """The text of a file that was read, else its reason."""
    if not isinstance(result, PreparedFile):
        return f"{result.code}: {result}"
    return article_blob.unpacked(result.items[0].article.content).text


async def test_a_worker_that_dies_is_reported_and_the_next_file_is_read(workers: WorkerPool, tmp_path: Path) -> None:
    with pytest.raises(ProcessExpired):
        workers.run(killed, signal.SIGSEGV).result()
    assert [words(result) for result in await workers.prepare(task(tmp_path, "a"))] == ["News of a."]


def parent(_: None) -> int:
    """The process that the worker was forked from."""
    return os.getppid()


@pytest.mark.usefixtures("own_fork_server")
async def test_files_are_read_though_the_fork_server_was_killed(workers: WorkerPool, tmp_path: Path) -> None:
    os.kill(workers.run(parent, None).result(), signal.SIGKILL)
    assert list(map(words, await workers.prepare(task(tmp_path, "a", "b")))) == ["News of a.", "News of b."]


SERVICE = """
from ingest_service.settings import Limits
from ingest_service.workers.pool import WorkerPool
from tests.ingest.workers import faults, test_pool

if __name__ == "__main__":
    workers = WorkerPool(Limits(workers=1, reading_seconds=60))
    print(workers.run(test_pool.parent, None).result(), workers.run(test_pool.pid, None).result(), flush=True)
    workers.run(faults.hang, None)
    print("hanging", flush=True)
    faults.hang()
"""


async def test_a_busy_worker_and_the_fork_server_end_when_the_service_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(SERVICE, encoding="utf-8")
    processes = started_and_killed(script)
    assert len(processes) == 2
    await until(lambda: not any(map(is_running, processes)), "the end of both processes")


def started_and_killed(script: Path) -> list[int]:
    """The processes that the service of the script has started before it was killed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment) as service:
        assert service.stdout is not None
        processes = list(map(int, service.stdout.readline().split()))
        assert service.stdout.readline() == "hanging\n"
        service.kill()
    return processes


def is_running(process: int) -> bool:
    """Whether a process runs. One that has ended may remain until its parent asks for its exit code."""
    try:
        return "(zombie)" not in Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


async def test_files_are_read_though_a_worker_was_killed_while_it_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest_service.workers.pool.STUCK_SECONDS", 0.5)
    with closing(WorkerPool(Limits(workers=1, reading_seconds=1.0))) as workers:
        with pytest.raises(ProcessExpired):
            workers.run(faults.die_while_answering, None).result()
        assert list(map(words, await workers.prepare(task(tmp_path, "a", "b")))) == ["News of a.", "News of b."]


def test_a_pool_that_answers_no_more_is_replaced_though_only_judging_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest_service.workers.pool.STUCK_SECONDS", 0.5)
    with closing(WorkerPool(Limits(workers=1, reading_seconds=1.0))) as workers:
        with pytest.raises(ProcessExpired):
            workers.run(faults.die_while_answering, None).result()
        with pytest.raises(BrokenProcessPool):
            workers.run(pid, None).result(timeout=20)
        assert workers.run(pid, None).result(timeout=20) != os.getpid()


async def test_a_call_of_a_closed_pool_is_cancelled(tmp_path: Path) -> None:
    with closing(WorkerPool(LIMITS)) as workers:
        pending = asyncio.ensure_future(workers.prepare(task(tmp_path, "a")))
        hanging = workers.run(faults.hang, None)
        await until(hanging.running, "the call to begin")
    assert hanging.cancelled()
    assert workers.run(pid, None).cancelled()
    for call in (pending, workers.prepare(task(tmp_path, "b"))):
        with pytest.raises(asyncio.CancelledError):
            await call
    assert not multiprocessing.active_children()


REASONS = {
    "crash": "reader-died: The process that read the file crashed (SIGSEGV).",
    "kill": "reader-killed: The process that read the file was ended from outside (SIGKILL).",
    "exit": "reader-died: The process that read the file ended with exit code 7.",
    "exit-255": "reader-died: The process that read the file ended with exit code 255.",
    "hang": "took-too-long: Reading took longer than 2 seconds.",
    "memory": "reader-died: Reading the file needs more memory than the limit.",
    "wrong": "reader-failed: ValueError: a faulty table",
    "moved": "moved-meanwhile: The file changed while it was read; it is looked at again.",
}


@pytest.fixture
def faulty_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "prepare_files", faults.prepare_faulty)


@pytest.mark.usefixtures("faulty_readers")
@pytest.mark.parametrize("fault", REASONS)
async def test_the_neighbours_of_a_file_that_fails_are_read(tmp_path: Path, fault: str) -> None:
    names = {"middle": ("a", fault, "b")}
    if fault == "exit":
        # What follows is the same for each fault that ends the worker, and takes its start each time.
        names |= {"first": (fault, "a", "b"), "last": ("a", "b", fault)}
    tasks = [task(tmp_path / place, *of_task) for place, of_task in names.items()]
    if fault == "moved":
        for place in names:
            (tmp_path / place / fault).write_text("Other news of it.", encoding="utf-8")
    with closing(WorkerPool(Limits(workers=1, reading_seconds=2.0))) as impatient:
        results = await asyncio.gather(*map(impatient.prepare, tasks))
    expected = [[REASONS.get(name, f"News of {name}.") for name in of_task] for of_task in names.values()]
    assert [list(map(words, of_task)) for of_task in results] == expected


# A file of each kind of format, by how its reader fails: XML, JSON, a page, an archive, and native libraries.
POISON: dict[str, bytes] = {
    "hang.pdf": b"%PDF-1.4",
    "crash.docx": docxs.docx(docxs.paragraph("News.")),
    "memory.html": b"<html><body><p>News of the day.</p></body></html>",
    "exit.xml": b"<rss version='2.0'><channel><title>News</title></channel></rss>",
    "wrong.json": b'{"uri": "urn:news", "headline": "News", "body_text": "News."}',
    "kill.eml": b"From: a@alma.example\r\nTo: b@alma.example\r\nSubject: News\r\n\r\nNews.\r\n",
    "news.zip": zipped({"good.txt": b"News.", "crash.mhtml": b"Content-Type: multipart/related\r\n\r\n"}),
}


async def test_a_reader_of_any_format_that_fails_costs_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "prepare_files", faults.prepare_with_faulty_formats)
    for name, content in POISON.items():
        (tmp_path / name).write_bytes(content)
    files = [FileToRead(fact) for name in POISON if isinstance(fact := scan.look(tmp_path, name), FileFact)]
    good = [written(tmp_path, name, f"News of {name}.") for name in ("a", "b")]
    with closing(WorkerPool(Limits(workers=1, reading_seconds=2.0))) as impatient:
        results = await impatient.prepare(Task(tmp_path, (good[0], *files, good[1])))
    reasons = [REASONS[name.partition(".")[0]] for name in POISON if name != "news.zip"]
    assert list(map(words, results)) == ["News of a.", *reasons, REASONS["crash"], "News of b."]


class CountingPool(WorkerPool):
    """A pool that records how many files each call prepares."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.calls: list[int] = []

    def run(self, function: Callable[[A], R], argument: A) -> "Future[R]":
        if isinstance(argument, Task):
            self.calls.append(len(argument.files))
        return super().run(function, argument)


@pytest.mark.usefixtures("faulty_readers")
async def test_files_are_prepared_again_only_where_their_task_failed(tmp_path: Path) -> None:
    with closing(CountingPool(LIMITS)) as counting:
        for fault, calls in (("c", [4]), ("wrong", [4]), ("memory", [4, 1]), ("exit", [4, 1, 1, 1, 1])):
            counting.calls.clear()
            await counting.prepare(task(tmp_path, "a", fault, "b", "d"))
            assert counting.calls == calls


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
    some = task(tmp_path, "a.txt")

    def fails(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as failing:
        failing.setattr(os, call, fails)
        [result] = prepare.prepare_files(some)
    assert type(result) is kind


def test_what_the_system_denies_a_reader_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(normalise, "normalise", fails)
    [result] = prepare.prepare_files(task(tmp_path, "a.txt"))
    assert type(result) is InputOutputError


@pytest.fixture(params=["no interpreter", "no process", "no pipe"])
def no_start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """While it is in force no process can be started, nor the fork server that would fork it."""

    def fails(*_: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with monkeypatch.context() as failing, fork_servers.own(failing):
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
    some = task(tmp_path, "a", "b")
    with closing(WorkerPool(LIMITS)) as workers:
        for _ in range(2):
            with pytest.raises(WorkersUnavailable, match=r"cannot be started: .+; check that .+python"):
                await workers.prepare(some)
        no_start.undo()
        assert list(map(words, await workers.prepare(some))) == ["News of a.", "News of b."]


async def test_workers_that_cannot_be_started_again_are_no_fault_of_the_file(
    workers: WorkerPool, no_start: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    some = task(tmp_path, "a", "b")
    os.kill(workers.run(pid, None).result(), signal.SIGKILL)
    with pytest.raises(WorkersUnavailable):
        await workers.prepare(some)
    no_start.undo()
    assert list(map(words, await workers.prepare(some))) == ["News of a.", "News of b."]


async def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    long = Task(tmp_path, (written(tmp_path, "long.txt", LONG),))
    with closing(WorkerPool(Limits(workers=1, reading_seconds=0.05))) as hasty:
        [result] = await hasty.prepare(long)
    assert isinstance(result, TookTooLong)


async def test_a_file_that_needs_too_much_memory_is_given_up(tmp_path: Path) -> None:
    files = Task(tmp_path, (written(tmp_path, "large.txt", LONG), written(tmp_path, "a.txt")))
    with closing(WorkerPool(LIMITS.model_copy(update={"reading_memory_bytes": 320 * 2**20}))) as narrow:
        large, small = await narrow.prepare(files)
    assert isinstance(large, ReaderDied)
    assert isinstance(small, PreparedFile)


def test_no_more_than_a_file_s_size_is_allocated_to_read_it(tmp_path: Path) -> None:
    file = replace(written(tmp_path, "a"), known_digests=frozenset({model.digest_of(b"News.")}))
    tracemalloc.start()
    try:
        [result] = prepare.prepare_files(Task(tmp_path, (file,)))
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()
    assert isinstance(result, PreparedFile)


async def test_the_limits_of_a_file_are_those_of_the_pool(tmp_path: Path) -> None:
    with closing(WorkerPool(Limits(workers=1, file_bytes=5))) as small:
        assert [type(result) for result in await small.prepare(task(tmp_path, "a"))] == [TooLarge]


@pytest.mark.parametrize("count", [1, 3])
def test_a_pool_that_still_starts_its_processes_can_be_closed(count: int) -> None:
    pool_ = WorkerPool(Limits(workers=count))
    pool_.warm_up()
    pool_.close()
    assert not multiprocessing.active_children()


def test_there_is_a_worker_for_each_processor_unless_another_number_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors, expected in ((1, 1), (2, 2), (64, 4)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, count=processors: set(range(count)))
        with closing(WorkerPool(Limits())) as pool_:
            assert pool_.count == expected
