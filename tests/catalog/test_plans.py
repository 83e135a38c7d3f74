"""No query of the catalog scans a whole table: each starts at an index, so it stays fast with a million documents.

The tests read SQLite's query plans, made without statistics as in a catalog that is being filled.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import changes, document_versions, documents, search, stories
from catalog_service.history import record
from catalog_service.relations import queries, related_documents
from catalog_service.search import grammar, phrases, plan
from catalog_service.search.scope import SearchScope
from catalog_service.store.db import Database
from tests import templates
from tests.catalog.events import article, document_id, event, relation

ONE = UUID(document_id(1))
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
# Scans in the order of an index, which end after one page.
IN_ORDER = ("SCAN story USING INDEX ix_story_current", "SCAN relation USING INDEX ix_relation_seq")
LISTING = "ix_document_state_listing"
QUERIES: dict[str, Callable[[Session], object]] = {
    "a document": lambda session: documents.one(session, ONE),
    "a copy": lambda session: documents.one(session, UUID(document_id(3))),
    "a copy of the past": lambda session: documents.one(session, UUID(document_id(3)), 8),
    "a story's documents": lambda session: documents.by_ids(session, [document_id(number) for number in (2, 3, 4, 5)]),
    "its versions": lambda session: document_versions.versions(session, ONE),
    "its relations": lambda session: queries.of_document(session, queries.OfDocument(str(ONE)), limit=20),
    "its related documents": lambda session: related_documents.find(
        session, related_documents.OfDocument(str(ONE)), limit=20
    ),
    "relations": lambda session: queries.find(session, queries.Filter(), limit=20),
    "relations of a type": lambda session: queries.find(session, queries.Filter("duplicate"), limit=20),
    "stories": lambda session: stories.find(session, stories.Filter(), limit=20),
    "changes": lambda session: changes.since(session, 3, limit=20),
    "a search": lambda session: search.find(session, search.Query(q="envoys")),
    "a search, counted": lambda session: search.find(
        session, search.Query(q="envoys", total="exact", facets=("kind", "month"))
    ),
    "a phrase": lambda session: phrases.find(session, phrases.PhraseQuery("envoys met"), limit=20),
    "recording a batch": lambda session: record.record_batch(
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
    templates.bring_up(database)
    copies = [event(number, relations=[relation(1, type_="duplicate")]) for number in (2, 3)]
    revision = event(5, article=article(text="Envoys met again."), relations=[relation(4, type_="revision")])
    with database.writing() as session:
        record.record_batch(session, [event(1), *copies, event(4), revision], NOW)
    yield database
    database.close()


def steps(catalog: Database, query: Callable[[Session], object]) -> list[str]:
    """The steps of SQLite's plans for the statements that a query executes."""
    statements: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        statements.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    plan_steps: list[str] = []
    with catalog.writing() as session:
        sa.event.listen(catalog.engine, "before_cursor_execute", listen)
        query(session)
        sa.event.remove(catalog.engine, "before_cursor_execute", listen)
        driver: Any = session.connection().connection.driver_connection
        for statement, parameters in statements:
            if not statement.startswith(("SAVEPOINT", "RELEASE")):
                plan_steps += [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return plan_steps


@pytest.mark.parametrize("name", QUERIES)
def test_no_query_scans_a_whole_table(catalog: Database, name: str) -> None:
    plan_steps = steps(catalog, QUERIES[name])
    assert plan_steps
    tables = (
        "document",
        "document_state",
        "version",
        "relation",
        "change",
        "receipt",
        "story",
        "membership",
        "original",
    )
    scans = [step for step in plan_steps if step.startswith(tuple(f"SCAN {table}" for table in tables))]
    assert [step for step in scans if not step.startswith(IN_ORDER)] == []
    assert [step for step in plan_steps if LISTING in step] == []
    # Nor all relations of a type, unless the query is for these.
    by_type = [step for step in plan_steps if "ix_relation_type" in step]
    assert by_type == [] or name in ("relations of a type", "a search, counted")


def test_a_list_of_documents_is_read_from_its_index(catalog: Database) -> None:
    plan_steps = steps(catalog, lambda session: documents.find(session, documents.Filter(), limit=2))
    assert [step.split(" USING ")[1] for step in plan_steps if LISTING in step] == [f"INDEX {LISTING} (status=?)"]


def test_the_copies_between_two_hits_are_looked_up_once(catalog: Database) -> None:
    copies = [event(number, relations=[relation(1, type_="duplicate")]) for number in range(10, 310)]
    with catalog.writing() as session:
        record.record_batch(session, copies, NOW)
    statements: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *called: statements.append(called[2]))
    with catalog.reading() as session:
        results = search.find(session, search.Query(q="envoys"))
    assert [hit.collapsed.count for hit in results.hits if hit.collapsed] == [302]
    # The hits are one copy and the two other documents; each chunk of rows takes two or three statements.
    assert len(results.hits) == 3
    assert len(statements) < 25


def test_entries_are_checked_for_a_prefix_by_one_reading_of_the_index(catalog: Database) -> None:
    query = search.Query(q="envoy*")
    node = grammar.parse(query.q).node
    assert node is not None
    whole = plan.everywhere(node, query.within)
    read = steps(catalog, lambda session: SearchScope(session, query, 1, whole).matching_among([1, 2]))
    [reading] = [step for step in read if "search_entry" in step]
    # With "=", the index is read once for each entry.
    assert "=" not in reading.rpartition(":")[2]
