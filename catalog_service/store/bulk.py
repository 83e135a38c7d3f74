"""Statements over many rows: each is prepared once and executed for all rows together. Without rows nothing is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Table
from sqlalchemy.orm import Session

from catalog_service.store.base import Base

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")
# Values by the name of their column.
Values: TypeAlias = Mapping[str, Any]


def table_of(model: type[Base]) -> Table:
    """The table of a mapped class."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def select(session: Session, model: type[Base], class_: type[R], *conditions: ColumnElement[bool]) -> list[R]:
    """The rows that meet the conditions, as values of a class whose fields are named like the columns."""
    columns = [table_of(model).c[field.name] for field in fields(class_)]
    return [class_(*row) for row in session.execute(sa.select(*columns).where(*conditions))]


def insert(session: Session, model: type[Base], rows: Iterable["DataclassInstance"]) -> None:
    """Inserts rows, whose fields are named like the columns."""
    if values := [columns_of(row) for row in rows]:
        session.execute(sa.insert(table_of(model)), values)


def update(
    session: Session, model: type[Base], rows: Iterable[tuple[Values, Values]], *conditions: ColumnElement[bool]
) -> None:
    """Updates rows. Each pair has the columns that identify rows, and the new values; all pairs name the same columns.

    Rows that do not meet the conditions are left as they are.
    """
    pairs = list(rows)
    if not pairs:
        return
    keys, values = pairs[0]
    statement = (
        sa.update(table_of(model))
        .where(*_identified(model, keys), *conditions)
        .values({name: sa.bindparam(f"new_{name}") for name in values})
    )
    session.execute(statement, [_keys(key) | {f"new_{name}": new[name] for name in values} for key, new in pairs])


def delete(session: Session, model: type[Base], keys: Iterable[Values]) -> None:
    """Deletes rows, identified by the same columns each."""
    if identified := list(keys):
        statement = sa.delete(table_of(model)).where(*_identified(model, identified[0]))
        session.execute(statement, [_keys(key) for key in identified])


def columns_of(row: "DataclassInstance") -> dict[str, Any]:
    """The fields of a row by name; unlike `asdict`, it copies no value."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _identified(model: type[Base], key: Values) -> list[ColumnElement[bool]]:
    return [table_of(model).c[name] == sa.bindparam(f"key_{name}") for name in key]


def _keys(key: Values) -> dict[str, Any]:
    return {f"key_{name}": value for name, value in key.items()}
