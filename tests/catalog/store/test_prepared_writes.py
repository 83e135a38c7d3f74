"""A prepared write stores what SQLAlchemy's own execution stores, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.orm import Session

from catalog_service.store import bulk
from catalog_service.store.db import Database
from catalog_service.store.prepared_writes import PreparedWrite
from catalog_service.store.rows import DocumentRow, MembershipRow, OriginalRow
from catalog_service.store.tables import Document, Membership, Original
from tests.catalog.conftest import NOW
from tests.catalog.events import document_id
from tests.catalog.history.test_batches import counted


def document(number: int, **columns: object) -> DocumentRow:
    item = {"key": "Zürich \N{SNOWMAN} \\ \"'", "by": "path", "parent": None, "version": None}
    row = DocumentRow(document_id(number), "seeds", "1.txt", item, "current", 1, 1, 1, 1, 1, NOW, NOW, NOW)
    return replace(row, **columns)  # type: ignore[arg-type]


def raw(session: Session, table: str) -> list[tuple[object, ...]]:
    """The rows of a table as the driver has them."""
    return sorted(tuple(map(str, row)) for row in session.execute(sa.text(f"SELECT * FROM {table}")))  # noqa: S608


@contextmanager
def undone(database: Database) -> Iterator[Session]:
    """A writing session whose changes are rolled back."""
    with database.writing() as session, session.begin_nested() as savepoint:
        yield session
        savepoint.rollback()


@pytest.mark.parametrize("count", [1, 3])
def test_rows_are_stored_as_sqlalchemy_stores_them(catalog: Database, count: int) -> None:
    documents = [document(number) for number in range(1, count + 1)]
    originals = [OriginalRow(f"sha-256:{number}", 2, b"\x00\xff") for number in range(count)]
    with undone(catalog) as session:
        session.execute(sa.insert(bulk.table_of(Document)), list(map(bulk.columns_of, documents)))
        session.execute(sa.insert(bulk.table_of(Original)), list(map(bulk.columns_of, originals)))
        expected = raw(session, "document"), raw(session, "original")
    with undone(catalog) as session:
        bulk.insert(session, Document, documents)
        bulk.insert(session, Original, originals)
        assert (raw(session, "document"), raw(session, "original")) == expected
    assert len(expected[0]) == count


def test_only_the_rows_with_the_key_are_changed_or_deleted(catalog: Database) -> None:
    with undone(catalog) as session:
        bulk.insert(session, Document, map(document, (1, 2, 3)))
        new = {"path": "2.txt", "item": {}}
        bulk.update(session, Document, [({"id": document_id(number), "number": 1}, new) for number in (1, 2)])
        bulk.delete(session, Document, [{"id": document_id(2)}])
        stored = bulk.select(session, DocumentRow, Document.id, list(map(document_id, (1, 2, 3))))
    assert sorted(stored, key=lambda row: row.id) == [document(1, path="2.txt", item={}), document(3)]


def test_rows_of_earlier_states_remain_as_they_are(catalog: Database) -> None:
    rows = [MembershipRow(document_id(1), seq, until, "story") for seq, until in ((1, 2), (2, None))]
    with undone(catalog) as session:
        bulk.insert(session, Document, [document(1)])
        bulk.insert(session, Membership, rows)
        bulk.update(session, Membership, [({"document": document_id(1)}, {"until_seq": 3})], valid=True)
        stored = bulk.select(session, MembershipRow, Membership.document, [document_id(1)])
    assert sorted(row.until_seq or 0 for row in stored) == [2, 3]


def test_statements_are_reported_and_none_is_sent_without_rows(catalog: Database) -> None:
    with undone(catalog) as session, counted(catalog) as statements:
        bulk.insert(session, Document, [])
        assert not [sent for sent in statements if "document" in sent]
        bulk.insert(session, Document, map(document, (1, 2)))
        assert [sent.split("(")[0] for sent in statements if "document" in sent] == ["INSERT INTO document "]


def test_an_error_of_the_driver_is_one_of_sqlalchemy(catalog: Database) -> None:
    for rows in ([document(1)], [document(2), document(1)]):
        with undone(catalog) as session:
            bulk.insert(session, Document, [document(1)])
            with pytest.raises(exc.IntegrityError):
                bulk.insert(session, Document, rows)


def test_names_in_another_order_than_the_statement_are_refused(sqlite_url: str) -> None:
    statement = sa.text("INSERT INTO original (digest, size) VALUES (:digest, :size)")
    database = Database(sqlite_url)
    with database.writing() as session, pytest.raises(AssertionError, match="order"):
        PreparedWrite(("size", "digest"), lambda _: statement).execute(session, [(1, "digest")])
    database.close()


def test_times_are_stored_as_sqlalchemy_stores_them(catalog: Database) -> None:
    moments = [datetime(1, 1, 1, tzinfo=UTC), NOW, NOW.replace(microsecond=7).astimezone(timezone(timedelta(hours=9)))]
    with undone(catalog) as session:
        bulk.insert(session, Document, [document(number, observed_at=at) for number, at in enumerate(moments)])
        stored = bulk.select(session, DocumentRow, Document.id, [document_id(number) for number in range(3)])
        texts = session.scalars(sa.select(sa.cast(Document.observed_at, sa.Text)).order_by(Document.id)).all()
    assert [row.observed_at for row in stored] == moments
    if catalog.engine.dialect.name == "sqlite":
        assert texts == ["0001-01-01 00:00:00.000000", "2026-11-22 10:00:00.000000", "2026-11-22 10:00:00.000007"]
