"""A story keeps its address while documents are added and deleted, and is divided where no link connects it."""

from typing import Any
from uuid import UUID

from catalog_service import changes, contract, documents, resources
from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, related, relation

COPIES = range(2, 15)


def copy_of(number: int, other: int, **more: Any) -> contract.AnyEvent:  # noqa: ANN401
    """A duplicate of the test's document `other`."""
    return event(number, relations=[relation(other, type_="duplicate")], **more)


def rejudged(number: int, *others: int, name: str = "r") -> contract.AnyEvent:
    """A re-judgement of the test's document: a duplicate of `others`, and no other relation."""
    return related(number, 1, [relation(other, type_="duplicate") for other in others], name)


def story_of(catalog: Database, number: int) -> resources.StoryMembership | None:
    """The story of one of the test's documents."""
    with catalog.reading() as session:
        return documents.by_ids(session, [document_id(number)])[document_id(number)].story


def sizes(catalog: Database, story: UUID) -> list[int]:
    """The sizes in the changes of a story, in order."""
    with catalog.reading() as session:
        entries = [entry.data for entry in changes.since(session, 0, limit=1_000) if entry.type == "story.changed.v1"]
    return [int(str(data["size"])) for data in entries if data["story"] == str(story)]


def test_a_story_of_copies_keeps_its_address_when_the_representative_is_deleted(
    catalog: Database, record: Record
) -> None:
    record(event(1), *(copy_of(number, 1) for number in COPIES))
    before = story_of(catalog, 1)
    assert before is not None
    record(event(1, 2, "withdrawn"))
    # Each copy is re-judged and related to the new representative. The story has all its copies at any time.
    record(*(rejudged(number, 2) for number in COPIES if number != 2))
    after = {story.id for number in COPIES if (story := story_of(catalog, number))}
    assert after == {before.id}
    # One change a batch: the sizes between its events are not reported.
    assert sizes(catalog, before.id) == [14, 13]
    # The same when the new representative changes, and when the first one is restored.
    record(event(2, 2, "changed", article=article(text="Nobody met.")))
    record(event(1, 3, "restored", relations=[relation(3, type_="duplicate")]))
    record(*(rejudged(number, 3, name="s") for number in COPIES if number > 3))
    stories = {number: story for number in (1, *COPIES) if (story := story_of(catalog, number))}
    assert {story.id for story in stories.values()} == {before.id}
    assert sorted(stories) == [1, *COPIES[1:]]


def test_a_document_restored_by_a_move_is_in_its_story_again(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1))
    record(event(2, 2, "withdrawn"))
    assert story_of(catalog, 1) is None
    record(event(2, 3, "moved", path="new.txt"))
    stories = [story_of(catalog, number) for number in (1, 2)]
    assert stories[0] is not None
    assert stories[0].id == (stories[1] and stories[1].id)


def test_a_document_restored_before_its_copies_are_rejudged_is_in_their_story(
    catalog: Database, record: Record
) -> None:
    record(event(1), *(copy_of(number, 1) for number in COPIES))
    before = story_of(catalog, 1)
    record(event(1, 2, "withdrawn"), event(1, 3, "restored", relations=[relation(2, type_="duplicate")]))
    record(*(rejudged(number, 2) for number in COPIES if number != 2))
    assert before is not None
    assert {story.id for number in (1, *COPIES) if (story := story_of(catalog, number))} == {before.id}
    assert sizes(catalog, before.id)[-1] == 14


def test_only_copies_with_one_digest_stay_in_one_story(catalog: Database, record: Record) -> None:
    def typed(number: int, text: str) -> contract.AnyEvent:
        return copy_of(number, 1, article=article(text=text))

    revised = event(6, article=article(text="Envoys left."), relations=[relation(1, type_="revision")])
    record(event(1), typed(2, "Envoys met."), typed(3, "Envoys met."), typed(4, "Envoys met!"), revised)
    record(event(1, 2, "withdrawn"))
    assert [story.size if (story := story_of(catalog, number)) else 0 for number in (2, 3, 4, 6)] == [2, 2, 0, 0]


def test_a_changed_copy_leaves_the_story_of_its_former_text(catalog: Database, record: Record) -> None:
    record(event(1), *(copy_of(number, 1) for number in (2, 3, 4)), event(1, 2, "withdrawn"))
    record(event(3, 2, "changed", article=article(text="Nobody met.")))
    assert [story.size if (story := story_of(catalog, number)) else 0 for number in (2, 3, 4)] == [2, 0, 2]


def test_a_restored_document_without_relations_ends_the_story(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), copy_of(3, 1), event(1, 2, "withdrawn"), rejudged(2), rejudged(3))
    assert [story.size for number in (2, 3) if (story := story_of(catalog, number))] == [2, 2]
    record(event(1, 3, "restored"))
    assert [story_of(catalog, number) for number in (1, 2, 3)] == [None, None, None]


def test_a_copy_connects_the_other_copies_with_its_revision(catalog: Database, record: Record) -> None:
    # 4 is a copy of 1, like 2 and 3; it alone is a revision of 5.
    record(event(1), copy_of(2, 1), copy_of(3, 1), event(5, article=article(text="Envoys left.")))
    record(event(4, relations=[relation(1, type_="duplicate"), relation(5, type_="revision")]))
    record(event(1, 2, "withdrawn"))
    assert [story.size for number in (2, 3, 4, 5) if (story := story_of(catalog, number))] == [4, 4, 4, 4]
    record(event(4, 2, "withdrawn"))
    assert [story.size if (story := story_of(catalog, number)) else 0 for number in (2, 3, 5)] == [2, 2, 0]


def test_copies_of_a_former_text_that_is_judged_late_are_in_one_story(catalog: Database, record: Record) -> None:
    record(event(1), event(2), event(3), event(1, 2, "changed", article=article(text="Nobody met.")))
    record(rejudged(1, 2, 3))
    story = story_of(catalog, 2)
    assert story is not None
    assert (story.size, story_of(catalog, 1)) == (2, None)
