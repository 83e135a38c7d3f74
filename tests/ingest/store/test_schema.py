"""The ingest schema goes up and down on both databases, and one that does not fit is refused in a sentence."""

from collections.abc import Iterator

import alembic.command
import pytest
import sqlalchemy

from ingest_service.errors import SchemaMismatch
from ingest_service.store import schema
from ingest_service.store.db import Database
from ingest_service.store.tables import Article, DeletedTemplate


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


def test_the_migrations_make_the_tables_that_the_code_expects(database: Database) -> None:
    schema.upgrade(database)
    schema.check(database)
    with database.migrating() as connection:
        alembic.command.check(schema.config(connection))


def test_what_goes_up_comes_down(database: Database) -> None:
    schema.upgrade(database)
    schema.downgrade(database, "base")
    assert schema.current(database) is None
    assert sqlalchemy.inspect(database.engine).get_table_names() == ["alembic_version"]


def test_a_new_database_is_refused_with_the_command_that_helps(database: Database) -> None:
    with pytest.raises(SchemaMismatch, match="migrate up"):
        schema.check(database)


def test_the_database_of_a_newer_release_is_refused(database: Database) -> None:
    schema.upgrade(database)
    with database.writing() as session:
        session.execute(sqlalchemy.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="newer release"):
        schema.check(database)


PENDING = {"at": "2026-11-28T10:00:00Z", "cause": "created"}
# For each article: the version, which also marked the queue, and the pending event before the migration; the version
# and the state after it. The version after the way back is that after the migration.
QUEUE = [
    ("6", PENDING, "6", "new"),
    ("", PENDING, "0", "new"),
    ("6", None, "6", "done"),
    ("5", None, "5", "done"),
    ("", None, "0", "again"),
    ("hindsight", None, "0", "boilerplate"),
]


def test_the_queue_in_the_version_becomes_a_column_and_back(database: Database) -> None:
    schema.upgrade(database, "0006")
    tables = reflected(database)
    with database.writing() as session:
        for number, (version, pending, *_) in enumerate(QUEUE):
            item = {"key": "", "by": "path", "path": "", "document": f"{number}", "observation": 1, "status": "current"}
            article = {"item": number, "document": f"{number}", "observation": 1, "digest": "", "folded_digest": ""}
            state = {
                "indexed": True,
                "form": number % 2 == 0,
                "sameness_version": version,
                "owes": pending or sqlalchemy.null(),
            }
            session.execute(sqlalchemy.insert(tables["item"]), [{"id": number} | item])
            session.execute(sqlalchemy.insert(tables["article"]), [{"id": number, "content": b""} | article | state])
            session.execute(sqlalchemy.insert(tables["gone"]), [{"hashes": b"%d" % number}])
    hashes = [b"%d" % number for number in range(len(QUEUE))]

    schema.upgrade(database)
    with database.reading() as session:
        articles = session.scalars(sqlalchemy.select(Article).order_by(Article.id)).all()
        assert [(row.sameness_version, row.judging) for row in articles] == [row[2:] for row in QUEUE]
        assert [row.pending for row in articles] == [row[1] for row in QUEUE]
        assert [row.template for row in articles] == 3 * [True, False]
        templates = sqlalchemy.select(DeletedTemplate.hashes).order_by(DeletedTemplate.id)
        assert list(session.scalars(templates)) == hashes

    schema.downgrade(database, "0006")
    tables = reflected(database)
    old = tables["article"].c
    with database.reading() as session:
        rows = session.execute(sqlalchemy.select(old.sameness_version, old.owes, old.form).order_by(old.id))
        assert [tuple(row) for row in rows] == [
            (version, pending, number % 2 == 0) for number, (_, pending, version, _) in enumerate(QUEUE)
        ]
        assert list(session.scalars(sqlalchemy.select(tables["gone"].c.hashes))) == hashes


def reflected(database: Database) -> dict[str, sqlalchemy.Table]:
    """The tables as they are in the database, by name."""
    metadata = sqlalchemy.MetaData()
    metadata.reflect(database.engine)
    return dict(metadata.tables)
