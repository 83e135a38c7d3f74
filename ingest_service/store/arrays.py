"""Lists as one parameter, so that no statement grows with the data.

PostgreSQL takes at most 65,535 parameters a statement and SQLite 32,766; a folder may have more files than that.
"""

from collections.abc import Collection
from typing import Any, Self

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
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
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
