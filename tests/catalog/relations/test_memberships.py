"""Which documents a story had is recorded from one `seq` to another, also when they only change places."""

from typing import Any

import sqlalchemy as sa

from catalog_service import contract
from catalog_service.store.db import Database
from catalog_service.store.tables import Change, Document, Membership
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation


def copy_of(number: int, *others: int, **more: Any) -> contract.AnyEvent:  # noqa: ANN401
    """A duplicate of other documents of the test."""
    return event(number, relations=[relation(other, type_="duplicate") for other in others], **more)


def entries(catalog: Database) -> list[tuple[int, str, int]]:
    """The seq, story and size of each entry of the change log about a story."""
    with catalog.reading() as session:
        statement = sa.select(Change).where(Change.type == "story.changed.v1").order_by(Change.seq)
        return [(entry.seq, entry.data["story"], entry.data["size"]) for entry in session.scalars(statement)]


def intervals(catalog: Database, number: int) -> list[tuple[str, int, int | None]]:
    """The stories that the test's document has been in: story, seq, until_seq."""
    columns = (Membership.story, Membership.seq, Membership.until_seq)
    statement = sa.select(*columns).where(Membership.document == document_id(number)).order_by(Membership.seq)
    with catalog.reading() as session:
        return [(row.story, row.seq, row.until_seq) for row in session.execute(statement)]


def test_a_membership_ends_with_the_entry_of_the_story_that_is_left(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), copy_of(3, 1))
    record(event(3, 2, "withdrawn"))
    (begin, story, _), (end, _, size) = entries(catalog)
    assert size == 2
    assert intervals(catalog, 2) == [(story, begin, None)]
    assert intervals(catalog, 3) == [(story, begin, end)]


def test_documents_of_a_story_that_joins_another_change_to_it_at_one_seq(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), copy_of(3, 1))
    record(event(5), copy_of(6, 5))
    record(copy_of(4, 1, 5))
    (_, large, _), (begin, small, _), (joined, kept, size), (_, ended, none) = entries(catalog)
    assert (kept, size, ended, none) == (large, 6, small, 0)
    assert intervals(catalog, 5) == intervals(catalog, 6) == [(small, begin, joined), (large, joined, None)]
    assert intervals(catalog, 4) == [(large, joined, None)]
    assert [until for _, _, until in intervals(catalog, 1)] == [None]


def test_the_parts_of_a_divided_story_change_to_new_ones(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), event(5, article=article(text="Nobody met.")), copy_of(6, 5), copy_of(4, 1, 5))
    [(_, story, _)] = entries(catalog)
    record(event(4, 2, "withdrawn"))
    divided = {story_: seq for seq, story_, size in entries(catalog)[1:] if size == 2}
    assert set(divided) > {story}
    for number in (1, 2, 5, 6):
        *_, (shown, begin, until) = intervals(catalog, number)
        assert until is None
        assert shown == story or begin == divided[shown]


def test_a_document_that_leaves_and_returns_in_one_batch_stays(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), copy_of(3, 1))
    before = intervals(catalog, 3)
    record(event(3, 2, "withdrawn"), copy_of(3, 1, observation=3, cause="restored"))
    assert (intervals(catalog, 3), len(entries(catalog))) == (before, 1)


def test_an_exchange_of_documents_is_a_change_of_the_story(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), copy_of(3, 1))
    record(event(3, 2, "withdrawn"), copy_of(4, 1))
    (begin, story, size), (exchanged, same, same_size) = entries(catalog)
    assert (story, size) == (same, same_size) == (story, 3)
    assert intervals(catalog, 3) == [(story, begin, exchanged)]
    assert intervals(catalog, 4) == [(story, exchanged, None)]


def test_all_documents_leave_a_story_that_ends(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1))
    record(event(2, 2, "withdrawn"))
    (begin, story, _), (end, _, size) = entries(catalog)
    assert size == 0
    assert intervals(catalog, 1) == intervals(catalog, 2) == [(story, begin, end)]
    with catalog.reading() as session:
        assert session.scalars(sa.select(Document.id).where(Document.story.is_not(None))).all() == []
