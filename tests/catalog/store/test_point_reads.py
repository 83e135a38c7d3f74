"""Point reads, on both databases."""

import asyncio
import threading
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from catalog_service import document_versions, documents
from catalog_service.errors import NotFound
from catalog_service.store.db import Database
from catalog_service.store.point_reads import PointReader
from catalog_service.store.prepared import Prepared, Reader
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event

ONE = UUID(document_id(1))


@pytest.fixture
async def points(catalog: Database) -> AsyncIterator[PointReader]:
    made = PointReader(catalog)
    yield made
    made.close()


def thread_of(reader: Reader, document: UUID) -> int:
    """Reads a document; the thread that it is read in."""
    documents.one(reader, document)
    return threading.get_ident()


def last_version(reader: Reader, document: UUID) -> int:
    """The number of the last version of a document, read by one statement."""
    return document_versions.heads(reader, (document, 1))[0].numbers.last


async def test_it_reads_in_the_event_loop_where_no_statement_waits_for_a_server(
    points: PointReader, catalog: Database, record: Record
) -> None:
    record(event(1))
    in_loop = await points.read(thread_of, ONE) == threading.get_ident()
    assert in_loop == (catalog.engine.dialect.name == "sqlite")


async def test_it_sees_what_was_just_committed(points: PointReader, record: Record) -> None:
    for observation in range(1, 5):
        text = article(text=f"Envoys met {observation} times.")
        record(event(1, observation, "changed" if observation > 1 else "created", article=text))
        assert (await points.read(documents.one, ONE)).versions == observation
        assert await points.look_up(last_version, ONE) == observation
        assert (await points.read(document_versions.version, ONE, observation)).text == text["paragraphs"][0]


async def test_its_two_statements_see_one_snapshot(points: PointReader, record: Record) -> None:
    def one_while_another_is_recorded(reader: Reader) -> tuple[int, int]:
        before = documents.seq(reader, ONE)
        writer = threading.Thread(target=record, args=(event(1, 2, "changed", article=article(text="Talks ended.")),))
        writer.start()
        writer.join()
        return before, documents.one(reader, ONE).seq

    record(event(1))
    before, after = await points.read(one_while_another_is_recorded)
    assert before == after < await points.read(documents.seq, ONE)


async def test_an_error_of_the_read_itself_changes_nothing(points: PointReader, record: Record) -> None:
    with pytest.raises(NotFound):
        await points.read(documents.one, ONE)
    record(event(1))
    assert (await points.read(documents.one, ONE)).id == ONE


async def test_a_wrong_statement_is_a_fault_of_the_program(points: PointReader, record: Record) -> None:
    select_nothing = Prepared(lambda: sa.select(sa.column("number", sa.Integer)).select_from(sa.table("no_such_table")))
    with pytest.raises(exc.DBAPIError, match="no_such_table"):
        await points.read(select_nothing.rows)
    record(event(1))
    assert (await points.read(documents.one, ONE)).id == ONE


async def test_the_first_readers_share_one_connection(points: PointReader, catalog: Database, record: Record) -> None:
    record(event(1))
    connections: list[object] = []
    sa.event.listen(catalog.engine, "checkout", lambda driver, *_: connections.append(driver))
    await asyncio.gather(*(points.read(documents.one, ONE) for _ in range(4)))
    assert len(connections) == (1 if catalog.engine.dialect.name == "sqlite" else 4)
