"""The worker pool: processes that read files and judge pairs of texts.

If a file crashes its reader, or exceeds time or memory, only the worker ends; the file is quarantined with a reason.
"""

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver, spawn
from multiprocessing.context import ForkServerContext
from typing import Any, TypeVar

import structlog
from pebble import ProcessExpired, ProcessPool

from ingest_service.errors import ReaderDied, ReaderKilled, TookTooLong, WorkersUnavailable
from ingest_service.settings import Limits
from ingest_service.workers import cache, prepare
from ingest_service.workers.cache import FactsCache
from ingest_service.workers.prepare import FileResult, PreparedFile, Task

A = TypeVar("A")
R = TypeVar("R")

log = structlog.get_logger()

FORK_SERVER = "ingest_service.workers.fork_server"
PR_SET_PDEATHSIG = 1
# The exit code that `multiprocessing` reports of processes whose fork server has ended; a reader may also exit with it.
FORK_SERVER_ENDED = 255
# The most processes that are started by default, one a processor: the service does not keep more of them busy.
MOST_BY_DEFAULT = 4
# How many times in a row the pool may break before a worker begins with a file, or the fork server may seem to end.
MAX_ATTEMPTS = 3
# Seconds between two checks of the pool: one that breaks may lose a call just submitted.
CHECK_SECONDS = 0.5
# Seconds beyond the time limit of a call after which, if no call was answered, the pool is stuck: a worker that is
# killed while it sends an answer leaves a half of it in the pipe of all workers, and the lock of that pipe.
STUCK_SECONDS = 10.0
# The signals that a process causes by its own fault. Others are sent from outside.
CRASHES = {
    signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE, signal.SIGILL, signal.SIGSYS, signal.SIGTRAP,
}  # fmt: skip


class WorkerPool:
    """The worker processes of the service; `close` ends them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.count = limits.workers or min(MOST_BY_DEFAULT, len(os.sched_getaffinity(0)))
        """The number of worker processes."""
        self._pool = self._start()
        self._closed = threading.Event()
        self._pending: set[Future[Any]] = set()
        self._answered_at = time.monotonic()
        self._lock = threading.Lock()
        # It starts the processes, which takes a second. Later calls are scheduled without a change of threads.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker-pool")
        self._is_started = False
        self.facts = FactsCache()
        """The facts of the texts that the workers have read, and of those that this process judges."""
        self._checks = threading.Thread(target=self._check_until_closed, name="worker-pool-checks", daemon=True)
        self._checks.start()

    async def prepare(self, task: Task) -> list[FileResult]:
        """Prepares the files of a task in a worker, each to its content or its error; caches the facts of their texts.

        Raises WorkersUnavailable when no worker can be started.
        """
        results = await (self._prepare_alone(task) if len(task.files) == 1 else self._prepare_together(task))
        for result in results:
            if isinstance(result, PreparedFile):
                for item in result.items:
                    self.facts.put(item.article.digest, item.facts)
        return results

    async def _prepare_together(self, task: Task) -> list[FileResult]:
        """Prepares several files in one call, and again alone those that the call did not prepare.

        A file that crashes, hangs or exceeds the memory takes the results of the others with it. Alone, each file has
        the whole time limit, and its own reason to fail.
        """
        try:
            results = await self._call(prepare.prepare_files, task)
        except (OutOfTime, ProcessExpired, BrokenProcessPool):
            log.info("files are read one by one, since reading them together failed", files=len(task.files))
            alone = await asyncio.gather(*map(self._prepare_alone, task.divided()))
            return [result for [result] in alone]
        for number, single in enumerate(task.divided()):
            # The memory was used up, perhaps by the others.
            if isinstance(results[number], ReaderDied):
                [results[number]] = await self._prepare_alone(single)
        return results

    async def _prepare_alone(self, task: Task) -> list[FileResult]:
        """Prepares a single file. A fault of its worker becomes the error of the file."""
        failure: ReaderDied | ReaderKilled
        for _ in range(MAX_ATTEMPTS):
            try:
                return await self._call(prepare.prepare_files, task)
            except OutOfTime:
                return [TookTooLong(f"Reading took longer than {self._limits.reading_seconds:g} seconds.")]
            except ProcessExpired as expired:
                failure = _died(expired)
                if expired.exitcode != FORK_SERVER_ENDED:
                    return [failure]
            except BrokenProcessPool:
                failure = ReaderKilled("The processes that read files were ended before they began with it.")
            log.warning("the processes that read files were ended; others are started")
        await self._check()
        return [failure]

    async def _check(self) -> None:
        """Raises WorkersUnavailable when workers cannot even do nothing: then no file is the reason."""
        try:
            await self._call(_do_nothing, None)
        except (OutOfTime, ProcessExpired, BrokenProcessPool):
            raise _unavailable("they end before they begin with a file") from None

    async def _call(self, function: Callable[[A], R], argument: A) -> R:
        """The result of a call. Raises what the call raises, and BrokenProcessPool when the pool has lost it."""
        if self._is_started:
            call = self.run(function, argument)
        else:
            call = await asyncio.wrap_future(self._starter.submit(self.run, function, argument))
        return await asyncio.wrap_future(call)

    def run(self, function: Callable[[A], R], argument: A) -> "Future[R]":
        """Schedules a call of a function in a worker, with the time limit for reading a file.

        The first call waits until the processes are started. The future fails with WorkersUnavailable when the system
        starts none.
        """
        future: Future[R] = Future()
        with self._lock:
            if self._closed.is_set():
                future.cancel()
                return future
            try:
                self._replace_broken()
                future = self._pool.schedule(function, args=(argument,), timeout=self._limits.reading_seconds)
            except (OSError, BrokenProcessPool) as error:
                self._replace()
                future.set_exception(_unavailable(str(error.__cause__ or error)))
            else:
                self._is_started = True
                if not self._pending:
                    self._answered_at = time.monotonic()
                self._pending.add(future)
                future.add_done_callback(self._note_answer)
        return future

    def warm_up(self) -> None:
        """Starts the processes before the first file, without waiting for them."""
        if not self._is_started:
            self._starter.submit(self.run, _do_nothing, None)

    def close(self) -> None:
        """Ends the processes at once, without waiting for their calls, which are cancelled."""
        with self._lock:
            self._closed.set()
            # Stopping the pool would fail them.
            for future in tuple(self._pending):
                future.cancel()
            self._end()
        self._starter.shutdown()
        self._checks.join()

    def _note_answer(self, future: "Future[Any]") -> None:
        self._pending.discard(future)
        self._answered_at = time.monotonic()

    def _check_until_closed(self) -> None:
        """In a thread of its own: replaces a pool that is broken or stuck, whatever waits for its calls."""
        while not self._closed.wait(CHECK_SECONDS):
            with self._lock:
                if self._pending and not self._closed.is_set():
                    self._replace_unusable()

    def _replace_unusable(self) -> None:
        waited = time.monotonic() - self._answered_at
        if waited > self._limits.reading_seconds + STUCK_SECONDS:
            log.warning("no process that reads files answers; others are started", seconds=round(waited))
            self._replace()
        else:
            self._replace_broken()

    def _start(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self.count,
            initializer=_begin_worker,
            initargs=(self._limits,),
            context=_context(),
        )

    def _replace_broken(self) -> None:
        # The pool breaks when a process is killed while all are idle.
        if not self._pool.active:
            self._replace()

    def _replace(self) -> None:
        """Starts another pool; calls that the old one has lost fail with BrokenProcessPool."""
        self._end()
        self._pool = self._start()
        self._is_started = False
        for future in tuple(self._pending):
            # The event loop may have cancelled it just now.
            with contextlib.suppress(InvalidStateError):
                future.set_exception(BrokenProcessPool())

    def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # The package's stubs leave it out.
        self._pool.join()


def _context() -> ForkServerContext:
    """Starts processes by forking one that has imported what a worker needs, which takes milliseconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([FORK_SERVER, "__main__"])
    return context


def _unavailable(reason: str) -> WorkersUnavailable:
    interpreter = os.fsdecode(spawn.get_executable())
    return WorkersUnavailable(
        f"the processes that read files cannot be started: {reason}; check that {interpreter} can be executed, "
        "and that the limits of memory and of processes are high enough"
    )


def _died(expired: ProcessExpired) -> ReaderDied | ReaderKilled:
    """The error for a worker process that ended: it crashed, or a signal from outside ended it."""
    code = expired.exitcode
    if code is None or code >= 0:
        return ReaderDied(f"The process that read the file ended with exit code {code}.")
    number = signal.Signals(-code)
    if number in CRASHES:
        return ReaderDied(f"The process that read the file crashed ({number.name}).")
    return ReaderKilled(f"The process that read the file was ended from outside ({number.name}).")


def _do_nothing(_: None) -> None:
    """Does nothing. If the call returns, a worker has started."""


def _begin_worker(limits: Limits) -> None:
    """Initializes a worker: limits, end with the service, cache. Ctrl-C is handled by the service."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (limits.reading_memory_bytes, limits.reading_memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _end_with_the_service()
    cache.create_worker_cache()
    prepare.set_limits(limits)


def _end_with_the_service() -> None:
    """Has the system end this worker with the fork server, which ends when the service has ended."""
    # The fork server waits until no process has this pipe open any longer; a worker inherits it.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
