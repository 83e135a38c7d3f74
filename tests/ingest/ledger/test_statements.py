"""The statements for one file: their rows are those of SQLAlchemy, and each finds its rows by an index."""

import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

from catalog_service import contract
from ingest_service.delivery import outbox
from ingest_service.folder.scan import FileFact
from ingest_service.index import lookup, mirror
from ingest_service.judging.judge import Judge
from ingest_service.ledger import articles, emission, entries, furniture, load, queries, replacement, rereads
from ingest_service.ledger.batch import FileChanges
from ingest_service.store import state
from ingest_service.store.db import Database
from ingest_service.store.prepared import Prepared
from ingest_service.store.tables import NEW
from tests import templates
from tests.quality import sameness_predict
from tests.quality.sameness_predict import NOW, ORIGIN, Document

WORDS = "The ferry to the island sails at nine from today, the line said, and returns in the evening."
TEXTS = [Document(name, f"{WORDS} It is number {name}.") for name in ("1", "2", "é")]
COPY = Document("copy", TEXTS[0].text)
IDS = {"values": [1, 2, 3, 4]}
STATEMENTS: dict[str, tuple[Prepared, Mapping[str, object]]] = {
    "a fact": (state._select_value, {"fact": "catalog_epoch"}),
    "all files": (queries._ALL_FACTS, {}),
    "files at paths": (queries._FACTS_AT_PATHS, {"values": ["1", "é", "nowhere"]}),
    "files with inodes": (queries._FACTS_WITH_INODES, {"values": [zlib.crc32(b"1"), 2**40]}),
    "files below": (queries._FACTS_BELOW, {"first": "0", "end": "3"}),
    "items of files": (load._ITEMS_OF_FILES, IDS),
    "holders": (load._HOLDERS, IDS),
    "paths": (load._PATHS, IDS),
    "contents": (load._CONTENTS, IDS),
    "queued articles": (articles._QUEUED_IDS, {"state": NEW, "most": 2}),
    "articles": (articles._WITH_IDS, IDS),
    "articles up to one": (articles._WITH_IDS_UNTIL, IDS | {"last": 1}),
    "pending articles": (emission._PENDING, IDS),
    "fingerprints": (lookup._OF_ARTICLES, IDS),
    "fingerprints by row": (mirror._ROWS_AT, IDS),
    "fingerprints after a row": (mirror._ROWS_AFTER, {"last": 1}),
    "pages of items": (furniture._CONTENTS, IDS),
    "pages to learn from": (furniture._NEW, {"last": 1, "most": 2}),
    "the newest article": (furniture._LAST_ARTICLE, {}),
    "facts of holders": (lookup._FACTS, IDS),
    "the backlog": (articles._select_backlog, {}),
    "the first file due": (rereads._select_first_due, {}),
    "pending events": (outbox._claim, {"now": NOW, "limit_events": 2}),
}  # fmt: skip
BY_CLASS = {
    "members": replacement._MEMBERS, "representatives of classes": replacement._REPRESENTATIVES,
    "representatives": articles._REPRESENTATIVES, "judged copies": articles._JUDGED_COPIES,
}  # fmt: skip


def test_the_rows_are_those_of_sqlalchemy(database: Database) -> None:
    sameness_predict.store(database, TEXTS)
    sameness_predict.judge(database, Judge(ORIGIN))
    sameness_predict.store(database, [COPY])
    sameness_predict.judge(database, Judge(ORIGIN))
    sameness_predict.store(database, [Document("2", "Another text."), Document("new", f"{WORDS} It is new.")])
    with database.writing() as session:
        state.remember(session, "catalog_epoch", "before")
        state.remember(session, "catalog_epoch", "now")
    with database.reading() as session:
        digests = {"values": list(session.scalars(sa.text("SELECT folded_digest FROM article")))}
        originals = {"values": list(session.scalars(sa.text("SELECT digest FROM original")))}
        events = {"values": list(session.scalars(sa.text("SELECT event FROM outbox")))}
        statements = STATEMENTS | {name: (prepared, digests) for name, prepared in BY_CLASS.items()}
        statements["originals"] = (emission._select_originals, originals)
        statements["originals of events"] = (outbox._ORIGINALS_OF, events)
        for name, (prepared, values) in statements.items():
            rows = session.execute(prepared._build(), values).all()
            assert [row._asdict() for row in prepared.rows(session, **values)] == [row._asdict() for row in rows], name
            assert rows, name


def plan(connection: sa.Connection, statement: str, parameters: Any) -> str:  # noqa: ANN401  As the driver takes them.
    """How the database carries out a statement; PostgreSQL walks over a table only where it has no index."""
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))


def pass_through(database: Database, document: Document) -> None:
    """Has one file known, stored, judged and delivered."""
    with database.reading() as session:
        queries.known_files_around(session, [document.id], [FileFact(document.id, 1, 1, 1, 1, 1)])
    sameness_predict.store(database, [document])
    with database.writing() as session:
        Judge(ORIGIN).judge(session, 100)
    with database.reading() as session:
        claimed = outbox.claim(session, limit_events=10, limit_bytes=100_000, now=NOW)
    receipts = [contract.Receipt(event=event.event, outcome="recorded", epoch="1", seq=1) for event in claimed]
    with database.writing() as session:
        outbox.delivered(session, receipts, NOW)


@contextmanager
def recorded(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed in the block, and their parameters, without those that begin a transaction."""
    statements: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        if not statement.startswith("BEGIN"):
            statements.append((statement, parameters))

    sa.event.listen(database.engine, "before_cursor_execute", listen)
    yield statements
    sa.event.remove(database.engine, "before_cursor_execute", listen)


def walks(database: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """The plans of those statements that walk over a table."""
    with database.reading() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [plan(connection, *call) for call in statements if not call[0].startswith("INSERT")]
    assert len(plans) > len(statements) // 2
    return [steps for steps in plans if re.search("SCAN (?!json_each|CONSTANT ROW)|Seq Scan on ", steps)]


def test_what_is_looked_up_by_lists_is_no_walk_over_a_table(database: Database) -> None:
    lists = [values for name, values in STATEMENTS.items() if name != "all files"]
    lists += [(prepared, {"values": ["sha-256:1"]}) for prepared in BY_CLASS.values()]
    lists += [(prepared, IDS) for prepared in (furniture._KNOWN, furniture._HOLDERS, mirror._BOILERPLATE_AT)]
    with recorded(database) as statements, database.reading() as session:
        for prepared, values in lists:
            prepared.rows(session, **values)
    assert len(statements) == len(lists)
    assert walks(database, statements) == []


def test_a_claim_looks_for_waiting_events_among_those_of_the_document(sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        templates.bring_up(database)
        with recorded(database) as statements, database.reading() as session:
            outbox.claim(session, limit_events=10, limit_bytes=100_000, now=NOW)
        [claim] = statements
        with database.reading() as session:
            assert "outbox_1 USING INDEX ix_outbox_document_id" in plan(session.connection(), *claim)


def test_a_new_file_costs_few_statements_and_no_walk_over_a_table(database: Database) -> None:
    for document in TEXTS:
        pass_through(database, document)
    with recorded(database) as statements:
        pass_through(database, Document("new", f"{WORDS} It is new."))
    assert len(statements) <= 27
    assert walks(database, statements) == []


def test_later_changes_of_a_file_are_no_walk_over_a_table(database: Database) -> None:
    for document in TEXTS:
        pass_through(database, document)
    context = entries.Context(ORIGIN, NOW)
    with recorded(database) as statements:
        pass_through(database, Document("2", f"{WORDS} It is changed."))
        with database.writing() as session:
            entries.enter(session, context, FileChanges(moved={"2": FileFact("moved", 1, 0, 0, 0, 0)}))
            entries.enter(session, context, FileChanges(deleted=["moved"]))
            articles.queue_for_boilerplate(session, [1])
            articles.mark_templates(session, [1])
            articles.queue_copies(session, ["sha-256:1"])
            articles.backlog(session)
            rereads.is_due(session, NOW)
    assert walks(database, statements) == []
