"""Only one live ingest service owns a database, and a dead one does not hold it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy

from ingest_service.errors import DatabaseTaken
from ingest_service.store import lock
from ingest_service.store.db import Database


@contextmanager
def two_services(url: str) -> Iterator[tuple[sqlalchemy.Engine, sqlalchemy.Engine]]:
    """Two ways to one database."""
    first, second = Database(url), Database(url)
    try:
        yield first.engine, second.engine
    finally:
        first.close()
        second.close()


def test_a_database_is_owned_once_and_free_afterwards(database_url: str) -> None:
    with two_services(database_url) as (first, second):
        with lock.owning(first), pytest.raises(DatabaseTaken), lock.owning(second):
            pass
        with lock.owning(second):
            pass


def cut_connections(url: str) -> None:
    """What a restart of PostgreSQL does to those who are connected."""
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).all()
    engine.dispose()


@pytest.mark.postgres
def test_a_lock_that_was_cut_is_taken_again(postgres_url: str) -> None:
    with two_services(postgres_url) as (first, second), lock.owning(first) as held:
        assert isinstance(held, lock.AdvisoryLock)
        cut_connections(postgres_url)
        held.check()
        with pytest.raises(DatabaseTaken), lock.owning(second):
            pass


@pytest.mark.postgres
def test_a_lock_that_another_service_took_meanwhile_is_lost(postgres_url: str) -> None:
    with two_services(postgres_url) as (first, second), lock.owning(first) as held:
        assert isinstance(held, lock.AdvisoryLock)
        cut_connections(postgres_url)
        with lock.owning(second), pytest.raises(DatabaseTaken):
            held.check()
