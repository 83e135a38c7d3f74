"""Statements executed by the driver's own cursor: they are reported to listeners, and fail, as SQLAlchemy's do."""

from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, exc
from sqlalchemy.engine.interfaces import DBAPICursor, DBAPIModule
from sqlalchemy.orm import Session

# What a prepared statement is executed in: the session of a transaction, or the connection of the event loop.
Reader: TypeAlias = Session | Connection


def connection_of(reader: Reader) -> Connection:
    """The connection of a session, in a transaction; or the connection itself."""
    if isinstance(reader, Connection):
        return reader
    bind = reader.get_bind()
    if isinstance(bind, Connection) and bind.in_transaction() and not reader.in_nested_transaction():
        # In the transaction of `store.db`. Asked for its connection, a session would begin and end a part of its own
        # there, which takes as long as two statements.
        return bind
    return reader.connection()


def execute(connection: Connection, sql: str) -> None:
    """Executes a statement without parameters or rows. Raises DBAPIError."""
    with Cursor(connection, sql) as cursor:
        report(connection, cursor, sql, ())
        cursor.execute(sql)


def report(
    connection: Connection,
    cursor: DBAPICursor,
    sql: str,
    parameters: Any,  # noqa: ANN401  Those of one execution or of many.
    *,
    many: bool = False,
) -> None:
    """Reports a statement before it is executed, as SQLAlchemy does: counters and traces of statements listen."""
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, sql, parameters, None, many)


class Cursor:
    """A cursor of the driver for the time of one statement; errors of the driver leave it as SQLAlchemy's."""

    __slots__ = ("_connection", "_cursor", "_sql")

    def __init__(self, connection: Connection, sql: str, *name: str) -> None:
        self._connection = connection
        self._cursor = connection.connection.cursor(*name)
        self._sql = sql

    def __enter__(self) -> DBAPICursor:
        return self._cursor

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        try:
            if isinstance(error, self._connection.dialect.loaded_dbapi.Error):
                raise _translated(self._connection, self._cursor, self._sql, error) from error
        finally:
            self._cursor.close()


def _translated(connection: Connection, cursor: DBAPICursor, sql: str, error: Exception) -> exc.DBAPIError:
    """The driver's error as SQLAlchemy's; a connection that is lost does not return to the pool."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(cast("DBAPIModule.Error", error), connection.connection, cursor)
    if lost:
        connection.invalidate(error)
    translated = exc.DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
    )
    return cast("exc.DBAPIError", translated)
