"""Lists as one parameter, so that no statement grows with the data.

PostgreSQL takes at most 65,535 parameters a statement and SQLite 32,766; a story may have more documents than that.
"""

from collections.abc import Collection, Sequence
from typing import Any, Self, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Dialect,
    String,
    TypeDecorator,
    bindparam,
    column,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine


class Texts(TypeDecorator[list[str]]):
    """A list of texts: an array on PostgreSQL, JSON on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the parameter on this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(String()))
        return dialect.type_descriptor(JSON())


class Numbers(TypeDecorator[list[int]]):
    """A list of numbers, as `Texts`."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The type of the parameter on this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(BigInteger()))
        return dialect.type_descriptor(JSON())


class _AnyOf(FunctionElement[bool]):
    """Whether a column equals one element of a list."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:
        """A condition in itself: on SQLite it would be compared with 1, and no index used."""
        return self


@compiles(_AnyOf, "sqlite")
def _on_sqlite(element: _AnyOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  The compiler's own.
    column, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({texts}))"  # noqa: S608  A compiled column and parameter.


@compiles(_AnyOf, "postgresql")
def _on_postgresql(element: _AnyOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  The compiler's own.
    column, texts = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({texts})"


def parameter(name: str) -> BindParameter[list[str]]:
    """A parameter that takes a list of texts when the statement is executed."""
    return bindparam(name, type_=Texts())


def numbers_parameter(name: str) -> BindParameter[list[int]]:
    """A parameter that takes a list of numbers when the statement is executed."""
    return bindparam(name, type_=Numbers())


def any_of(column: Any, texts: Collection[str] | BindParameter[Any]) -> ColumnElement[bool]:  # noqa: ANN401  A column or an expression.
    """Whether the column equals one of the texts, however many they are; all of them are one parameter."""
    values = texts if isinstance(texts, BindParameter) else bindparam(None, list(texts), type_=Texts())
    return _AnyOf(column, values)


def equals(column: Any, name: str, *, one: bool) -> ColumnElement[bool]:  # noqa: ANN401  As above.
    """Whether the column equals the parameter `name`: one text, or else any text of a list.

    For one text SQLite does not parse a list and store its elements, which takes as long as to read a few rows.
    """
    return cast("ColumnElement[bool]", column == bindparam(name)) if one else any_of(column, parameter(name))


class _AnyRowOf(_AnyOf):
    """Whether some columns equal the values of one row of a list; the list is one JSON parameter."""

    inherit_cache = True


@compiles(_AnyRowOf, "sqlite")
def _rows_on_sqlite(element: _AnyRowOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  The compiler's own.
    *columns, rows = (compiler.process(clause, **options) for clause in element.clauses)
    values = ", ".join(f"json_extract(listed.value, '$[{number}]')" for number in range(len(columns)))
    return f"({', '.join(columns)}) IN (SELECT {values} FROM json_each({rows}) AS listed)"  # noqa: S608  As above.


@compiles(_AnyRowOf, "postgresql")
def _rows_on_postgresql(element: _AnyRowOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  The compiler's own.
    *columns, rows = (compiler.process(clause, **options) for clause in element.clauses)
    types = [clause.type.compile(compiler.dialect) for clause in element.clauses][:-1]
    values = ", ".join(f"CAST(listed.value ->> {number} AS {type_})" for number, type_ in enumerate(types))
    return f"({', '.join(columns)}) IN (SELECT {values} FROM json_array_elements({rows}) AS listed)"  # noqa: S608  As above.


def rows_parameter(name: str) -> BindParameter[Any]:
    """A parameter that takes a list of rows when the statement is executed."""
    return bindparam(name, type_=JSON())


def any_row_of(columns: Sequence[Any], rows: BindParameter[Any]) -> ColumnElement[bool]:
    """Whether the columns equal the values of one of the rows, however many they are; all of them are one parameter."""
    return _AnyRowOf(*columns, rows)


class _Elements(FunctionElement[Any]):
    """The elements of a JSON list, one in each row."""

    inherit_cache = True


@compiles(_Elements, "sqlite")
def _elements_on_sqlite(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  The compiler's own.
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_Elements, "postgresql")
def _elements_on_postgresql(element: _Elements, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401  The compiler's own.
    return f"json_array_elements({compiler.process(element.clauses, **options)})"


def elements(name: str) -> TableValuedAlias:
    """A list as a table, to select from: its column `value` has one element of the parameter `name` in each row."""
    return _Elements(bindparam(name, type_=JSON())).table_valued(column("value", JSON())).alias(name)
