"""Notices of commits, also of other processes that share the database: LISTEN on PostgreSQL, a clock on SQLite.

A notice carries no data, and one may be lost: its receiver reads the database.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from catalog_service.store.counter import CHANNEL
from catalog_service.store.db import Database

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# SQLite sends no notices, so commits of other processes are found by reading this often.
TICK_SECONDS = 1.0
# PostgreSQL notifies; a notice that was lost with a connection is made up for this often.
LISTEN_SECONDS = 15.0
RETRY_SECONDS = 2.0


async def watch(database: Database, wake: Callable[[], None]) -> None:
    """Calls `wake` after each commit of any process, and sometimes without one; ends only by being cancelled."""
    if database.engine.dialect.name == "postgresql":
        await _listen(database, wake)
    while True:
        await asyncio.sleep(TICK_SECONDS)
        wake()


async def _listen(database: Database, wake: Callable[[], None]) -> None:
    """Listens on a connection of its own; where that is lost, connects again."""
    # Only where a URL names PostgreSQL: the driver is an extra of the package.
    import psycopg  # noqa: PLC0415  See above.

    while True:
        with suppress(psycopg.Error):
            async with await _connect(database) as connection:
                await _pass_on(connection, wake)
        await asyncio.sleep(RETRY_SECONDS)
        wake()


async def _connect(database: Database) -> "AsyncConnection":
    """A connection with the parameters of the engine's connections. Raises psycopg.Error."""
    from psycopg import AsyncConnection  # noqa: PLC0415  See `_listen`.

    _, parameters = database.engine.dialect.create_connect_args(database.engine.url)
    return await AsyncConnection.connect(**{"connect_timeout": 10, **parameters, "autocommit": True})


async def _pass_on(connection: "AsyncConnection", wake: Callable[[], None]) -> None:
    """Calls `wake` for each notice, and when none came for `LISTEN_SECONDS`. Raises psycopg.Error when it is lost."""
    while True:
        # Repeated, it has no effect but to show whether the connection still works.
        await connection.execute(f"LISTEN {CHANNEL}")
        wake()
        async for _notice in connection.notifies(timeout=LISTEN_SECONDS):
            wake()
