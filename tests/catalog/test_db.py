"""Transactions of the catalog, on both databases: whole or not at all, readers see one snapshot."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalog_service.db import Database
from catalog_service.errors import DatabaseAway


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    with made.writing() as session:
        session.execute(text("CREATE TABLE word (n INTEGER)"))
    yield made
    made.close()


def add(session: Session, number: int) -> None:
    session.execute(text("INSERT INTO word VALUES (:n)"), {"n": number})


def count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM word")).scalar_one())


def add_after_reading(session: Session) -> None:
    add(session, count(session))


def test_an_error_undoes_everything_of_its_transaction(database: Database) -> None:
    def fail_half_way() -> None:
        with database.writing() as session:
            add(session, 1)
            raise LookupError

    with pytest.raises(LookupError):
        fail_half_way()
    with database.reading() as session:
        assert count(session) == 0


def test_a_savepoint_undoes_its_part_only(database: Database) -> None:
    with database.writing() as session:
        add(session, 1)
        with session.begin_nested() as savepoint:
            add(session, 2)
            savepoint.rollback()
    with database.reading() as session:
        assert count(session) == 1


def test_a_reader_sees_one_snapshot_while_others_write(database: Database) -> None:
    with database.reading() as reader:
        assert count(reader) == 0
        with database.writing() as writer:
            add(writer, 1)
        assert count(reader) == 0
    with database.reading() as reader:
        assert count(reader) == 1


async def test_many_writers_that_read_first_all_succeed(database: Database) -> None:
    await asyncio.gather(*(database.write(add_after_reading) for _ in range(40)))
    assert await database.read(count) == 40


def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    database = Database("postgresql+psycopg://reader:hunter2@127.0.0.1:1/none")
    with pytest.raises(DatabaseAway) as away, database.reading():
        pass
    assert "127.0.0.1:1/none" in str(away.value)
    assert "hunter2" not in str(away.value)
    database.close()
