"""Stories are listed, and told in the order in which they were published."""

from typing import Any
from uuid import UUID

import pytest

from catalog_service import contract, documents, resources, storylines
from catalog_service.db import Database
from catalog_service.errors import NotFound
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation


def filed(number: int, published: str | None, other: int) -> contract.AnyEvent:
    """A revision of the test's document `other`."""
    return event(number, article=article(published=published), relations=[relation(other, type_="revision")])


def test_a_story_is_told_in_the_order_it_was_published(catalog: Database, record: Record) -> None:
    record(event(1, article=article(published="2024-09-04")), filed(2, "2024-09-06", 1), filed(3, None, 2))
    record(filed(4, "2024-09-05", 3))
    with catalog.reading() as session:
        membership = documents.one(session, UUID(document_id(1))).story
        assert membership is not None
        whole = storylines.one(session, membership.id, limit=10)
        assert (whole.size, str(whole.head)) == (4, document_id(2))
        assert [str(each.id) for each in whole.documents] == [document_id(number) for number in (3, 1, 4, 2)]
        told: list[resources.Document] = []
        cursor = None
        for _ in range(4):
            page = storylines.one(session, membership.id, limit=1, cursor=cursor)
            told += page.documents
            cursor = page.next
        assert (tuple(told), cursor) == (whole.documents, None)


def test_it_is_told_how_many_are_far_from_the_head(catalog: Database, record: Record) -> None:
    def told(number: int, published: str, *found: dict[str, Any]) -> contract.AnyEvent:
        return event(number, article=article(text=f"Telling {number}.", published=published), relations=list(found))

    def revised(other: int) -> dict[str, Any]:
        return relation(other, type_="revision")

    def copied(other: int) -> dict[str, Any]:
        return relation(other, type_="duplicate")

    # A brief grew in four filings; the first and the last but one were copied, by others in another typography.
    record(told(1, "2024-09-01"), told(2, "2024-09-02", revised(1)), told(3, "2024-09-03", revised(2)))
    record(told(4, "2024-09-04", revised(3)), told(5, "2024-09-01", copied(1)), told(6, "2024-09-03", copied(3)))
    # Two documents with the same text, of which only one is linked to the head, as the first of a class is.
    twice = article(text="Telling 4.", published="2024-09-03")
    record(event(7, article=twice, relations=[copied(4)]), told(8, "2024-09-02", revised(7)))
    record(told(11, "2024"), told(12, "2024-09-01", revised(11)))
    with catalog.reading() as session:
        membership = documents.one(session, UUID(document_id(1))).story
        assert membership is not None
        story = storylines.one(session, membership.id, limit=1)
        assert (str(story.head), story.size) == (document_id(4), 8)
        # 1, its copy 5, and 2; near are 3 with its copy 6, the copy 7 and its revision 8.
        assert story.far == 3
        assert {(each.size, each.far) for each in storylines.find(session, limit=10).stories} == {(8, 3), (2, 0)}


def test_all_stories_are_listed_with_their_heads(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in (1, 3, 5)), *(filed(number + 1, "2024", number) for number in (1, 3, 5)))
    with catalog.reading() as session:
        first = storylines.find(session, limit=2)
        second = storylines.find(session, limit=2, cursor=first.next)
        found = [*first.stories, *second.stories]
    assert {str(each.head.id) for each in found} == {document_id(number) for number in (2, 4, 6)}
    assert ([each.size for each in found], second.next) == ([2, 2, 2], None)


def test_a_story_there_is_not_is_not_found(catalog: Database) -> None:
    with catalog.reading() as session, pytest.raises(NotFound):
        storylines.one(session, UUID(document_id(1)), limit=10)
