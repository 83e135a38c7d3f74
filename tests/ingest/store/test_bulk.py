"""Rows are stored, changed and selected as SQLAlchemy's own statements do it, one or many, on both databases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.orm import Session

from ingest_service.store import bulk
from ingest_service.store.db import Database
from ingest_service.store.rows import FileRow
from ingest_service.store.tables import Article, Boilerplate, File, Item, Original, State
from tests.conftest import MOST_PARAMETERS
from tests.ingest import budgets

SINCE = datetime(2026, 5, 1, 9, tzinfo=UTC)
LARGEST = 2**63 - 1
NAMES = ("Zürich \N{SNOWMAN} \\ \"'", "%s :values ?", "{1,2}", "NULL")
LEADING = FileRow(-1, "", "published", None, None, 1, LARGEST, -1, 1, LARGEST, "sha-256:1", SINCE, None, 0, "1", 0)


def file_values(count: int) -> list[dict[str, Any]]:
    return [bulk.new_columns(replace(LEADING, path=path)) for path in NAMES[:count]]


def item_values(count: int) -> list[dict[str, Any]]:
    return [
        {"document": str(number), "key": name, "by": "path", "path": name, "observation": 1, "status": "current"}
        for number, name in enumerate(NAMES[:count])
    ]


def article_values(items: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"item": item, "document": document, "observation": 1, "digest": "1", "folded_digest": "2",
         "content": b"\x00\xff", "indexed": True, "sameness_version": "1", "template": False, "judging": "new",
         "pending": {"cause": "created"} if item % 2 else None}
        for document, item in items.items()
    ]  # fmt: skip


def raw(session: Session, table: str) -> list[tuple[object, ...]]:
    """The rows of a table as the driver has them, without their ids."""
    rows = session.execute(sa.text(f"SELECT * FROM {table}"))  # noqa: S608  A name of this module.
    return sorted(tuple(map(str, row[1:])) for row in rows)


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """A writing session whose changes are rolled back."""
    with database.writing() as session, session.begin_nested() as savepoint:
        yield session
        savepoint.rollback()


@pytest.mark.parametrize("count", [1, 3])
def test_rows_are_stored_as_sqlalchemy_stores_them(database: Database, count: int) -> None:
    files, items = file_values(count), item_values(count)
    with undone(database) as session:
        session.execute(sa.insert(bulk.table_of(File)), files)
        session.execute(sa.insert(bulk.table_of(Item)), items)
        expected = raw(session, "file"), raw(session, "item")
    with undone(database) as session:
        ids = bulk.insert(session, File.path, files)
        bulk.insert_without_ids(session, Item, items)
        assert (raw(session, "file"), raw(session, "item")) == expected
        assert ids == {row.path: row.id for row in session.execute(sa.select(File.path, File.id))}
    assert len(ids) == count


@pytest.mark.parametrize("count", [1, 3])
def test_json_and_bytes_are_read_as_they_were_stored(database: Database, count: int) -> None:
    with undone(database) as session:
        rows = article_values(bulk.insert(session, Item.document, item_values(count)))
        ids = bulk.insert(session, Article.item, rows)
        pending = {row.id: row.pending for row in session.execute(sa.select(Article.id, Article.pending))}
        contents = set(session.scalars(sa.select(Article.content)))
    assert pending == {ids[row["item"]]: row["pending"] for row in rows}
    assert contents == {b"\x00\xff"}


@pytest.mark.parametrize("count", [1, 3])
def test_only_one_column_of_a_stored_row_is_replaced(database: Database, count: int) -> None:
    rows = [{"digest": name, "size": 1, "media_type": "text/plain", "content": None} for name in NAMES[:count]]
    with undone(database) as session:
        bulk.put(session, Original.digest, "content", rows)
        bulk.put(session, Original.digest, "content", [row | {"size": 2, "content": b"\xff"} for row in rows])
        stored = session.execute(sa.select(Original.size, Original.content)).all()
    assert [tuple(row) for row in stored] == [(1, b"\xff")] * count


def test_only_columns_that_differ_are_written(database: Database) -> None:
    with undone(database) as session:
        ids = bulk.insert(session, File.path, file_values(3))
        before = {row.id: row for row in bulk.select(session, FileRow, File.path, NAMES)}
        first, second, third = (before[ids[name]] for name in NAMES[:3])
        changed = [replace(first, reason="embargo"), replace(second, tries=2), third]
        with budgets.statements(database.engine) as executed:
            bulk.update(session, File, before, changed)
        assert bulk.select(session, FileRow, File.id, before) == sorted(changed, key=lambda row: row.id)
    [update] = executed
    assert update.partition("WHERE")[0].count("=") == 2


def test_rows_with_any_of_many_values_are_selected_and_deleted(database: Database) -> None:
    many = range(LARGEST - MOST_PARAMETERS - 1, LARGEST)
    with undone(database) as session:
        bulk.insert_without_ids(session, Boilerplate, [{"fingerprint": value} for value in (-(2**63), 5, many[7])])
        is_one = sa.select(Boilerplate.fingerprint).where(bulk.any_of(Boilerplate.fingerprint))
        assert list(session.scalars(is_one, {"values": [*many, -(2**63)]})) == [-(2**63), many[7]]
        bulk.delete(session, Boilerplate.fingerprint, [*many, -(2**63)])
        assert list(session.scalars(sa.select(Boilerplate.fingerprint))) == [5]
        bulk.insert(session, File.path, file_values(4))
        assert len(bulk.select(session, FileRow, File.path, [*map(str, many), *NAMES], lock=True)) == 4


def test_without_rows_nothing_is_sent(database: Database) -> None:
    with database.writing() as session, budgets.statements(database.engine) as executed:
        assert bulk.insert(session, File.path, []) == {}
        bulk.insert_without_ids(session, Item, [])
        bulk.put(session, State.key, "value", [])
        bulk.update(session, File, {1: LEADING}, [])
        bulk.delete(session, File.id, [])
        assert bulk.select(session, FileRow, File.id, []) == []
    assert executed == []


@pytest.mark.parametrize("count", [1, 3])
def test_an_error_of_the_driver_is_one_of_sqlalchemy(database: Database, count: int) -> None:
    with undone(database) as session:
        bulk.insert(session, File.path, file_values(1))
        with pytest.raises(exc.IntegrityError):
            bulk.insert(session, File.path, file_values(count))
