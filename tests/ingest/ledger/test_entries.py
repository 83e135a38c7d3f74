"""What the ledger answers about files, and that an index serves it on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from ingest_service.ledger import queries
from ingest_service.store import tables
from ingest_service.store.db import Database
from ingest_service.store.tables import File
from tests import templates

PATHS = ("x", "x/a", "x/é/b", "x-b", "x.b", "x0", "X/c", "y/x/d", "x/\ufffd", "x_/e", "%/f", "x/")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A ledger with some files."""
    made = Database(database_url)
    templates.bring_up(made)
    with made.writing() as session:
        facts = dict.fromkeys(("size", "mtime_ns", "ctime_ns", "device", "inode"), 1)
        session.add_all(File(path=path, state=tables.PUBLISHED, since=NOW, **facts) for path in PATHS)
    yield made
    made.close()


def plans(database: Database, statements: list[tuple[str, Any]]) -> list[str]:
    """How the database carries out each statement; PostgreSQL walks over a table only where it has no index."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    with database.reading() as session:
        connection = session.connection()
        if not is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [
            "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))
            for statement, parameters in statements
        ]


def test_the_files_below_a_deleted_folder_are_found_by_an_index(database: Database) -> None:
    statements: list[tuple[str, Any]] = []
    sa.event.listen(
        database.engine, "before_cursor_execute", lambda *arguments: statements.append((arguments[2], arguments[3]))
    )
    with database.reading() as session:
        around = queries.known_files_around
        below = around(session, ["y"], []).keys() | around(session, ["x/é"], []).keys()
        others = around(session, ["%", "x_"], [])
    assert below == {"y/x/d", "x/é/b"}
    assert set(others) == {"%/f", "x_/e"}
    queries_ = [(statement, parameters) for statement, parameters in statements if "FROM file" in statement]
    assert queries_
    for plan in plans(database, queries_):
        assert "uq_file_path" in plan or "sqlite_autoindex_file" in plan, plan
        assert "SCAN" not in plan.replace("SCAN json_each", "")
        assert "Seq Scan" not in plan


def test_files_are_listed_in_the_order_of_their_bytes(database: Database) -> None:
    with database.reading() as session:
        listed = [each.path for each in queries.file_states(session)]
        pages = [each.path for start in ("", *listed) for each in queries.file_states(session, after=start, limit=1)]
    assert listed == pages == sorted(PATHS)


@pytest.mark.postgres
def test_paths_are_compared_by_their_bytes_whatever_the_language_of_the_database(postgres_url: str) -> None:
    database = Database(postgres_url)
    templates.bring_up(database)
    with database.reading() as session:
        # In a database of another locale "x0" need not come after "x/", nor its index serve the range.
        query = "SELECT collation_name FROM information_schema.columns WHERE table_name='file' AND column_name='path'"
        assert session.scalar(sa.text(query)) == "C"
    database.close()
