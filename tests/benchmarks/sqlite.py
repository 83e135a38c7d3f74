"""Connections to SQLite without SQLAlchemy, by the driver that the services use as well."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

try:
    import pysqlite3 as driver  # type: ignore[import-untyped]  # The package ships no stubs.
except ImportError:
    driver = sqlite3


def connect(path: Path, *, check_same_thread: bool = True) -> sqlite3.Connection:
    """A connection without implicit transactions."""
    connection: sqlite3.Connection = driver.connect(path, isolation_level=None, check_same_thread=check_same_thread)
    return connection


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that is closed at the end of the block."""
    with closing(connect(path)) as connection:
        yield connection
