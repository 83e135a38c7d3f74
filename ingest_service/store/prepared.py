"""Prepared statements: a SELECT that never changes is compiled once and executed by the driver's own cursor.

SQLAlchemy finds the compiled form of a statement by a key as long as the statement, processes its fixed values at each
execution, and describes its result anew. For the statements of one document this takes two to four times as long as
SQLite needs to execute them.
"""

import itertools
from collections import namedtuple
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from sqlalchemy import BindParameter, Connection, Dialect, Float, Select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from ingest_service.store import driver

# What a statement is executed in.
Reader: TypeAlias = driver.Reader
# A row of a prepared statement or of SQLAlchemy: its columns are attributes, and `_asdict()` has all of them.
NamedRow: TypeAlias = Any
Build: TypeAlias = Callable[[], Select[*tuple[Any, ...]]]
Process: TypeAlias = Callable[[Any], Any]

# The numbers of PostgreSQL's cursors: two in one transaction may not have the same name.
_STREAMS = itertools.count()


class Prepared:
    """The statement that a function without parameters builds; for use as its decorator."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, reader: Reader, /, **values: object) -> list[NamedRow]:
        """All rows; `values` are those of the statement's parameters. Raises DBAPIError."""
        connection = driver.connection_of(reader)
        return self._for(connection, values).execute(connection, values)

    def stream(self, reader: Reader, size: int, /, **values: object) -> Generator[NamedRow, None, None]:
        """The rows, read on demand, `size` at a time on PostgreSQL; to be closed. Raises DBAPIError."""
        connection = driver.connection_of(reader)
        return self._for(connection, values).stream(connection, size, values)

    def row(self, reader: Reader, /, **values: object) -> NamedRow | None:
        """The only row, None if there is none. Raises DBAPIError."""
        rows = self.rows(reader, **values)
        return rows[0] if rows else None

    def _for(self, connection: Connection, names: Iterable[str]) -> "_Compiled":
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._build(), dialect, names)
        return compiled


class _Compiled:
    """A statement compiled for one database, with the functions that convert its parameters and results."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect, names: Iterable[str]) -> None:
        compiled = _with_literals(statement).compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        expanded = compiled.construct_expanded_state(dict.fromkeys(names))
        types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names if name in expanded.parameters}
        self.sql = expanded.statement
        self._processors = {name: type_.bind_processor(dialect) for name, type_ in types.items()}
        # Parameters that the compiler adds: on SQLite, a LIMIT gets an OFFSET of 0.
        self._added = {name: value for name, value in expanded.parameters.items() if name not in types}
        # The order of the parameters; None on PostgreSQL, whose driver takes them by name.
        self._order = expanded.positiontup
        columns = statement.selected_columns
        results = [_result_processor(column.type, dialect) for column in columns]
        self._results = [(place, process) for place, process in enumerate(results) if process is not None]
        self._make = make_row_class(columns.keys())._make

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> list[NamedRow]:
        """The rows of the statement with these values of its parameters. Raises DBAPIError."""
        with driver.Cursor(connection, self.sql) as cursor:
            self._begin(connection, cursor, values)
            return [self._row(row) for row in cursor.fetchall()]

    def stream(self, connection: Connection, size: int, values: Mapping[str, Any]) -> Generator[NamedRow, None, None]:
        """The rows of the statement, read on demand. Raises DBAPIError."""
        # SQLite's cursor reads row by row. The driver of PostgreSQL reads all rows, unless the server has the cursor.
        name = () if self._order is not None else (f"stream_{next(_STREAMS)}",)
        with driver.Cursor(connection, self.sql, *name) as cursor:
            self._begin(connection, cursor, values)
            while rows := cursor.fetchmany(size):
                yield from map(self._row, rows)

    def _begin(self, connection: Connection, cursor: DBAPICursor, values: Mapping[str, Any]) -> None:
        named = {
            name: values[name] if process is None else process(values[name])
            for name, process in self._processors.items()
        } | self._added
        parameters = named if self._order is None else tuple(map(named.__getitem__, self._order))
        driver.report(connection, cursor, self.sql, parameters)
        cursor.execute(self.sql, parameters)

    def _row(self, row: Sequence[Any]) -> NamedRow:
        values = list(row)
        for place, process in self._results:
            values[place] = process(values[place])
        return self._make(values)


def _result_processor(type_: TypeEngine[Any], dialect: Dialect) -> Process | None:
    """The function that converts a column's values; None for those that remain as the driver returns them."""
    # SQLAlchemy converts by the type that the driver reports for a result. Each driver has a float for a float column.
    return None if isinstance(type_, Float) else type_.dialect_impl(dialect).result_processor(dialect, None)


def _with_literals(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement with its fixed values as literals: they are not bound at each execution."""

    def replace(element: Any, **_: object) -> BindParameter[Any] | None:  # noqa: ANN401  Any part of a statement.
        fixed = isinstance(element, BindParameter) and not element.required
        return element.render_literal_execute() if fixed else None

    return cast("Select[*tuple[Any, ...]]", visitors.replacement_traverse(statement, {}, replace))


def make_row_class(fields: Iterable[str]) -> Any:  # noqa: ANN401  A class whose fields are known only here.
    """A class of named tuples with these fields."""
    return namedtuple("Row", list(fields))
