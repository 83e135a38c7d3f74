"""Statements over many rows: each is executed for all rows together. Without rows nothing is sent.

Statements are built once and kept: to build one anew takes five times as long as to execute it.
"""

import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Insert, Table, Update
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog_service.store.arrays import any_of, any_row_of, parameter, rows_parameter
from catalog_service.store.base import Base
from catalog_service.store.prepared import Prepared
from catalog_service.store.tables import valid_at

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")
# Values by the name of their column.
Values: TypeAlias = Mapping[str, Any]
# The columns by which rows are selected.
Key: TypeAlias = InstrumentedAttribute[Any] | tuple[InstrumentedAttribute[Any], ...]


def table_of(model: type[Base]) -> Table:
    """The table of a mapped class."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def select(session: Session, class_: type[R], key: Key, values: Collection[Any], *, valid: bool = False) -> list[R]:
    """The rows whose `key` has one of the values, as values of a class whose fields are named like the columns.

    The key is a column, or a tuple of columns whose values are tuples. `valid` omits rows of earlier states.
    """
    return [class_(*row) for row in _selecting(class_, key, valid).rows(session, values=list(values))]


@functools.cache
def _selecting(class_: type["DataclassInstance"], key: Key, valid: bool) -> Prepared:
    columns = key if isinstance(key, tuple) else (key,)
    model: Any = columns[0].class_
    table = table_of(model)
    is_row = isinstance(key, tuple)
    condition = any_row_of(columns, rows_parameter("values")) if is_row else any_of(key, parameter("values"))
    statement = sa.select(*(table.c[field.name] for field in fields(class_))).where(condition)
    return Prepared(lambda: statement.where(valid_at(table.c)) if valid else statement)


def insert(session: Session, model: type[Base], rows: Iterable["DataclassInstance"]) -> None:
    """Inserts rows, whose fields are named like the columns."""
    if values := [columns_of(row) for row in rows]:
        session.execute(_inserting(model), values)


@functools.cache
def _inserting(model: type[Base]) -> Insert:
    return sa.insert(table_of(model))


def update(session: Session, model: type[Base], rows: Iterable[tuple[Values, Values]], *, valid: bool = False) -> None:
    """Updates rows. Each pair has the columns that identify rows, and the new values; all pairs name the same columns.

    `valid` leaves rows of earlier states as they are.
    """
    pairs = list(rows)
    if pairs:
        keys, values = pairs[0]
        statement = _updating(model, tuple(keys), tuple(values), valid)
        session.execute(statement, [_keys(key) | {f"new_{name}": new[name] for name in values} for key, new in pairs])


@functools.cache
def _updating(model: type[Base], keys: Sequence[str], values: Sequence[str], valid: bool) -> Update:
    statement = sa.update(table_of(model)).where(*_identified(model, keys))
    statement = statement.values({name: sa.bindparam(f"new_{name}") for name in values})
    return statement.where(valid_at(table_of(model).c)) if valid else statement


def delete(session: Session, model: type[Base], keys: Iterable[Values]) -> None:
    """Deletes rows, identified by the same columns each."""
    if identified := list(keys):
        statement = sa.delete(table_of(model)).where(*_identified(model, identified[0]))
        session.execute(statement, [_keys(key) for key in identified])


def columns_of(row: "DataclassInstance") -> dict[str, Any]:
    """The fields of a row by name; unlike `asdict`, it copies no value."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _identified(model: type[Base], key: Iterable[str]) -> list[ColumnElement[bool]]:
    return [table_of(model).c[name] == sa.bindparam(f"key_{name}") for name in key]


def _keys(key: Values) -> dict[str, Any]:
    return {f"key_{name}": value for name, value in key.items()}
