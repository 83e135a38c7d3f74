"""A migration of the catalog keeps what the database holds, and fills new columns with what is known."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from catalog_service.store import schema
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Counter, Document, Membership, Receipt, Relation, Story, valid_at
from tests.catalog.conftest import NOW, Record, outcomes
from tests.catalog.events import article, document_id, event, related, relation
from tests.releases import dumps

RELEASES = sorted(dumps.FOLDER.iterdir())
Rows = list[tuple[object, ...]]


@pytest.fixture(params=RELEASES, ids=lambda folder: folder.name)
def released(request: pytest.FixtureRequest, database_url: str) -> Iterator[Database]:
    """The database of an earlier release."""
    load = dumps.load_sqlite if database_url.startswith("sqlite") else dumps.load_postgres
    load(request.param / "catalog", database_url)
    database = Database(database_url)
    yield database
    database.close()


def rows(database: Database, statement: sa.Executable) -> Rows:
    """The rows of a statement."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(statement)]


def number(database: Database, statement: sa.Select[int]) -> int:
    """The only value of a statement."""
    with database.reading() as session:
        return session.scalars(statement).one()


# As the releases before 0004 have them.
PRESENT = sa.text("SELECT id, head, size FROM story ORDER BY id")
INTERVALS = sa.select(Story.id, Story.seq, Story.until_seq, Story.head, Story.size).order_by(Story.id, Story.seq)
MEMBERS = sa.select(Membership.document, Membership.story, Membership.seq, Membership.until_seq).order_by(
    Membership.document, Membership.seq
)


def test_the_stories_of_every_release_are_filled_from_its_log(released: Database) -> None:
    present = rows(released, PRESENT)
    schema.upgrade(released)
    open_stories = sa.select(Story.id, Story.head, Story.size).where(valid_at(Story)).order_by(Story.id)
    assert rows(released, open_stories) == present
    check_members_since_the_last_change(released)
    assert len(rows(released, INTERVALS)) >= len(present) > 0

    schema.downgrade(released, "0003")
    assert rows(released, PRESENT) == present


def check_members_since_the_last_change(database: Database) -> None:
    """The present documents of each story are its documents since the last entry of the log about it, and no others."""
    story = Change.data["story"].as_string()
    last = sa.select(sa.func.max(Change.seq)).where(Change.type == "story.changed.v1", story == Document.story)
    expected = sa.select(Document.id, Document.story, last.scalar_subquery(), sa.null())
    assert rows(database, MEMBERS) == rows(database, expected.where(Document.story.is_not(None)).order_by(Document.id))


def test_the_past_of_stories_is_filled_from_the_log(catalog: Database, record: Record) -> None:
    def copy_of(number: int, *others: int) -> None:
        record(event(number, relations=[relation(other, type_="duplicate") for other in others]))

    record(event(1), event(5), event(8))
    for number, other in ((2, 1), (3, 1), (6, 5), (7, 5), (9, 8)):
        copy_of(number, other)
    # It joins two stories; then one loses a document, and the third ends.
    copy_of(4, 3, 7)
    record(event(2, 2, "withdrawn"))
    record(event(9, 2, "withdrawn"))
    before = rows(catalog, INTERVALS)
    assert {row[0] for row in before if row[2] is not None} > {row[0] for row in before if row[2] is None}

    schema.downgrade(catalog, "0003")
    assert rows(catalog, PRESENT) == [(row[0], row[3], row[4]) for row in before if row[2] is None]
    schema.upgrade(catalog)
    assert rows(catalog, INTERVALS) == before
    check_members_since_the_last_change(catalog)
    # Recording goes on from there.
    record(event(3, 2, "withdrawn"))
    left = [row for row in rows(catalog, MEMBERS) if row[0] == document_id(3)]
    assert [row[3] is None for row in left] == [False]


def test_an_empty_catalog_goes_down_and_up(catalog: Database) -> None:
    schema.downgrade(catalog, "0003")
    schema.upgrade(catalog)
    assert rows(catalog, INTERVALS) == []


REPORTED = sa.select(Change.type, Change.data["relation"].as_string()).where(Change.type.like("relation.%"))


def test_relations_that_ended_before_0005_are_reported_as_withdrawn(catalog: Database, record: Record) -> None:
    record(
        event(1), *(event(number, relations=[relation(1)]) for number in (2, 3, 4)), event(5, relations=[relation(9)])
    )
    record(event(2, 2, "changed", article=article(text="Other.")), event(3, 2, "withdrawn"), related(4, 1, []))
    last = number(catalog, sa.select(Counter.seq))
    schema.downgrade(catalog, "0004")
    # As the releases before 0005 recorded it.
    ended = Change.data["reason"].as_string() == "not-current"
    assert number(catalog, sa.select(sa.func.count()).where(ended)) == 2
    with catalog.writing() as session:
        session.execute(sa.delete(Change).where(ended))
    schema.upgrade(catalog)
    reported = rows(catalog, REPORTED.where(Change.seq > last).order_by(Change.seq))
    still_related = sa.select(Relation.id).where(Relation.seq > 0, valid_at(Relation)).order_by(Relation.seq)
    assert reported == [("relation.withdrawn.v1", id_) for (id_,) in rows(catalog, still_related)]
    assert number(catalog, sa.select(Counter.seq)) == last + 2
    schema.downgrade(catalog, "0004")
    schema.upgrade(catalog)
    # Recording goes on from there; receipts of before have no digest.
    assert outcomes(record(event(1, article=article(text="Unlike.")), event(6))) == ["replayed", "recorded"]


def test_the_counter_has_the_time_of_the_last_commit_of_every_release(released: Database) -> None:
    schema.upgrade(released)
    [(last, time)] = rows(released, sa.select(Counter.seq, Counter.time))
    assert [(last, time)] == rows(released, sa.select(Change.seq, Change.time).order_by(Change.seq.desc()).limit(1))
    assert rows(released, sa.select(Receipt.event).where(Receipt.data_digest.is_not(None))) == []
    of_any_versions = sa.select(sa.func.count()).select_from(Relation).where(Relation.seq > 0, valid_at(Relation))
    added, withdrawn = (
        number(released, sa.select(sa.func.count()).where(Change.type == f"relation.{name}.v1"))
        for name in ("added", "withdrawn")
    )
    assert 0 < added - withdrawn <= number(released, of_any_versions)
    assert time is not None
    assert time != NOW


# The last statement of an upgrade; then the process ends at once, as by SIGKILL.
KILLED = """
import os, sys
from sqlalchemy import event
from catalog_service.store import schema
from catalog_service.store.db import Database
database = Database(sys.argv[1])
@event.listens_for(database.engine, "after_cursor_execute")
def kill(_connection, _cursor, statement, parameters, *_):
    if statement.startswith("UPDATE") and f"version_num='{schema.revisions()[-1]}'" in statement:
        os._exit(9)
schema.upgrade(database)
"""


def test_an_upgrade_that_is_killed_leaves_the_release_before(released: Database, database_url: str) -> None:
    before = contents_of(released)
    assert subprocess.run([sys.executable, "-c", KILLED, database_url], check=False).returncode == 9
    assert contents_of(released) == before
    schema.upgrade(released)
    schema.check(released)


def contents_of(database: Database) -> dict[str, list[str]]:
    """The columns and the number of rows of each table."""
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)
        return {
            name: [
                *sorted(column["name"] for column in inspector.get_columns(name)),
                str(connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name)))),
            ]
            for name in inspector.get_table_names()
        }
