"""Concurrent requests share transactions; each gets its own results, and a full queue says so."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalog_service.errors import Busy, Stopping
from catalog_service.history.group_commit import Writer
from catalog_service.store.db import Database


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    made = Database(sqlite_url)
    with made.writing() as session:
        session.execute(text("CREATE TABLE word (batch INTEGER, n INTEGER)"))
    yield made
    made.close()


def record(session: Session, numbers: Sequence[int]) -> list[int]:
    """Keeps each number with the number of its transaction; refuses 13."""
    batch = session.execute(text("SELECT coalesce(max(batch), 0) + 1 FROM word")).scalar_one()
    for number in numbers:
        if number == 13:
            raise ValueError("thirteen")
        session.execute(text("INSERT INTO word VALUES (:batch, :n)"), {"batch": batch, "n": number})
    return [number * 10 for number in numbers]


@asynccontextmanager
async def running(writer: Writer[int, int]) -> AsyncIterator[None]:
    task = asyncio.create_task(writer.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def kept(database: Database) -> list[tuple[int, int]]:
    with database.reading() as session:
        return [(row.batch, row.n) for row in session.execute(text("SELECT batch, n FROM word ORDER BY batch, n"))]


async def test_all_that_wait_share_one_transaction_and_get_their_own_results(database: Database) -> None:
    writer = Writer(database, record, limit=100, together=100)
    waiting = [asyncio.create_task(writer.record([number, number + 1])) for number in (1, 3, 5)]
    await asyncio.sleep(0)
    async with running(writer):
        assert await asyncio.gather(*waiting) == [[10, 20], [30, 40], [50, 60]]
    assert kept(database) == [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6)]
    assert writer.waiting == 0


async def test_a_transaction_is_no_larger_than_it_may_be(database: Database) -> None:
    writer = Writer(database, record, limit=100, together=3)
    waiting = [asyncio.create_task(writer.record(numbers)) for numbers in ([1, 2], [3], [4, 5, 6, 7], [8])]
    await asyncio.sleep(0)
    async with running(writer):
        await asyncio.gather(*waiting)
    assert [batch for batch, _ in kept(database)] == [1, 1, 1, 2, 2, 2, 2, 3]


async def test_a_full_queue_refuses_more_and_takes_again_when_drained(database: Database) -> None:
    writer = Writer(database, record, limit=2, together=100)
    first = asyncio.create_task(writer.record([1, 2, 3]))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await writer.record([4])
    async with running(writer):
        assert await first == [10, 20, 30]
        assert await writer.record([4]) == [40]


async def test_a_failure_reaches_its_requests_and_the_writer_continues(database: Database) -> None:
    writer = Writer(database, record, limit=100, together=100)
    async with running(writer):
        with pytest.raises(ValueError, match="thirteen"):
            await writer.record([12, 13])
        assert await writer.record([14]) == [140]
    assert kept(database) == [(1, 14)]


async def test_a_request_at_fault_fails_no_other_request_of_its_transaction(database: Database) -> None:
    writer = Writer(database, record, limit=100, together=100)
    waiting = [asyncio.create_task(writer.record(numbers)) for numbers in ([1, 2], [12, 13], [3])]
    await asyncio.sleep(0)
    async with running(writer):
        first, at_fault, last = await asyncio.gather(*waiting, return_exceptions=True)
    assert (first, last) == ([10, 20], [30])
    assert isinstance(at_fault, ValueError)
    assert kept(database) == [(1, 1), (1, 2), (2, 3)]
    assert writer.waiting == 0


async def test_a_client_that_disconnects_does_not_stop_other_requests(database: Database) -> None:
    writer = Writer(database, record, limit=100, together=100)
    gone, stays = asyncio.create_task(writer.record([1])), asyncio.create_task(writer.record([2]))
    await asyncio.sleep(0)
    gone.cancel()
    async with running(writer):
        assert await stays == [20]
    assert kept(database) == [(1, 1), (1, 2)]


async def test_requests_that_wait_for_a_writer_that_dies_are_answered(database: Database) -> None:
    """The fault is met while results are handed out; one request is in the transaction, one waits for the next."""
    broken: Writer[int, int] = Writer(database, lambda _session, _numbers: None, limit=100, together=1)  # type: ignore[arg-type, return-value]
    waiting = [asyncio.create_task(broken.record([number])) for number in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(TypeError):
        await broken.run()
    for request in waiting:
        with pytest.raises(Stopping):
            await request
    with pytest.raises(Stopping):
        await broken.record([3])


async def test_requests_that_wait_for_a_writer_that_is_ended_are_answered(database: Database) -> None:
    writer = Writer(database, record, limit=100, together=100)
    async with running(writer):
        assert await writer.record([1]) == [10]
    with pytest.raises(Stopping):
        await writer.record([2])
