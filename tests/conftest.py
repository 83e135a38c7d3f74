"""What every test may ask for, a database of its own on SQLite or PostgreSQL, and what it is held to: no leaks."""

import gc
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing import forkserver
from multiprocessing import resource_tracker as resource_tracker_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from tests import memory, postgres

LEAK_SECONDS = 2.0
# A statement with more parameters than this has one for each row of something; PostgreSQL refuses 65,536 of them.
MOST_PARAMETERS = 10_000


@pytest.fixture(scope="session", autouse=True)
def resource_tracker() -> None:
    """Python's own helper for worker processes: started once, it stays with its pipe until the end."""
    resource_tracker_module.ensure_running()


@pytest.fixture(scope="session", autouse=True)
def bounded_statements() -> Iterator[None]:
    """No statement of any test, on any engine, has more than MOST_PARAMETERS parameters."""
    sa.event.listen(sa.Engine, "before_cursor_execute", check_parameters)
    yield
    sa.event.remove(sa.Engine, "before_cursor_execute", check_parameters)


def check_parameters(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401  Drivers share no type.
    """Raises AssertionError when a statement has too many parameters; a list holds those of several executions."""
    for of_one_execution in parameters if isinstance(parameters, list) else [parameters]:
        count = len(of_one_execution or ())
        assert count <= MOST_PARAMETERS, f"{count} parameters in one statement: {statement[:300]} ..."


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL, one per test process. Where there is none: a skip on a laptop, a failure in CI."""
    try:
        with postgres.running(os.environ, parent=memory.parent()) as server:
            yield server
    except postgres.Missing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture
def sqlite_url() -> Iterator[str]:
    """The URL of an SQLite database that does not exist yet, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=memory.parent()) as folder:
        yield f"sqlite:///{folder}/test.db"


@pytest.fixture
def postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, gone after the test."""
    url = postgres_server.create()
    yield url.render_as_string(hide_password=False)
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def logs_restored() -> Iterator[None]:
    """Restores what a test changed of the process's logging."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """A test ends with the threads and open files it began with; what is still on its way out gets two seconds."""
    threads, files = set(threading.enumerate()), open_files()
    yield
    deadline = time.monotonic() + LEAK_SECONDS
    while leaked := leaks(threads, files):
        if time.monotonic() > deadline:
            pytest.fail(f"left behind: {', '.join(leaked)}")
        # A file held only by a reference cycle is closed here, not leaked.
        gc.collect()
        time.sleep(0.01)


def leaks(threads: set[threading.Thread], files: dict[int, str]) -> list[str]:
    """What is there now and was not before: names of threads, and descriptors with what they point at."""
    new_threads = [f"thread {thread.name}" for thread in threading.enumerate() if thread not in threads]
    new_files = [f"file {number} ({target})" for number, target in open_files().items() if number not in files]
    return new_threads + new_files


def open_files() -> dict[int, str]:
    """The open descriptors of this process and what each points at; empty where unknown.

    Without reserved ports, and the pipe of the fork server, which all pools of this process share.
    """
    targets: dict[int, str] = {}
    reserved = {reservation.fileno() for reservation in postgres.RESERVATIONS}
    reserved.add(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return targets
    for entry in folder.iterdir():
        if int(entry.name) in reserved:
            continue
        try:
            targets[int(entry.name)] = str(entry.readlink())
        except FileNotFoundError:
            # The descriptor that reads the folder itself is closed by now.
            continue
    return targets
