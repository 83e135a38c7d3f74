"""Stories are listed, and the documents of a story are ordered by publication date."""

import uuid
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from catalog_service import contract, documents, resources, stories
from catalog_service.errors import NotFound
from catalog_service.relations import memberships
from catalog_service.store.db import Database
from catalog_service.store.moments import AsOf
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation


def filed(number: int, published: str | None, other: int) -> contract.AnyEvent:
    """A revision of the test's document `other`."""
    return event(number, article=article(published=published), relations=[relation(other, type_="revision")])


def test_the_documents_of_a_story_are_ordered_by_publication_date(catalog: Database, record: Record) -> None:
    record(event(1, article=article(published="2024-09-04")), filed(2, "2024-09-06", 1), filed(3, None, 2))
    record(filed(4, "2024-09-05", 3))
    with catalog.reading() as session:
        membership = documents.one(session, UUID(document_id(1))).story
        assert membership is not None
        whole = stories.one(session, membership.id, limit=10)
        assert (whole.size, str(whole.head)) == (4, document_id(2))
        assert [str(document.id) for document in whole.documents] == [document_id(number) for number in (3, 1, 4, 2)]
        shown: list[resources.Document] = []
        cursor = None
        for _ in range(4):
            page = stories.one(session, membership.id, limit=1, cursor=cursor)
            shown += page.documents
            cursor = page.next
        assert (tuple(shown), cursor) == (whole.documents, None)


def test_a_story_has_the_number_of_documents_far_from_its_head(catalog: Database, record: Record) -> None:
    def filing(number: int, published: str, *relations: dict[str, Any]) -> contract.AnyEvent:
        return event(number, article=article(text=f"Filing {number}.", published=published), relations=list(relations))

    def revised(other: int) -> dict[str, Any]:
        return relation(other, type_="revision")

    def copied(other: int) -> dict[str, Any]:
        return relation(other, type_="duplicate")

    # A brief was expanded in four filings. The first and the third have copies in another typography.
    record(filing(1, "2024-09-01"), filing(2, "2024-09-02", revised(1)), filing(3, "2024-09-03", revised(2)))
    record(filing(4, "2024-09-04", revised(3)), filing(5, "2024-09-01", copied(1)), filing(6, "2024-09-03", copied(3)))
    # Two documents with the text of 4, of which only one, the representative, is related to the head.
    twice = article(text="Filing 4.", published="2024-09-03")
    record(event(7, article=twice, relations=[copied(4)]), filing(8, "2024-09-02", revised(7)))
    record(filing(11, "2024"), filing(12, "2024-09-01", revised(11)))
    with catalog.reading() as session:
        membership = documents.one(session, UUID(document_id(1))).story
        assert membership is not None
        story = stories.one(session, membership.id, limit=1)
        assert (str(story.head), story.size) == (document_id(4), 8)
        # Far are 1, its copy 5, and 2. Near are 3, its copy 6, the copy 7 and its revision 8.
        assert story.far == 3
        assert {
            (summary.size, summary.far) for summary in stories.find(session, stories.Filter(), limit=10).stories
        } == {
            (8, 3),
            (2, 0),
        }


def test_all_stories_are_listed_with_their_heads(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in (1, 3, 5)), *(filed(number + 1, "2024", number) for number in (1, 3, 5)))
    with catalog.reading() as session:
        first = stories.find(session, stories.Filter(), limit=2)
        second = stories.find(session, stories.Filter(), limit=2, cursor=first.next)
        summaries = [*first.stories, *second.stories]
    assert {str(summary.head.id) for summary in summaries if summary.head} == {
        document_id(number) for number in (2, 4, 6)
    }
    assert ([summary.size for summary in summaries], second.next) == ([2, 2, 2], None)


def test_the_story_with_the_newest_change_comes_first(catalog: Database, record: Record) -> None:
    record(*(event(number) for number in (1, 3, 5)), *(filed(number + 1, "2024", number) for number in (1, 3, 5)))
    # In one batch, the order of stories is that of the log; a later change moves its story to the front.
    record(filed(7, "2023", 3))
    first = listed(catalog, limit=1)
    record(filed(8, "2023", 1))
    assert [story.size for story in first.stories] == [3]
    assert [story.size for story in listed(catalog).stories] == [3, 3, 2]
    seqs = [story.seq for story in listed(catalog).stories]
    assert seqs == sorted(seqs, reverse=True)
    # The following pages are of the moment of the first one.
    with catalog.reading() as session:
        rest = stories.find(session, stories.Filter(), limit=10, cursor=first.next)
    assert [story.size for story in rest.stories] == [2, 2]
    assert rest.snapshot == first.snapshot


def listed(catalog: Database, limit: int = 10, **conditions: Any) -> resources.Stories:  # noqa: ANN401  The fields of a filter.
    with catalog.reading() as session:
        return stories.find(session, stories.Filter(**conditions), limit=limit)


FILTERS: list[tuple[dict[str, Any], set[int]]] = [
    ({}, {1, 3}),
    ({"publisher": "Reuters"}, {1}),
    ({"language": "en", "kind": "wire"}, {3}),
    ({"publisher": "Reuters", "kind": "wire"}, set()),
    ({"published": ("2024-09", "2024-09-05")}, {1}),
    ({"published": ("2024-09-06", None)}, {3}),
    ({"published": (None, "2023")}, set()),
    ({"collection": "seeds"}, {1, 3}),
    ({"collection": "other"}, set()),
    ({"size": 3}, {3}),
    ({"size": 4}, set()),
]


@pytest.mark.parametrize(("conditions", "expected"), FILTERS)
def test_one_document_of_a_story_meets_all_conditions(
    catalog: Database, record: Record, conditions: dict[str, Any], expected: set[int]
) -> None:
    record(
        event(1, article=article(publisher="Reuters", published="2024-09-05")),
        event(2, relations=[relation(1, type_="revision")]),
        event(3, article=article(language="en", kind="wire", published="2024-09-06")),
        event(4, article=article(published="2025"), relations=[relation(3, type_="revision")]),
        event(5, article=article(published="2024-09-07"), relations=[relation(3, type_="revision")]),
    )
    heads = {str(story.head.id) for story in listed(catalog, **conditions).stories if story.head}
    assert heads == {{1: document_id(1), 3: document_id(4)}[number] for number in expected}


def test_a_condition_is_met_by_a_document_as_it_was_and_while_it_was_in_the_story(
    catalog: Database, record: Record
) -> None:
    def of(publisher: str, text: str = "") -> dict[str, Any]:
        return article(publisher=publisher, text=f"{text or publisher} reports.")

    record(
        event(1, article=of("Reuters")),
        event(2, article=of("ANSA"), relations=[relation(1, type_="revision")]),
        event(3, article=of("dpa"), relations=[relation(2, type_="revision")]),
    )
    before = AsOf("", datetime.now(UTC), seq=listed(catalog).snapshot.seq)
    # The first one changes, and the third one leaves the story.
    revised = [relation(2, type_="revision")]
    record(event(1, observation=2, cause="changed", article=of("AP"), relations=revised))
    record(event(3, observation=2, cause="changed", article=of("dpa", "Nothing of that")))
    found: dict[str, tuple[list[int], list[int]]] = {}
    with catalog.reading() as session:
        for publisher in ("Reuters", "AP", "dpa", "ANSA"):
            filter_ = stories.Filter(publisher=publisher)
            then, now = (stories.find(session, filter_, limit=10, as_of=moment) for moment in (before, None))
            found[publisher] = [each.size for each in then.stories], [each.size for each in now.stories]
    assert found == {"Reuters": ([3], []), "AP": ([], [2]), "dpa": ([3], []), "ANSA": ([3], [2])}


def test_the_same_events_give_a_story_the_same_id(catalog: Database, record: Record) -> None:
    record(event(1), filed(2, "2024", 1))
    [story] = listed(catalog).stories
    assert str(story.id) == str(uuid.uuid5(memberships.STORIES, f"{document_id(1)}:3"))


def test_an_unknown_story_is_not_found(catalog: Database) -> None:
    with catalog.reading() as session, pytest.raises(NotFound):
        stories.one(session, UUID(document_id(1)), limit=10)


def test_the_statements_of_an_ended_story_are_built_once(catalog: Database, record: Record) -> None:
    record(filed(1, "2024", 2), filed(2, "2024", 1))
    with catalog.reading() as session:
        membership = documents.one(session, UUID(document_id(1))).story
    assert membership is not None
    record(event(1, 2, "withdrawn"))
    with catalog.reading() as session:
        first = stories.ended(session, membership.id, 10)
        built: list[object] = []
        sa.event.listen(catalog.engine, "before_execute", lambda _, statement, *_more: built.append(statement))
        assert stories.ended(session, membership.id, 10) == first
    assert (first.size, len(first.documents), built) == (2, 2, [])
