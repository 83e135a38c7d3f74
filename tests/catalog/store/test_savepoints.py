"""A savepoint undoes its own part of a transaction, and the error of that part is the one that is raised."""

from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.orm import Session

from catalog_service.errors import DatabaseAway
from catalog_service.store import bulk
from catalog_service.store.db import Database
from catalog_service.store.rows import OriginalRow
from catalog_service.store.savepoints import savepoint
from catalog_service.store.tables import Original
from tests import templates


def stored(catalog: Database) -> set[str]:
    with catalog.reading() as session:
        return set(session.scalars(sa.select(Original.digest)))


def insert(session: Session, *names: str) -> None:
    for name in names:
        bulk.insert(session, Original, [OriginalRow(name, 1, b"1")])


def fail_after_the_end(session: Session) -> None:
    """Fails as an error does that ends the transaction, such as that of a full disk."""
    with savepoint(session):
        insert(session, "undone")
        session.connection().exec_driver_sql("ROLLBACK")
        raise ValueError("the cause")


def test_what_failed_is_undone_and_the_rest_is_committed(catalog: Database) -> None:
    with catalog.writing() as session:
        insert(session, "before")
        with pytest.raises(exc.IntegrityError), savepoint(session):
            insert(session, "undone", "before")
        with savepoint(session):
            insert(session, "after")
    assert stored(catalog) == {"before", "after"}


def test_an_error_that_ended_the_transaction_is_raised_itself(catalog: Database) -> None:
    with pytest.raises(ValueError, match="the cause"), catalog.writing() as session:
        fail_after_the_end(session)
    assert stored(catalog) == set()


def insert_while_the_server_ends_the_connection(catalog: Database) -> None:
    with catalog.writing() as session, savepoint(session):
        pid = session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with catalog.reading() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        insert(session, "lost")


def test_a_connection_that_is_lost_meanwhile_is_reported_as_that(postgres_url: str) -> None:
    with closing(Database(postgres_url)) as catalog:
        templates.bring_up(catalog)
        with pytest.raises(DatabaseAway):
            insert_while_the_server_ends_the_connection(catalog)
        assert stored(catalog) == set()
