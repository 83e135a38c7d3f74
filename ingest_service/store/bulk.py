"""Statements over many rows: each is executed for all of them. Without rows nothing is sent.

Statements are built once and kept: to build one anew takes longer than to execute it.
"""

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from ingest_service.store.db import IN_ONE_STATEMENT, chunked
from ingest_service.store.tables import Base

V = TypeVar("V", int, str)
# The values of a statement's parameters, or those of each of its executions.
Values: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Row(Protocol):
    """A value whose fields are named like the columns of its table."""

    @property
    def id(self) -> int:
        """The id of the row."""


R = TypeVar("R", bound=Row)


def table_of(model: Any) -> sa.Table:  # noqa: ANN401  The class of an attribute has no type.
    """The table of a mapped class. Statements over it load and refresh no objects of the session."""
    table = model.__table__
    assert isinstance(table, sa.Table)
    return table


def execute(
    session: Session,
    statement: Executable,
    values: Values | None = None,
    **options: Any,  # noqa: ANN401  SQLAlchemy's own.
) -> sa.CursorResult[*tuple[Any, ...]]:
    """The result of a statement that loads no objects, executed with `values` and execution `options`.

    The session would need longer for such a statement than SQLite does. As there, changed objects are written first.
    """
    session.flush()
    return session.connection().execute(statement, values, execution_options=options)


def select(
    session: Session, row_type: type[R], column: InstrumentedAttribute[V], values: Collection[V], *, lock: bool = False
) -> Iterator[R]:
    """The rows that have one of the values in a column; `lock` keeps other transactions from changing them."""
    statement = _selecting(row_type, column, lock)
    for chunk in chunked(sorted(values)):
        for row in execute(session, statement, {"values": chunk}):
            yield row_type(*row)


def any_of(column: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401  A column of any type.
    """Whether a column has one of the values of the parameter `values`."""
    return cast("sa.ColumnElement[bool]", column.in_(sa.bindparam("values", expanding=True)))


@functools.cache
def _selecting(row_type: type[Any], column: InstrumentedAttribute[Any], lock: bool) -> sa.Select[*tuple[Any, ...]]:
    table = table_of(column.class_)
    statement = sa.select(*(table.c[name] for name in _names(row_type))).where(any_of(column))
    # On SQLite, where a lock does nothing, a writing transaction runs alone anyway.
    return statement.with_for_update(key_share=True) if lock else statement


def insert(session: Session, key: InstrumentedAttribute[V], rows: Sequence[Mapping[str, Any]]) -> dict[V, int]:
    """Inserts rows, which get ids in this order. Returns the ids by `key`, a column with another value in each row.

    They are found by the key and not by the order of the rows returned, which SQLite does not promise: SQLAlchemy would
    insert row by row there.
    """
    if not rows:
        return {}
    result = execute(session, _inserting(key), rows, insertmanyvalues_page_size=IN_ONE_STATEMENT)
    return {row[0]: row.id for row in result}


@functools.cache
def _inserting(key: InstrumentedAttribute[Any]) -> sa.sql.dml.ReturningInsert[*tuple[Any, ...]]:
    table = table_of(key.class_)
    return sa.insert(table).returning(table.c[key.key], table.c.id)


def insert_without_ids(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows whose ids are not needed, or that have none."""
    if rows:
        execute(session, _inserting_without_ids(model), rows)


@functools.cache
def _inserting_without_ids(model: type[Base]) -> sa.Insert:
    return sa.insert(table_of(model))


def put(session: Session, key: InstrumentedAttribute[V], replaced: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows. Of one whose `key` is stored already, only the column `replaced` is written."""
    if rows:
        execute(session, _putting(key, replaced, session.get_bind().dialect.name), rows)


@functools.cache
def _putting(key: InstrumentedAttribute[Any], replaced: str, dialect: str) -> sa.Insert:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(table_of(key.class_))
    values = {replaced: statement.excluded[replaced]}
    return cast("sa.Insert", statement.on_conflict_do_update(index_elements=[key.key], set_=values))


def update(session: Session, model: type[Base], before: Mapping[int, R], rows: Collection[R]) -> None:
    """Updates those of the rows that differ from the stored ones, which `before` has by id.

    Columns in which no row differs are left out: their indexes would be written for nothing.
    """
    pairs = [(row, before[row.id]) for row in rows if row != before[row.id]]
    if not pairs:
        return
    names = [name for name in _names(type(pairs[0][0])) if any(getattr(a, name) != getattr(b, name) for a, b in pairs)]
    execute(
        session,
        _updating(model, tuple(names)),
        [{"row_id": row.id} | {name: getattr(row, name) for name in names} for row, _ in pairs],
    )


@functools.cache
def _updating(model: type[Base], names: tuple[str, ...]) -> sa.Update:
    table = table_of(model)
    return sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(dict.fromkeys(names))


def delete(session: Session, column: InstrumentedAttribute[int], values: Collection[int]) -> None:
    """Deletes the rows that have one of the values in a column."""
    for chunk in chunked(sorted(values)):
        execute(session, sa.delete(table_of(column.class_)).where(column.in_(chunk)))


def new_columns(row: Row) -> dict[str, Any]:
    """The fields by name of a row that has no id yet."""
    return {name: getattr(row, name) for name in _names(type(row)) if name != "id"}


def _names(row_type: type[Any]) -> list[str]:
    return [field.name for field in fields(row_type)]
