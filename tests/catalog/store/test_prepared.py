"""A prepared statement gives what SQLAlchemy's own execution gives, on both databases."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from catalog_service import document_versions, documents, stories
from catalog_service.errors import DatabaseAway
from catalog_service.relations import queries
from catalog_service.store.db import Database
from catalog_service.store.prepared import Prepared
from tests import templates
from tests.catalog.conftest import NOW, Record
from tests.catalog.events import article, document_id, event, relation

ALL = [document_id(number) for number in (1, 2, 3, 4)]
STATEMENTS: dict[str, tuple[Prepared, Mapping[str, object]]] = {
    "a document": (documents._select_one(now=True), {"document": ALL[0]}),
    "no document": (documents._select_one(now=True), {"document": document_id(9)}),
    "a page": (
        documents._select_page(frozenset({"status", "after"})),
        {"status": "current", "after": 100, "at": 100, "limit": 3},
    ),
    "a version": (document_versions._select_version, {"document": ALL[1], "number": 1}),
    "an original": (document_versions._select_original, {"document": ALL[1], "number": 1}),
    "two versions": (
        document_versions._select_heads(2),
        {"document_0": ALL[0], "number_0": 1, "document_1": ALL[1], "number_1": 1},
    ),
    "relations": (queries._select_related(now=True, copies=False, classes=False, one=False), {"documents": ALL}),
    "relations and copies": (
        queries._select_related(now=True, copies=True, classes=True, one=False), {"documents": ALL, "filings": ALL[1:]},
    ),
    "relations and role of one": (
        queries._select_related(now=True, copies=True, classes=True, one=True),
        {"documents": ALL[1], "filings": ALL[1]},
    ),
    "former relations": (
        queries._select_related(now=False, copies=True, classes=True, one=False),
        {"documents": ALL, "filings": ALL[1:], "at": 6},
    ),
    "a page of stories": (
        stories._select_page(frozenset({"size", "collection", "after"})),
        {"size": 2, "collection": "seeds", "after": 100, "at": 100, "limit": 3},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_rows_are_those_of_sqlalchemy(catalog: Database, record: Record, name: str) -> None:
    wire = article(text="Envoys met.", wire={"marker": "LEAD", "sequence": 2}, fields={"desk": "100 %"})
    record(event(1), event(2, article=wire, relations=[relation(1, type_="duplicate")]))
    record(event(3, relations=[relation(1, type_="revision")]), event(4, relations=[relation(2, type_="reuse")]))
    statement, values = STATEMENTS[name]
    with catalog.reading() as session:
        rows = session.execute(statement._build(), values).all()
        prepared: list[Any] = statement.rows(session, **values)
        assert statement.rows(session.connection(), **values) == prepared
    assert [row._asdict() for row in prepared] == [row._asdict() for row in rows]
    assert len(rows) > 0 or name == "no document"


def test_streams_give_the_same_rows_side_by_side(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in (1, 2, 3)))
    statement = documents._select_page(frozenset())
    values = {"at": 100, "limit": 10}
    with catalog.reading() as session:
        rows = statement.rows(session, **values)
        with (
            closing(statement.stream(session, 2, **values)) as one,
            closing(statement.stream(session, 1, **values)) as two,
        ):
            first = next(two)
            assert list(one) == [first, *two] == rows
    assert len(rows) == 3


@pytest.mark.parametrize(
    "read", [Prepared.rows, lambda statement, reader: list(statement.stream(reader, 1))], ids=["rows", "stream"]
)
def test_an_error_of_the_driver_is_one_of_sqlalchemy(catalog: Database, read: Any) -> None:  # noqa: ANN401  Two methods.
    select_nothing = Prepared(lambda: sa.select(sa.column("number", sa.Integer)).select_from(sa.table("no_such_table")))
    with catalog.reading() as session, pytest.raises(exc.DBAPIError, match="no_such_table") as raised:
        read(select_nothing, session)
    assert isinstance(raised.value.orig, catalog.engine.dialect.loaded_dbapi.Error)
    assert not raised.value.connection_invalidated


def test_times_are_aware(catalog: Database, record: Record) -> None:
    record(event(1))
    with catalog.reading() as session:
        row = documents._select_one(now=True).row(session, document=ALL[0])
    assert row
    assert row.recorded_at == NOW


def test_whoever_counts_statements_sees_it(catalog: Database) -> None:
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *called: statements.append(called[2]))
    with catalog.reading() as session:
        documents._select_one(now=True).rows(session, document=ALL[0])
    assert [statement for statement in statements if "document_state" in statement] == statements[-1:]


def read_while_the_server_ends_the_connection(catalog: Database) -> None:
    with catalog.reading() as session:
        pid = session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with catalog.writing() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        documents._select_one(now=True).rows(session, document=ALL[0])


def test_a_connection_that_was_lost_is_not_used_again(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as catalog:
        templates.bring_up(catalog)
        with pytest.raises(DatabaseAway):
            read_while_the_server_ends_the_connection(catalog)
        with catalog.reading() as session:
            assert documents._select_one(now=True).rows(session, document=ALL[0]) == []
