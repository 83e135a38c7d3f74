"""The broadcast keeps the last changes only, and gives the same ones as the database, whatever a reader has read."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from catalog_service import broadcast, changes, runner
from catalog_service.broadcast import Broadcast
from catalog_service.errors import CursorExpired
from catalog_service.store.db import Database
from catalog_service.store.point_reads import PointReader
from catalog_service.store.tables import Change, Counter
from tests.catalog.conftest import NOW
from tests.ingest.waiting import until

FILTER = changes.Filter(types=("story.changed.v1",))


@pytest.fixture
async def shared(catalog: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Broadcast]:
    """A running broadcast that keeps five changes, with a reader."""
    monkeypatch.setattr(broadcast, "RECENT", 5)
    points = PointReader(catalog)
    shared = Broadcast(catalog, points, limit=10)
    async with runner.supervised("broadcast", shared.run(), asyncio.Event()):
        with shared.reading():
            # Changes that are recorded before its first read are none of its own.
            await until(lambda: bool(shared._epoch), "the first read")
            yield shared
    points.close()


def add(catalog: Database, *seqs: int) -> None:
    """Commits changes with these numbers; those with even numbers are outside the filter."""
    types = ("relation.added.v1", "story.changed.v1")
    with catalog.writing() as session:
        rows = [{"seq": seq, "type": types[seq % 2], "time": NOW, "data": {"seq": seq}} for seq in seqs]
        session.execute(sa.insert(Change), rows)
        session.execute(sa.update(Counter).values(seq=seqs[-1]))


async def test_every_position_gives_what_the_database_gives(catalog: Database, shared: Broadcast) -> None:
    start = await catalog.read(changes.start, "0", FILTER)
    for numbers in ([1, 2], [3], range(4, 9), range(9, 30), [30], [31, 32, 33]):
        add(catalog, *numbers)
        shared.wake()
        async with asyncio.timeout(10):
            await shared.wait(changes.Position(start.key, FILTER, start.epoch, numbers[-1] - 1))
        for seq in range(numbers[-1] + 1):
            position = changes.Position(start.key, FILTER, start.epoch, seq)
            for limit in (1, 2, 100):
                assert await shared.after(position, limit) == await catalog.read(changes.after, position, limit)
        assert len(shared._recent) <= 5


async def test_more_than_a_few_new_changes_are_kept_too(
    catalog: Database, shared: Broadcast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "FEW", 3)
    start = await catalog.read(changes.start, "0", FILTER)
    add(catalog, *range(1, 6))
    shared.wake()
    async with asyncio.timeout(10):
        await shared.wait(start)
    assert [changes.seq_of(change) for change in shared._recent] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_few_new_changes_are_read_without_a_thread_on_sqlite(catalog: Database, shared: Broadcast) -> None:
    start = await catalog.read(changes.start, "0", FILTER)
    add(catalog, 1)
    transactions: list[object] = []
    sa.event.listen(catalog.engine, "begin", transactions.append)
    shared.wake()
    async with asyncio.timeout(10):
        await shared.wait(start)
    assert not transactions


async def test_only_old_positions_read_the_database(catalog: Database, shared: Broadcast) -> None:
    start = await catalog.read(changes.start, "0", FILTER)
    add(catalog, *range(1, 9))
    shared.wake()
    async with asyncio.timeout(10):
        await shared.wait(start)
    read: list[str] = []
    sa.event.listen(catalog.engine, "before_cursor_execute", lambda *call: read.append(call[2]))
    await shared.after(changes.Position(start.key, FILTER, start.epoch, 6), 100)
    assert not read
    await shared.after(start, 100)
    assert read


async def test_a_position_of_another_epoch_has_expired(catalog: Database, shared: Broadcast) -> None:
    position = await catalog.read(changes.start, "now", FILTER)
    with catalog.writing() as session:
        session.execute(sa.update(Counter).values(epoch="restored"))
    shared.wake()
    async with asyncio.timeout(10):
        await shared.wait(position)
    with pytest.raises(CursorExpired):
        await shared.after(position, 100)
