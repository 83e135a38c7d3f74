"""The ingest service's database: one engine, and transactions in which functions of a Session run.

A reading transaction sees one snapshot and is rolled back. A writing transaction commits at the end, or rolls back on
any error. On SQLite it begins immediately and runs alone. From the event loop both run in threads, one hop each.
`catalog_service/store/db.py` is the twin of this module; `tests/twins` compares the two.
"""

import asyncio
import functools
import json
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import pydantic_core
import sqlalchemy
from sqlalchemy import event, exc
from sqlalchemy.orm import Session

from ingest_service.errors import DatabaseAway, DatabaseUnusable, SettingsWrong
from ingest_service.store import driver

try:
    import pysqlite3 as sqlite_driver  # type: ignore[import-untyped]  # The package ships no stubs.
except ImportError:
    import sqlite3 as sqlite_driver

P = ParamSpec("P")
T = TypeVar("T")
Translation: TypeAlias = type[DatabaseAway] | type[DatabaseUnusable] | type[SettingsWrong]

SETTING = "INGEST_DATABASE_URL"
MIGRATE = "ingest-service migrate up"
READERS = 4
IN_ONE_STATEMENT = 500
# The connection used last is used again: it has the statements prepared, and on SQLite the pages in its cache.
POOL: Mapping[str, Any] = {"pool_size": 2 * READERS, "pool_use_lifo": True}
OLDEST_SQLITE = (3, 43)
BUSY_MILLISECONDS = 10_000
SQLITE_MAGIC = b"SQLite format 3\0"
LONGEST_REASON = 300
# SQLite's primary result codes, by the word behind SQLITE_, of conditions that end without a change of the program.
SQLITE_AWAY = frozenset({"BUSY", "CANTOPEN", "FULL", "IOERR", "LOCKED", "NOMEM", "PERM", "PROTOCOL", "READONLY"})
SQLITE_UNUSABLE = frozenset({"CORRUPT", "NOTADB"})
# PostgreSQL's SQLSTATEs (its manual, appendix A), whole or by their class: connection lost, resources short, server
# stopping or starting, errors of its system; then read-only server, serialization failure, deadlock, lock time-out.
POSTGRES_AWAY = ("08", "53", "57P", "58", "25006", "40001", "40P01", "55P03")
POSTGRES_UNUSABLE = ("XX001", "XX002")


class Database:
    """An engine with its threads; `close` ends both. Raises SettingsWrong, DatabaseAway, DatabaseUnusable."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(parsed(url))
        one_at_a_time = self.engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if one_at_a_time else nullcontext()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="ingest-read")
        self._writers = ThreadPoolExecutor(1 if one_at_a_time else READERS, thread_name_prefix="ingest-write")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that sees one snapshot and changes nothing. Raises DatabaseAway, DatabaseUnusable."""
        with translated(self.engine), self._connect(write=False) as connection, Session(connection) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits at the end, or rolls back on any error. Raises DatabaseAway, DatabaseUnusable."""
        with (
            self._turn,
            translated(self.engine),
            self._connect(write=True) as connection,
            Session(connection) as session,
            connection.begin(),
        ):
            yield session
            session.flush()

    @contextmanager
    def migrating(self) -> Iterator[sqlalchemy.Connection]:
        """A connection in one transaction for Alembic. On SQLite foreign keys are off while tables are made anew."""
        with self._turn, translated(self.engine), self.engine.connect() as connection:
            self._enforce_keys(connection, "OFF")
            with connection.execution_options(immediate=True).begin():
                yield connection
            self._enforce_keys(connection, "ON")

    @staticmethod
    def _enforce_keys(connection: sqlalchemy.Connection, state: str) -> None:
        if connection.dialect.name == "sqlite":
            # Executed by the driver: SQLAlchemy would begin a transaction, inside which this pragma has no effect.
            opened: Any = connection.connection.driver_connection
            opened.execute(f"PRAGMA foreign_keys={state}").close()

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


@contextmanager
def translated(engine: sqlalchemy.Engine) -> Iterator[None]:
    """Translates the driver's errors about the database's condition; an error that the program caused stays as it is.

    Raises DatabaseAway, DatabaseUnusable, SettingsWrong: one line, with the URL and without its password.
    """
    try:
        yield
    except exc.DBAPIError as error:
        error_type = _translation(error)
        if error_type is None:
            raise
        reason = textwrap.shorten(str(error.orig), LONGEST_REASON)
        # The query of a URL may hold a password too.
        place = SETTING if error_type is SettingsWrong else engine.url.set(query={}).render_as_string()
        raise error_type(f"{place}: {reason}") from error


def _translation(error: exc.DBAPIError) -> Translation | None:
    """The error of this service that corresponds to a driver's error; None if the program caused it."""
    if isinstance(error.orig, sqlite_driver.Error):
        word = str(getattr(error.orig, "sqlite_errorname", "SQLITE_ERROR")).split("_")[1]
        return DatabaseAway if word in SQLITE_AWAY else DatabaseUnusable if word in SQLITE_UNUSABLE else None
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return _translation_without_state(error)
    if state.startswith(POSTGRES_UNUSABLE):
        return DatabaseUnusable
    return DatabaseAway if error.connection_invalidated or state.startswith(POSTGRES_AWAY) else None


def _translation_without_state(error: exc.DBAPIError) -> Translation | None:
    """As `_translation`, for an error on the client's side of PostgreSQL, which has no SQLSTATE."""
    connecting = error.statement is None
    if connecting and isinstance(error, exc.ProgrammingError):
        # The URL has an option that the driver does not know.
        return SettingsWrong
    return DatabaseAway if connecting or error.connection_invalidated else None


def check_exists(url: str) -> None:
    """Raises DatabaseAway where SQLite would make a file, as for a mistyped name."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise DatabaseAway(f"there is no database {file}: `{MIGRATE}` makes one")


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL. Raises SettingsWrong."""
    address = parsed(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices of the values, each small enough for the parameters of one statement."""
    for start in range(0, len(values), IN_ONE_STATEMENT):
        yield values[start : start + IN_ONE_STATEMENT]


def sqlite_version() -> str:
    """The version of the SQLite library in use."""
    return str(sqlite_driver.sqlite_version)


def parsed(url: str) -> sqlalchemy.URL:
    """The URL, parsed. Raises SettingsWrong."""
    try:
        address = sqlalchemy.make_url(url)
    except (ValueError, exc.ArgumentError):
        raise SettingsWrong(f"{SETTING}: cannot be read as an address") from None
    if address.get_backend_name() == "sqlite" and address.query:
        raise SettingsWrong(f"{SETTING}: the name of an SQLite file takes no options (what follows `?`)")
    return address


def _engine(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    if url.get_backend_name() != "sqlite":
        return _postgres_engine(url)
    if tuple(map(int, sqlite_version().split(".")[:2])) < OLDEST_SQLITE:
        raise DatabaseUnusable(f"SQLite {sqlite_version()} is too old; 3.43 or newer is needed: install pysqlite3")
    _prepare_place(Path(url.database or ""))
    engine = sqlalchemy.create_engine(url, module=sqlite_driver, json_serializer=to_json, **POOL)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _postgres_engine(url: sqlalchemy.URL) -> sqlalchemy.Engine:
    try:
        return sqlalchemy.create_engine(
            url, json_serializer=to_json, **POOL, pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
    except ImportError as error:
        raise SettingsWrong(f"{SETTING}: PostgreSQL needs the extra `postgres` of this package: {error}") from error


def to_json(value: Any) -> str:  # noqa: ANN401  Whatever a column or a parameter holds.
    """The value as JSON with letters of all scripts as they are; small values take a fifth of `json.dumps`."""
    try:
        return pydantic_core.to_json(value).decode()
    except pydantic_core.PydanticSerializationError:
        # Half of a surrogate pair, as in the name of a file that is not UTF-8, can only be escaped.
        return json.dumps(value)


def _prepare_place(path: Path) -> None:
    """Makes the folder of a new database. Raises DatabaseUnusable where the path holds something else."""
    begins = b""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A pipe is not opened: that would wait for its writer.
        regular = path.is_file() or not path.exists()
        if path.is_file():
            with path.open("rb") as file:
                begins = file.read(len(SQLITE_MAGIC))
    except OSError:
        # The driver reports the reason when it connects.
        return
    if not regular or begins not in (b"", SQLITE_MAGIC):
        raise DatabaseUnusable(f"{path} is no SQLite database; set {SETTING} to another file")


def _prepare_connection(connection: Any, _record: object) -> None:  # noqa: ANN401  Drivers share no type with these.
    # The driver must not open transactions on its own: a plain BEGIN that writes later fails under load.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sqlalchemy.Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    driver.execute(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN")
