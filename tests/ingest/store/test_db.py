"""Two transactions in one thread: each is whole by itself."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.store.db import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    with made.writing() as session:
        session.execute(sa.text("CREATE TABLE word (n INTEGER)"))
    yield made
    made.close()


def add(session: Session) -> str:
    session.execute(sa.text("INSERT INTO word VALUES (1)"))
    return threading.current_thread().name


def count(session: Session) -> int:
    return int(session.execute(sa.text("SELECT count(*) FROM word")).scalar_one())


def fail(session: Session) -> None:
    add(session)
    raise ValueError("the second one fails")


async def test_two_transactions_run_in_one_thread_one_after_the_other(database: Database) -> None:
    first, second = await database.write_both(add, lambda session: (add(session), count(session)))
    assert second == (first, 2)
    assert first != threading.current_thread().name


async def test_if_the_second_transaction_fails_the_first_is_committed(database: Database) -> None:
    with pytest.raises(ValueError, match="second"):
        await database.write_both(add, fail)
    assert await database.read(count) == 1


async def test_if_the_first_transaction_fails_the_second_does_not_begin(database: Database) -> None:
    with pytest.raises(ValueError, match="second"):
        await database.write_both(fail, add)
    assert await database.read(count) == 0
