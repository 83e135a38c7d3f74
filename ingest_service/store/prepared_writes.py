"""Prepared writes: an INSERT, UPDATE or DELETE that is compiled once and executed by the driver for many rows.

SQLAlchemy converts the values of each row by their names. For one row it needs five times as long as SQLite, which
stores it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Dialect, Insert, TextClause, Update
from sqlalchemy.orm import Session
from sqlalchemy.sql import Delete
from sqlalchemy.sql.compiler import SQLCompiler

from ingest_service.store import driver

Write: TypeAlias = Insert | Update | Delete | TextClause
# From the name of a database to its statement.
Build: TypeAlias = Callable[[str], Write]
Process: TypeAlias = Callable[[Any], Any]


class PreparedWrite:
    """The statement that `build` makes; `names` are its parameters, in the order of the values of a row."""

    def __init__(self, names: Iterable[str], build: Build) -> None:
        self._names = tuple(names)
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, session: Session, rows: Iterable[Sequence[Any]]) -> None:
        """Executes the statement for all rows, in their order; without rows nothing is sent. Raises DBAPIError."""
        connection = driver.connection_of(session)
        compiled = self._for(connection.dialect)
        parameters = compiled.parameters(rows)
        if not parameters:
            return
        with driver.Cursor(connection, compiled.sql) as cursor:
            if len(parameters) == 1:
                driver.report(connection, cursor, compiled.sql, parameters[0])
                cursor.execute(compiled.sql, parameters[0])
            else:
                driver.report(connection, cursor, compiled.sql, parameters, many=True)
                cursor.executemany(compiled.sql, parameters)

    def returned(self, session: Session, row: Sequence[Any]) -> list[Any]:
        """Executes the statement for one row. Returns the rows of its result. Raises DBAPIError."""
        connection = driver.connection_of(session)
        compiled = self._for(connection.dialect)
        [parameters] = compiled.parameters([row])
        with driver.Cursor(connection, compiled.sql) as cursor:
            driver.report(connection, cursor, compiled.sql, parameters)
            cursor.execute(compiled.sql, parameters)
            return list(cursor.fetchall())

    def _for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._build(dialect.name), dialect, self._names)
        return compiled


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement compiled for one database; `processors` convert the values at some places of a row.

    `names` are those of the parameters; None on SQLite, whose driver takes them by their order.
    """

    sql: str
    processors: Sequence[tuple[int, Process]]
    names: Sequence[str] | None

    def parameters(self, rows: Iterable[Sequence[Any]]) -> list[Any]:
        """The values of each row as the driver takes them."""
        names = self.names
        converted = map(self._converted, rows)
        return list(converted) if names is None else [dict(zip(names, values, strict=True)) for values in converted]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, process in self.processors:
            values[place] = process(values[place])
        return tuple(values)


def _compile(statement: Write, dialect: Dialect, names: Sequence[str]) -> _Compiled:
    # An INSERT has the parameters that are named here; those of other statements are part of them.
    keys = names if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=dialect, column_keys=keys)
    assert isinstance(compiled, SQLCompiler)
    assert compiled.positiontup in (None, list(names)), "the driver takes the values in another order"
    assert compiled.binds.keys() == set(names), "a fixed value is a literal or a parameter"
    types = [compiled.binds[name].type.dialect_impl(dialect) for name in names]
    processors = [(place, type_.bind_processor(dialect)) for place, type_ in enumerate(types)]
    return _Compiled(
        sql=compiled.string,
        processors=[(place, process) for place, process in processors if process is not None],
        names=names if compiled.positiontup is None else None,
    )
