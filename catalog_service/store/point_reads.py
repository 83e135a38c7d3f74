"""Point reads: short reads by primary key, on SQLite without a thread.

To run such a read in a thread, in a transaction of SQLAlchemy's, costs ten times as much as its statements.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, exc
from sqlalchemy.orm import Session

from catalog_service.store.db import Database
from catalog_service.store.prepared import Reader

P = ParamSpec("P")
T = TypeVar("T")

# Instructions of SQLite's virtual machine that one read may execute in the event loop: a few milliseconds. One document
# needs about a thousand, and one with ten thousand copies a million.
MAX_STEPS = 100_000
STEPS_BETWEEN_CHECKS = 1_000


class PointReader:
    """Runs point reads for one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = database.engine.dialect
        self._in_loop = dialect.name == "sqlite"
        self._errors = (exc.DBAPIError, dialect.loaded_dbapi.Error)
        self._connection: Connection | None = None
        self._opening: asyncio.Task[None] | None = None
        self._checks_left = 0

    async def read(self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` returns of one snapshot, in which every transaction that was committed before is visible.

        On SQLite it runs in the event loop. There it waits for nothing: where the database is locked, the statements
        take more than `MAX_STEPS`, or anything is wrong with the database, it runs again in a thread, by
        `Database.read`. On PostgreSQL, where each statement is a round trip, it always runs in a thread.
        Raises DatabaseAway, DatabaseUnusable.
        """
        return await self.look_up(_in_transaction, function, *args, **kwargs)

    async def look_up(self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for a function that one statement decides: alone, it needs no transaction."""
        if self._in_loop:
            try:
                connection = self._connection or await self._open()
                self._checks_left = MAX_STEPS // STEPS_BETWEEN_CHECKS
                return function(connection, *args, **kwargs)
            except self._errors:
                self.close()
        return await self._database.read(function, *args, **kwargs)

    def close(self) -> None:
        """Closes the connection of the event loop; the next read opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _open(self) -> Connection:
        while self._connection is None:
            if self._opening is None:
                self._opening = asyncio.create_task(self._keep_new())
            # Several reads may wait for it: the cancellation of one must not end it.
            await asyncio.shield(self._opening)
        return self._connection

    async def _keep_new(self) -> None:
        try:
            # In a thread, because a connection that is being opened may have to wait for a lock.
            self._connection = await asyncio.to_thread(self._connect)
        finally:
            self._opening = None

    def _connect(self) -> Connection:
        """A connection of SQLite that writes nothing, waits for no lock, and interrupts a read of too many steps."""
        connection = self._database.engine.connect()
        # It never returns to the pool, whose connections write and wait: not even if the opening fails half-way.
        connection.detach()
        driver: Any = connection.connection.dbapi_connection
        for pragma in ("query_only=ON", "busy_timeout=0"):
            driver.execute(f"PRAGMA {pragma}").close()
        driver.set_progress_handler(self._has_ended, STEPS_BETWEEN_CHECKS)
        return connection

    def _has_ended(self) -> bool:
        """Whether the read that is running must end here."""
        self._checks_left -= 1
        return self._checks_left < 0


def _in_transaction(
    reader: Reader, function: Callable[Concatenate[Reader, P], T], /, *args: P.args, **kwargs: P.kwargs
) -> T:
    """What `function` returns, in a transaction on the connection of the event loop; a session already is in one."""
    if isinstance(reader, Session):
        return function(reader, *args, **kwargs)
    driver: Any = reader.connection.dbapi_connection
    # Executed by the driver: a transaction of SQLAlchemy's costs more than the read. It ends with the read, so the
    # next one sees what was committed meanwhile, and no checkpoint of the WAL waits for it.
    driver.execute("BEGIN")
    try:
        return function(reader, *args, **kwargs)
    finally:
        driver.execute("ROLLBACK")
