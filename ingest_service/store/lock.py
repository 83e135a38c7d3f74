"""The lock on a database: one running ingest service owns it. The lock ends with the process.

On SQLite it is a lock on a file beside the database, which the kernel frees. On PostgreSQL it is an advisory lock,
which the server frees when its connection ends.
"""

import abc
import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy
from sqlalchemy import exc

from ingest_service.errors import DatabaseAway, DatabaseTaken
from ingest_service.store.db import translated

# "palimpse" in ASCII: the same in every release; another program is unlikely to use it.
ADVISORY_KEY = 0x70616C69_6D707365
CHECK_SECONDS = 5.0


@contextmanager
def owning(engine: sqlalchemy.Engine) -> Iterator["Ownership"]:
    """Owns the database until the block ends. Raises DatabaseAway, and DatabaseTaken if another service owns it."""
    ownership = FileLock(engine) if engine.dialect.name == "sqlite" else AdvisoryLock(engine)
    ownership.take()
    try:
        yield ownership
    finally:
        ownership.release()


def file_beside(database: Path) -> Path:
    """The lock file of an SQLite database."""
    return Path(f"{database}.lock")


class Ownership(abc.ABC):
    """A lock on the database."""

    @abc.abstractmethod
    def take(self) -> None:
        """Takes the lock, or raises DatabaseTaken at once."""

    @abc.abstractmethod
    def release(self) -> None:
        """Releases the lock."""

    async def guard(self) -> None:
        """Keeps the lock and never returns. Raises DatabaseTaken if it was lost and another service has it now."""
        await asyncio.Event().wait()


class FileLock(Ownership):
    """A lock on `<database>.lock`."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._path = file_beside(Path(engine.url.database or ""))

    def take(self) -> None:
        """Locks the file. It is never removed: two services could then each lock a file of this name."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("w")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise DatabaseTaken(f"another ingest service uses {self._path.with_suffix('')}") from None
        except OSError as error:
            raise DatabaseAway(f"{self._path} cannot be locked: {error.strerror}") from error

    def release(self) -> None:
        """Closes the file, which frees the lock."""
        self._file.close()


class AdvisoryLock(Ownership):
    """An advisory lock on a connection of its own."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine

    def take(self) -> None:
        """Connects and locks."""
        query = sqlalchemy.select(sqlalchemy.func.pg_try_advisory_lock(ADVISORY_KEY))
        with translated(self._engine):
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            taken = self._connection.scalar(query)
        if not taken:
            self._connection.close()
            raise DatabaseTaken(f"another ingest service uses {self._engine.url.render_as_string()}")

    def release(self) -> None:
        """Frees the lock and closes the connection. If the connection was lost, the server has freed the lock."""
        with suppress(exc.SQLAlchemyError):
            # Unlocked explicitly: the server notices a closed connection only a moment later.
            self._connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_unlock(ADVISORY_KEY)))
        self._connection.close()

    async def guard(self) -> None:
        """Checks the connection regularly. A lost one is replaced, unless another service has taken the lock."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await asyncio.to_thread(self.check)

    def check(self) -> None:
        """Takes the lock again if it was lost. Raises DatabaseTaken; while the database is away, does nothing."""
        try:
            self._connection.execute(sqlalchemy.select(1))
        except exc.SQLAlchemyError:
            self._connection.close()
            try:
                self.take()
            except DatabaseAway:
                return
