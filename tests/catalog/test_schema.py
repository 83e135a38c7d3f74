"""Migrations go up and down on both databases, and the service knows whether they fit."""

import alembic.command
import pytest
from sqlalchemy import inspect

from catalog_service import schema
from catalog_service.db import Database
from catalog_service.errors import SchemaMismatch


def test_migrations_go_up_and_down_and_up(database_url: str) -> None:
    database = Database(database_url)
    schema.upgrade(database)
    schema.check(database)
    schema.downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(database)
    schema.check(database)
    database.close()


def test_an_empty_database_is_told_what_to_do(database_url: str) -> None:
    database = Database(database_url)
    assert len(schema.plan(database)) >= 1
    with pytest.raises(SchemaMismatch, match="catalog-service migrate up"):
        schema.check(database)
    database.close()


def test_the_tables_are_those_of_the_migrations(catalog: Database) -> None:
    with catalog.migrating() as connection:
        alembic.command.check(schema._config(connection))
    assert schema.plan(catalog) == []
