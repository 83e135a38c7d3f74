"""The documents of a story: one head, copies of the head or of an earlier filing, and revisions."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from catalog_service import contract, documents
from catalog_service.store import counter
from catalog_service.store.db import Database
from tests.catalog.conftest import Record
from tests.catalog.events import article, document_id, event, relation


def roles(catalog: Database, *numbers: int) -> list[str]:
    """The roles of the test's documents in their stories."""
    with catalog.reading() as session:
        shown = documents.by_ids(session, [document_id(number) for number in numbers])
    return [story.role if (story := shown[document_id(number)].story) else "none" for number in numbers]


def copy_of(number: int, other: int, **more: Any) -> contract.AnyEvent:  # noqa: ANN401
    """A duplicate of the test's document `other`."""
    return event(number, relations=[relation(other, type_="duplicate")], **more)


@pytest.mark.parametrize("first", [1, 7, 12])
def test_of_identical_files_one_is_the_head_and_all_others_are_copies(
    catalog: Database, record: Record, first: int
) -> None:
    # All are related to the representative, which arrived first; its id may be any.
    numbers = range(1, 13)
    record(event(first), *(copy_of(number, first) for number in numbers if number != first))
    assert Counter(roles(catalog, *numbers)) == {"head": 1, "copy": 11}


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_texts_that_differ_in_typography_are_copies_by_the_representative(
    catalog: Database, record: Record, first: int
) -> None:
    texts = ["Envoys met.", "Envoys  met.", "Envoys met .", "Envoys met ..."]
    articles = [article(text=text) for text in texts]
    others = [number for number in range(4) if number != first]
    record(
        event(first, article=articles[first]), *(copy_of(number, first, article=articles[number]) for number in others)
    )
    assert Counter(roles(catalog, *range(4))) == {"head": 1, "copy": 3}


def test_the_earliest_filing_is_no_copy_of_a_head_with_another_text(catalog: Database, record: Record) -> None:
    newest = article(text="Envoys met on Tuesday.", published="2024-09-05")
    record(event(8, article=article(published="2024-09-03")), copy_of(1, 8, article=article(published="2024-09-04")))
    record(copy_of(2, 8, article=article(published="2024-09-02")), copy_of(3, 8, article=article()))
    record(event(9, article=newest, relations=[relation(8, type_="revision")]))
    assert roles(catalog, 9, 8, 1, 2, 3) == ["head", "copy", "copy", "copy", "revision"]


def test_a_filing_of_another_story_makes_no_copy(catalog: Database, record: Record) -> None:
    later = article(text="Envoys met on Tuesday.", published="2024-09-05")
    record(event(1), event(2, article=later, relations=[relation(1, type_="revision")]))
    record(event(3), event(4, article=later, relations=[relation(3, type_="revision")]))
    assert roles(catalog, 1, 2, 3, 4) == ["revision", "head", "revision", "head"]


def test_a_former_text_makes_no_copy(catalog: Database, record: Record) -> None:
    later = article(text="Envoys met on Tuesday.", published="2024-09-05")
    record(event(1), copy_of(2, 1), event(3, article=later, relations=[relation(2, type_="revision")]))
    assert roles(catalog, 1, 2, 3) == ["revision", "copy", "head"]
    record(event(1, 2, "changed", article=article(text="Envoys met on Friday.")))
    assert roles(catalog, 1, 2, 3) == ["none", "revision", "head"]


def duplicates(catalog: Database, *numbers: int, at: int | None = None) -> list[int]:
    """The number of duplicates of the test's documents, the same in a list and of one document."""
    with catalog.reading() as session:
        listed = documents.by_ids(session, [document_id(number) for number in numbers], at)
        alone = [documents.one(session, UUID(document_id(number)), at).duplicates for number in numbers]
    assert [listed[document_id(number)].duplicates for number in numbers] == alone
    return alone


@pytest.mark.parametrize("first", [1, 3, 5])
def test_a_copy_has_all_documents_of_its_class_as_duplicates(catalog: Database, record: Record, first: int) -> None:
    copies = [copy_of(number, first) for number in range(1, 6) if number != first]
    # Of another class in the same story, and of no class.
    others = [event(6, relations=[relation(first, type_="revision")]), copy_of(7, 6), event(8), copy_of(9, 8)]
    record(event(first), *copies, *others, event(10, relations=[relation(9)]))
    expected = [4, 4, 4, 4, 4, 1, 1, 1, 1, 0]
    assert duplicates(catalog, *range(1, 11)) == expected
    with catalog.reading() as session:
        before = counter.snapshot(session).seq
    record(event(2, 2, "withdrawn"), event(4, 2, "changed", article=article(text="Envoys met on Tuesday.")))
    left = (1, 3, 5)
    assert duplicates(catalog, *left) == [len(left) - 1] * len(left)
    assert duplicates(catalog, *range(1, 11), at=before) == expected


def test_copies_of_copies_are_counted_up_to_two_relations_away(catalog: Database, record: Record) -> None:
    record(event(1), *(copy_of(number, number - 1) for number in range(2, 6)))
    assert duplicates(catalog, *range(1, 6)) == [2, 2, 2, 2, 2]


def test_a_page_of_two_classes_counts_each(catalog: Database, record: Record) -> None:
    record(event(1), *(copy_of(number, 1) for number in range(2, 5)))
    record(event(11), *(copy_of(number, 11) for number in range(12, 18)))
    assert duplicates(catalog, 2, 13, 4, 12, 17) == [3, 6, 3, 6, 6]
