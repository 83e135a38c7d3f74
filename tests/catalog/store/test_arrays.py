"""A list is one parameter on both databases, however long it is."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.search.scope import ENGINES
from catalog_service.store import arrays
from catalog_service.store.db import Database
from catalog_service.store.tables import Document
from tests.catalog.conftest import Record
from tests.catalog.events import document_id, event
from tests.conftest import MOST_PARAMETERS

MANY = [f"no document {number}" for number in range(MOST_PARAMETERS + 1)]
HOSTILE = ["", "'", '"', "\\", "{", "}", ",", "NULL", "null", "é\U0001f600", "%s", ":documents", "?"]


def selected(session: Session, documents: list[str]) -> list[str]:
    """The ids of these documents that the catalog has."""
    return list(session.scalars(sa.select(Document.id).where(arrays.any_of(Document.id, documents))))


def test_a_statement_with_a_parameter_for_each_row_fails_its_test(catalog: Database) -> None:
    with catalog.reading() as session, pytest.raises(AssertionError, match=f"{len(MANY)} parameters"):
        session.execute(sa.select(Document.id).where(Document.id.in_(MANY)))


def test_a_column_equals_any_of_many_texts(catalog: Database, record: Record) -> None:
    record(event(1), event(2))
    with catalog.reading() as session:
        assert selected(session, [*MANY, *HOSTILE, document_id(2)]) == [document_id(2)]
        assert selected(session, []) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_compared_as_it_is_written(catalog: Database, record: Record, text: str) -> None:
    record(event(1), event(2))
    with catalog.writing() as session:
        session.execute(sa.update(Document).where(Document.id == document_id(2)).values(story=text))
        documents = sa.select(Document.id).where(arrays.any_of(Document.story, ["other", text]))
        assert list(session.scalars(documents)) == [document_id(2)]


def test_the_list_is_a_parameter_of_a_statement_made_once(catalog: Database, record: Record) -> None:
    record(event(1), event(2))
    statement = sa.select(Document.id).where(arrays.any_of(Document.id, arrays.parameter("documents")))
    with catalog.reading() as session:
        for number in (1, 2):
            assert list(session.scalars(statement, {"documents": [document_id(number)]})) == [document_id(number)]


def test_the_elements_of_a_list_are_rows_of_a_table(catalog: Database) -> None:
    listed = arrays.elements("listed")
    statement = sa.select(listed.c.value[0].as_string(), listed.c.value[1].as_integer())
    rows = [(text, number) for number, text in enumerate([*MANY, *HOSTILE])]
    with catalog.reading() as session:
        assert [tuple(row) for row in session.execute(statement, {"listed": rows})] == rows
        assert session.execute(statement, {"listed": []}).all() == []


def test_entries_of_the_search_index_are_removed_however_many(catalog: Database) -> None:
    with catalog.writing() as session:
        ENGINES[session.get_bind().dialect.name].remove(session, range(MOST_PARAMETERS + 1))
        ENGINES[session.get_bind().dialect.name].remove(session, ())
