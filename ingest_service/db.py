"""The ingest service's database: one engine, and transactions in which functions of a Session run.

Reads see one snapshot and are rolled back; writes are immediate on SQLite, one at a time, and commit at the end. From
the event loop both run in threads, one hop each.
"""

import asyncio
import functools
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy
from sqlalchemy import event, exc
from sqlalchemy.orm import Session

from ingest_service.errors import DatabaseAway, SettingsWrong

try:
    import pysqlite3 as sqlite_driver  # type: ignore[import-untyped]  # The package ships no stubs.
except ImportError:
    import sqlite3 as sqlite_driver

P = ParamSpec("P")
T = TypeVar("T")

OLDEST_SQLITE = (3, 43)
READERS = 4
IN_ONE_STATEMENT = 500
BUSY_MILLISECONDS = 10_000
SQLITE_MAGIC = b"SQLite format 3\0"
LONGEST_REASON = 300


class Database:
    """An engine with its threads; `close` ends both."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(_parsed(url))
        one_at_a_time = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if one_at_a_time else nullcontext()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ingest-read")
        self._writers = ThreadPoolExecutor(1 if one_at_a_time else READERS, thread_name_prefix="ingest-write")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one snapshot and changes nothing. Raises DatabaseAway."""
        with self._translated(), self._connect(write=False) as connection, Session(connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits at the end, or rolls back on any error. Raises DatabaseAway."""
        with (
            self._turn,
            self._translated(),
            self._connect(write=True) as connection,
            Session(connection) as session,
            connection.begin(),
        ):
            yield session
            session.flush()

    @contextmanager
    def migrating(self) -> Iterator[sqlalchemy.Connection]:
        """A connection in one transaction for Alembic; on SQLite foreign keys rest while tables are made anew."""
        with self._turn, self._translated(), self.engine.connect() as connection:
            self._enforce_keys(connection, "OFF")
            with connection.execution_options(immediate=True).begin():
                yield connection
            self._enforce_keys(connection, "ON")

    @staticmethod
    def _enforce_keys(connection: sqlalchemy.Connection, state: str) -> None:
        if connection.dialect.name == "sqlite":
            # Beside SQLAlchemy: inside a transaction this pragma does nothing.
            driver: Any = connection.connection.driver_connection
            driver.execute(f"PRAGMA foreign_keys={state}").close()

    async def read(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` of a reading session returns, run in a thread."""
        return await self._run(self._readers, self.reading, function, *args, **kwargs)

    async def write(self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` of a writing session returns, run in a thread and committed."""
        return await self._run(self._writers, self.writing, function, *args, **kwargs)

    def close(self) -> None:
        """Waits for the threads and closes every connection."""
        self._readers.shutdown()
        self._writers.shutdown()
        self.engine.dispose()

    def _connect(self, *, write: bool) -> sqlalchemy.Connection:
        if self.engine.dialect.name == "sqlite":
            return self.engine.connect().execution_options(immediate=write)
        if write:
            return self.engine.connect()
        return self.engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.OperationalError as error:
            raise away(self.engine, error) from error

    @staticmethod
    async def _run(
        threads: ThreadPoolExecutor,
        transaction: Callable[[], AbstractContextManager[Session]],
        function: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        def whole() -> T:
            with transaction() as session:
                return function(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(threads, functools.partial(whole))


def away(engine: sqlalchemy.Engine, error: exc.OperationalError) -> DatabaseAway:
    """What a driver says of a database that cannot be used, in one line; the URL without its password."""
    said = textwrap.shorten(str(error.orig), LONGEST_REASON)
    return DatabaseAway(f"{engine.url.render_as_string()}: {said}")


def check_exists(url: str) -> None:
    """Raises DatabaseAway where SQLite would make a file, as for a mistyped name."""
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise DatabaseAway(f"there is no database {parsed.database}: `ingest-service migrate up` makes one")


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Few enough at once for the parameters of one statement."""
    for start in range(0, len(values), IN_ONE_STATEMENT):
        yield values[start : start + IN_ONE_STATEMENT]


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    return str(sqlite_driver.sqlite_version)


def _parsed(url: str) -> sqlalchemy.URL:
    try:
        return sqlalchemy.make_url(url)
    except (ValueError, exc.ArgumentError):
        raise SettingsWrong("INGEST_DATABASE_URL: cannot be read as an address") from None


def _engine(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    if url.get_backend_name() != "sqlite":
        return sqlalchemy.create_engine(
            url, pool_size=2 * READERS, pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
    if tuple(map(int, sqlite_version().split(".")[:2])) < OLDEST_SQLITE:
        raise DatabaseAway(f"SQLite {sqlite_version()} is too old; 3.43 or newer is needed: install pysqlite3")
    _prepare_place(Path(url.database or ""))
    engine = sqlalchemy.create_engine(url, module=sqlite_driver, pool_size=2 * READERS)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_place(path: Path) -> None:
    """Makes the folder of a new database. Raises DatabaseAway where another file stands in its place."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("rb") as file:
            begins = file.read(len(SQLITE_MAGIC))
    except OSError:
        # Not there yet, or the driver says what is wrong.
        return
    if begins not in (b"", SQLITE_MAGIC):
        raise DatabaseAway(f"{path} is no SQLite database")


def _prepare_connection(connection: Any, _record: object) -> None:  # noqa: ANN401  Drivers share no type with these.
    # The driver must not open transactions on its own: a plain BEGIN that writes later fails under load.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sqlalchemy.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
