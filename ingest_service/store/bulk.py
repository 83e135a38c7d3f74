"""Statements over many rows: each is executed for all of them. Without rows nothing is sent.

Statements are prepared: to build one anew takes longer than to execute it. No code of this service changes mapped
objects of a session, which the session would have to write before such a statement.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from ingest_service.store import arrays
from ingest_service.store.prepared import NamedRow, Prepared
from ingest_service.store.prepared_writes import PreparedWrite
from ingest_service.store.tables import Base

V = TypeVar("V", int, str)
# The values of a row by column. The rows of one statement have the same columns.
Values: TypeAlias = Mapping[str, Any]


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


def any_of(column: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401  A column of any type.
    """Whether a column has one of the values of the parameter `values`, a list."""
    is_number = isinstance(column.type, sa.Integer)
    return arrays.any_of(column, arrays.numbers_parameter("values") if is_number else arrays.parameter("values"))


def select(
    session: Session, row_type: type[R], column: InstrumentedAttribute[V], values: Collection[V], *, lock: bool = False
) -> list[R]:
    """The rows that have one of the values in a column; `lock` keeps other transactions from changing them."""
    return [row_type(*row) for row in rows(session, _selecting(row_type, column, lock), values)]


def rows(session: Session, statement: Prepared, values: Collection[int] | Collection[str]) -> list[NamedRow]:
    """The rows of a statement whose only parameter is the list `values`."""
    return statement.rows(session, values=sorted(values)) if values else []


def selecting(row_type: type[Any], model: Any) -> sa.Select[*tuple[Any, ...]]:  # noqa: ANN401  As above.
    """The statement that selects the columns of a class of rows."""
    table = table_of(model)
    return sa.select(*(table.c[name] for name in _names(row_type)))


@functools.cache
def _selecting(row_type: type[Any], column: InstrumentedAttribute[Any], lock: bool) -> Prepared:
    statement = selecting(row_type, column.class_).where(any_of(column))
    # On SQLite, where a lock does nothing, a writing transaction runs alone anyway.
    return Prepared(lambda: statement.with_for_update(key_share=True) if lock else statement)


def insert(session: Session, key: InstrumentedAttribute[V], rows: Sequence[Values]) -> dict[V, int]:
    """Inserts rows, which get ids in this order. Returns the ids by `key`, a unique column.

    Executed for many rows, a statement of the driver returns none, so that their ids are selected by their keys.
    """
    if not rows:
        return {}
    model: Any = key.class_
    names, values = _in_order(model, rows)
    if len(values) == 1:
        return dict(_inserting_one(key, names).returned(session, values[0]))
    _inserting_without_ids(model, names).execute(session, values)
    return dict(_selecting_ids(key).rows(session, values=[row[key.key] for row in rows]))


@functools.cache
def _selecting_ids(key: InstrumentedAttribute[Any]) -> Prepared:
    table = table_of(key.class_)
    return Prepared(lambda: sa.select(table.c[key.key], table.c.id).where(any_of(key)))


@functools.cache
def _inserting_one(key: InstrumentedAttribute[Any], names: tuple[str, ...]) -> PreparedWrite:
    table = table_of(key.class_)
    return PreparedWrite(names, lambda _: sa.insert(table).returning(table.c[key.key], table.c.id))


def insert_without_ids(session: Session, model: type[Base], rows: Sequence[Values]) -> None:
    """Inserts rows whose ids are not needed, or that have none."""
    if rows:
        names, values = _in_order(model, rows)
        _inserting_without_ids(model, names).execute(session, values)


@functools.cache
def _inserting_without_ids(model: type[Base], names: tuple[str, ...]) -> PreparedWrite:
    return PreparedWrite(names, lambda _: sa.insert(table_of(model)))


def put(session: Session, key: InstrumentedAttribute[V], replaced: str, rows: Sequence[Values]) -> None:
    """Inserts rows. Of one whose `key` is stored already, only the column `replaced` is written."""
    if rows:
        names, values = _in_order(key.class_, rows)
        _putting(key, replaced, names).execute(session, values)


@functools.cache
def _putting(key: InstrumentedAttribute[Any], replaced: str, names: tuple[str, ...]) -> PreparedWrite:
    def build(dialect: str) -> sa.Insert:
        insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
        statement = insert(table_of(key.class_))
        values = {replaced: statement.excluded[replaced]}
        return cast("sa.Insert", statement.on_conflict_do_update(index_elements=[key.key], set_=values))

    return PreparedWrite(names, build)


def update(session: Session, model: type[Base], before: Mapping[int, R], rows: Collection[R]) -> None:
    """Updates those of the rows that differ from the stored ones, which `before` has by id.

    Columns in which no row differs are left out: their indexes would be written for nothing.
    """
    pairs = [(row, before[row.id]) for row in rows if row != before[row.id]]
    if not pairs:
        return
    columns = _names(type(pairs[0][0]))
    names = tuple(name for name in columns if any(getattr(a, name) != getattr(b, name) for a, b in pairs))
    values = ([*(getattr(row, name) for name in names), row.id] for row, _ in pairs)
    _updating(model, names).execute(session, values)


@functools.cache
def _updating(model: type[Base], names: tuple[str, ...]) -> PreparedWrite:
    table = table_of(model)
    # In this order, which is that of a row's values.
    new: list[tuple[Any, Any]] = [(table.c[name], sa.bindparam(f"new_{name}")) for name in names]
    statement = sa.update(table).ordered_values(*new).where(table.c.id == sa.bindparam("row_id"))
    return PreparedWrite([*(f"new_{name}" for name in names), "row_id"], lambda _: statement)


def delete(session: Session, column: InstrumentedAttribute[int], values: Collection[int]) -> None:
    """Deletes the rows that have one of the values in a column."""
    if values:
        _deleting(column).execute(session, [[sorted(values)]])


@functools.cache
def _deleting(column: InstrumentedAttribute[int]) -> PreparedWrite:
    return PreparedWrite(["values"], lambda _: sa.delete(table_of(column.class_)).where(any_of(column)))


def _in_order(model: Any, rows: Sequence[Values]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:  # noqa: ANN401  As above.
    """The names of the columns that the rows have, in the order in which an INSERT takes them, and the rows' values."""
    names = _ordered(model, tuple(rows[0]))
    return names, [tuple(map(row.__getitem__, names)) for row in rows]


@functools.cache
def _ordered(model: Any, names: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ANN401  As above.
    return tuple(column.key for column in table_of(model).c if column.key in names)


def new_columns(row: Row) -> dict[str, Any]:
    """The fields by name of a row that has no id yet."""
    return {name: getattr(row, name) for name in _names(type(row)) if name != "id"}


def _names(row_type: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(row_type))
