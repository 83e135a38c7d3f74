"""Statements over many rows: each is executed for all rows together. Without rows nothing is sent.

Statements are prepared: to build one anew takes five times as long as to execute it.
"""

import functools
import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select, Table
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog_service.store.arrays import any_of, any_row_of, parameter, rows_parameter
from catalog_service.store.base import Base
from catalog_service.store.prepared import Prepared
from catalog_service.store.prepared_writes import PreparedWrite
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


@dataclass(frozen=True, slots=True)
class Either:
    """Two keys: the rows that have a value in the first one, and those that have one in the second."""

    first: Key
    second: Key


def select(
    session: Session, class_: type[R], key: Key | Either, values: Collection[Any], *, valid: bool = False
) -> list[R]:
    """The rows whose `key` has one of the values, as values of a class whose fields are named like the columns.

    The key is a column, or a tuple of columns whose values are tuples. With `Either`, one row may be returned twice.
    `valid` omits rows of earlier states.
    """
    return [class_(*row) for row in _selecting(class_, key, valid).rows(session, values=list(values))]


@functools.cache
def _selecting(class_: type["DataclassInstance"], key: Key | Either, valid: bool) -> Prepared:
    if not isinstance(key, Either):
        return Prepared(lambda: _selected(class_, key, valid))
    first, second = (_selected(class_, one, valid) for one in (key.first, key.second))
    return Prepared(lambda: sa.select(sa.union_all(first, second).subquery()))


def _selected(class_: type["DataclassInstance"], key: Key, valid: bool) -> Select[*tuple[Any, ...]]:
    columns = key if isinstance(key, tuple) else (key,)
    model: Any = columns[0].class_
    table = table_of(model)
    is_row = isinstance(key, tuple)
    condition = any_row_of(columns, rows_parameter("values")) if is_row else any_of(key, parameter("values"))
    statement = sa.select(*(table.c[name] for name in _names(class_))).where(condition)
    return statement.where(valid_at(table.c)) if valid else statement


def insert(session: Session, model: type[Base], rows: Iterable["DataclassInstance"]) -> None:
    """Inserts rows, whose fields are named like the columns."""
    values = list(rows)
    if values:
        class_ = type(values[0])
        _inserting(model, class_).execute(session, map(values_of(class_), values))


@functools.cache
def _inserting(model: type[Base], class_: type["DataclassInstance"]) -> PreparedWrite:
    return PreparedWrite(_names(class_), lambda _: sa.insert(table_of(model)))


def update(session: Session, model: type[Base], rows: Iterable[tuple[Values, Values]], *, valid: bool = False) -> None:
    """Updates rows. Each pair has the columns that identify rows, and the new values; all pairs name the same columns.

    `valid` leaves rows of earlier states as they are.
    """
    pairs = list(rows)
    if pairs:
        keys, values = map(tuple, pairs[0])
        updated = ([*(new[name] for name in values), *(key[name] for name in keys)] for key, new in pairs)
        _updating(model, keys, values, valid).execute(session, updated)


@functools.cache
def _updating(model: type[Base], keys: Sequence[str], values: Sequence[str], valid: bool) -> PreparedWrite:
    table = table_of(model)
    # In this order, which is that of a row's values.
    new: list[tuple[Any, Any]] = [(table.c[name], sa.bindparam(f"new_{name}")) for name in values]
    statement = sa.update(table).ordered_values(*new).where(*_identified(table, keys))
    names = [*(f"new_{name}" for name in values), *(f"key_{name}" for name in keys)]
    return PreparedWrite(names, lambda _: statement.where(valid_at(table.c)) if valid else statement)


def delete(session: Session, model: type[Base], keys: Iterable[Values]) -> None:
    """Deletes rows, identified by the same columns each."""
    identified = list(keys)
    if identified:
        names = tuple(identified[0])
        _deleting(model, names).execute(session, ([key[name] for name in names] for key in identified))


@functools.cache
def _deleting(model: type[Base], keys: Sequence[str]) -> PreparedWrite:
    statement = sa.delete(table_of(model)).where(*_identified(table_of(model), keys))
    return PreparedWrite([f"key_{name}" for name in keys], lambda _: statement)


def columns_of(row: "DataclassInstance") -> dict[str, Any]:
    """The fields of a row by name; unlike `asdict`, it copies no value."""
    class_ = type(row)
    return dict(zip(_names(class_), values_of(class_)(row), strict=True))


@functools.cache
def values_of(class_: type["DataclassInstance"]) -> Callable[[Any], tuple[Any, ...]]:
    """A function from a row of this class to the values of its fields, of which there are two or more."""
    return operator.attrgetter(*_names(class_))


@functools.cache
def _names(class_: type["DataclassInstance"]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(class_))


def _identified(table: Table, key: Iterable[str]) -> list[ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(f"key_{name}") for name in key]
