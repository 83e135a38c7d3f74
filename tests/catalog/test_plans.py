"""What is asked of a catalog of a million documents begins at what is asked for, never at all there is.

SQLite tells how it will go about a statement; without statistics, as in a catalog that is being filled.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import changes, documents, history, relations, schema, search, storylines
from catalog_service.db import Database
from tests.catalog.events import article, document_id, event, relation

ONE = UUID(document_id(1))
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
# Walks in the order of an index, ended by the size of a page.
IN_ORDER = ("SCAN story USING INDEX", "SCAN relation USING INDEX ix_relation_seq")
LISTING = "ix_document_state_listing"
ASKED: dict[str, Callable[[Session], object]] = {
    "a document": lambda session: documents.one(session, ONE),
    "a story's documents": lambda session: documents.by_ids(session, [document_id(number) for number in (2, 3, 4, 5)]),
    "its versions": lambda session: documents.versions(session, ONE),
    "its relations": lambda session: relations.of_document(session, str(ONE), limit=20),
    "relations": lambda session: relations.find(session, limit=20, cursor=None),
    "relations of a type": lambda session: relations.find(session, type_="duplicate", limit=20, cursor=None),
    "stories": lambda session: storylines.find(session, limit=20),
    "changes": lambda session: changes.since(session, 3, limit=20),
    "a search": lambda session: search.find(session, search.Query(q="envoys")),
    "a search, counted": lambda session: search.find(
        session, search.Query(q="envoys", total="exact", facets=("kind", "month"))
    ),
    "what is recorded": lambda session: history.record_batch(
        session,
        [
            event(9, relations=[relation(1, type_="duplicate")]),
            event(1, 2, "changed", article=article(text="Envoys met on Tuesday.")),
            event(2, 2, "withdrawn"),
            event(2, 3, "restored", relations=[relation(1, 2, "revision")]),
        ],
        NOW,
    ),
}


@pytest.fixture
def catalog(sqlite_url: str) -> Iterator[Database]:
    """A catalog of five documents, three of them copies and one a revision."""
    database = Database(sqlite_url)
    schema.upgrade(database)
    copies = [event(number, relations=[relation(1, type_="duplicate")]) for number in (2, 3)]
    revision = event(5, article=article(text="Envoys met again."), relations=[relation(4, type_="revision")])
    with database.writing() as session:
        history.record_batch(session, [event(1), *copies, event(4), revision], NOW)
    yield database
    database.close()


def steps(catalog: Database, asked: Callable[[Session], object]) -> list[str]:
    """How SQLite goes about each statement of a question."""
    told: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        told.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    found: list[str] = []
    with catalog.writing() as session:
        sa.event.listen(catalog.engine, "before_cursor_execute", listen)
        asked(session)
        sa.event.remove(catalog.engine, "before_cursor_execute", listen)
        driver: Any = session.connection().connection.driver_connection
        for statement, parameters in told:
            if not statement.startswith(("SAVEPOINT", "RELEASE")):
                found += [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return found


@pytest.mark.parametrize("what", ASKED)
def test_nothing_walks_over_all_there_is(catalog: Database, what: str) -> None:
    found = steps(catalog, ASKED[what])
    assert found
    tables = ("document", "document_state", "version", "relation", "change", "receipt", "story", "original")
    walks = [step for step in found if step.startswith(tuple(f"SCAN {table}" for table in tables))]
    assert [step for step in walks if not step.startswith(IN_ORDER)] == []
    assert [step for step in found if LISTING in step] == []


def test_a_listing_goes_along_its_index(catalog: Database) -> None:
    found = steps(catalog, lambda session: documents.find(session, documents.Filter(), limit=2))
    assert [step.split(" USING ")[1] for step in found if LISTING in step] == [f"INDEX {LISTING} (status=?)"]


def test_copies_between_two_hits_are_looked_up_once(catalog: Database) -> None:
    copies = [event(number, relations=[relation(1, type_="duplicate")]) for number in range(10, 310)]
    with catalog.writing() as session:
        history.record_batch(session, copies, NOW)
    told: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *called: told.append(called[2]))
    with catalog.reading() as session:
        found = search.find(session, search.Query(q="envoys"))
    assert [hit.collapsed.count for hit in found.hits if hit.collapsed] == [302]
    # The one that is shown, and those that are no copies: of a page's worth of each two or three statements.
    assert len(found.hits) == 3
    assert len(told) < 25
