"""The ingest schema goes up and down on both databases, and one that does not fit is refused in a sentence."""

from collections.abc import Iterator

import alembic.command
import pytest
import sqlalchemy

from ingest_service import schema
from ingest_service.db import Database
from ingest_service.errors import SchemaMismatch


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
