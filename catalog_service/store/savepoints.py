"""Savepoints: a part of a transaction that is undone if it fails.

SQLAlchemy's nested transactions cost ten times as much as the statements. Objects of the ORM are not restored here.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import exc
from sqlalchemy.orm import Session

from catalog_service.store import driver


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undoes what the block wrote if it raises an error. Savepoints are not nested. Raises DBAPIError."""
    connection = driver.connection_of(session)
    driver.execute(connection, "SAVEPOINT part")
    try:
        yield
    except BaseException:
        # The error may have ended the transaction, as a full disk does, or the connection: nothing is left to undo.
        with suppress(exc.DBAPIError, exc.PendingRollbackError):
            driver.execute(connection, "ROLLBACK TO SAVEPOINT part")
        raise
    driver.execute(connection, "RELEASE SAVEPOINT part")
