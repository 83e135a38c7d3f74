"""Stories keep their address while their documents come and go, and fall apart where nothing holds them together."""

from typing import Any
from uuid import UUID

from catalog_service import changes, contract, documents, resources
from catalog_service.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, related, relation

COPIES = range(2, 15)


def copy_of(number: int, other: int, **more: Any) -> contract.AnyEvent:  # noqa: ANN401
    """A duplicate of the test's document `other`."""
    return event(number, relations=[relation(other, type_="duplicate")], **more)


def again(number: int, *others: int, name: str = "r") -> contract.AnyEvent:
    """The test's document judged again: a duplicate of `others` and nothing else."""
    return related(number, 1, [relation(other, type_="duplicate") for other in others], name)


def story_of(catalog: Database, number: int) -> resources.StoryMembership | None:
    """The story of one of the test's documents."""
    with catalog.reading() as session:
        return documents.by_ids(session, [document_id(number)])[document_id(number)].story


def sizes(catalog: Database, story: UUID) -> list[int]:
    """The sizes of a story that were told, in order."""
    with catalog.reading() as session:
        told = [each.data for each in changes.since(session, 0, limit=1_000) if each.type == "story.changed.v1"]
    return [int(str(data["size"])) for data in told if data["story"] == str(story)]


def test_a_story_of_copies_keeps_its_address_when_the_first_of_them_goes(catalog: Database, record: Record) -> None:
    record(event(1), *(copy_of(number, 1) for number in COPIES))
    before = story_of(catalog, 1)
    assert before is not None
    record(event(1, 2, "withdrawn"))
    # Each is judged again, and told of with the one that is first now; the story is never less than it is.
    record(*(again(number, 2) for number in COPIES if number != 2))
    after = {story.id for number in COPIES if (story := story_of(catalog, number))}
    assert after == {before.id}
    assert sizes(catalog, before.id) == [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 13]
    # The same when the next one says something else, and when the first comes back.
    record(event(2, 2, "changed", article=article(text="Nobody met.")))
    record(event(1, 3, "restored", relations=[relation(3, type_="duplicate")]))
    record(*(again(number, 3, name="s") for number in COPIES if number > 3))
    found = {number: story for number in (1, *COPIES) if (story := story_of(catalog, number))}
    assert {story.id for story in found.values()} == {before.id}
    assert sorted(found) == [1, *COPIES[1:]]


def test_what_is_put_back_before_its_copies_are_judged_again_is_in_their_story(
    catalog: Database, record: Record
) -> None:
    record(event(1), *(copy_of(number, 1) for number in COPIES))
    before = story_of(catalog, 1)
    record(event(1, 2, "withdrawn"), event(1, 3, "restored", relations=[relation(2, type_="duplicate")]))
    record(*(again(number, 2) for number in COPIES if number != 2))
    assert before is not None
    assert {story.id for number in (1, *COPIES) if (story := story_of(catalog, number))} == {before.id}
    assert sizes(catalog, before.id)[-1] == 14


def test_only_those_that_say_the_same_stay_together(catalog: Database, record: Record) -> None:
    def typed(number: int, text: str) -> contract.AnyEvent:
        return copy_of(number, 1, article=article(text=text))

    revised = event(6, article=article(text="Envoys left."), relations=[relation(1, type_="revision")])
    record(event(1), typed(2, "Envoys met."), typed(3, "Envoys met."), typed(4, "Envoys met!"), revised)
    record(event(1, 2, "withdrawn"))
    assert [story.size if (story := story_of(catalog, number)) else 0 for number in (2, 3, 4, 6)] == [2, 2, 0, 0]


def test_one_that_is_judged_otherwise_leaves_those_it_was_a_copy_with(catalog: Database, record: Record) -> None:
    record(event(1), *(copy_of(number, 1) for number in (2, 3, 4)), event(1, 2, "withdrawn"))
    record(event(3, 2, "changed", article=article(text="Nobody met.")))
    assert [story.size if (story := story_of(catalog, number)) else 0 for number in (2, 3, 4)] == [2, 0, 2]


def test_those_fall_apart_of_whom_a_document_that_comes_back_says_nothing(catalog: Database, record: Record) -> None:
    record(event(1), copy_of(2, 1), copy_of(3, 1), event(1, 2, "withdrawn"), again(2), again(3))
    assert [story.size for number in (2, 3) if (story := story_of(catalog, number))] == [2, 2]
    record(event(1, 3, "restored"))
    assert [story_of(catalog, number) for number in (1, 2, 3)] == [None, None, None]


def test_a_document_between_copies_and_others_still_holds_them_together(catalog: Database, record: Record) -> None:
    # 4 is a copy of what 1 said, as 2 and 3 are, and alone a revision of 5.
    record(event(1), copy_of(2, 1), copy_of(3, 1), event(5, article=article(text="Envoys left.")))
    record(event(4, relations=[relation(1, type_="duplicate"), relation(5, type_="revision")]))
    record(event(1, 2, "withdrawn"))
    assert [story.size for number in (2, 3, 4, 5) if (story := story_of(catalog, number))] == [4, 4, 4, 4]
    record(event(4, 2, "withdrawn"))
    assert [story.size if (story := story_of(catalog, number)) else 0 for number in (2, 3, 5)] == [2, 2, 0]


def test_copies_told_of_from_a_text_that_is_said_no_more_are_together(catalog: Database, record: Record) -> None:
    record(event(1), event(2), event(3), event(1, 2, "changed", article=article(text="Nobody met.")))
    record(again(1, 2, 3))
    story = story_of(catalog, 2)
    assert story is not None
    assert (story.size, story_of(catalog, 1)) == (2, None)
