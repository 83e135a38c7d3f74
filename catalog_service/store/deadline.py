"""Limits the time that the statements of a transaction take, on both databases."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import exc, text
from sqlalchemy.orm import Session

# Instructions of SQLite's virtual machine between two looks at the clock.
STEPS_BETWEEN_CHECKS = 1_000
# PostgreSQL's SQLSTATE of a cancelled statement.
QUERY_CANCELED = "57014"


class Exceeded(Exception):
    """The statements took longer than they may."""


@contextmanager
def limited(session: Session, seconds: float) -> Iterator[None]:
    """Ends statements that run when `seconds` have passed: on PostgreSQL, since each began. Raises Exceeded."""
    connection = session.connection()
    try:
        if connection.dialect.name == "postgresql":
            with _statement_timeout(session, seconds):
                yield
        else:
            with _interrupted(connection.connection.driver_connection, seconds):
                yield
    except exc.DBAPIError as error:
        if _is_exceeded(error):
            raise Exceeded from None
        raise


@contextmanager
def _statement_timeout(session: Session, seconds: float) -> Iterator[None]:
    # Until the end of the transaction, which the caller may go on with.
    session.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1_000)}"))
    yield
    session.execute(text("SET LOCAL statement_timeout TO DEFAULT"))


@contextmanager
def _interrupted(driver: Any, seconds: float) -> Iterator[None]:  # noqa: ANN401  Drivers share no type.
    end = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_CHECKS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _is_exceeded(error: exc.DBAPIError) -> bool:
    interrupted = getattr(error.orig, "sqlite_errorname", None) == "SQLITE_INTERRUPT"
    return interrupted or getattr(error.orig, "sqlstate", None) == QUERY_CANCELED
