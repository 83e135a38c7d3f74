"""A story of more documents than a statement may have parameters is joined, divided and read like any other.

tests/conftest.py fails every statement with more than MOST_PARAMETERS parameters; here it has a lower limit.
"""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import documents, resources, search, stories
from catalog_service.relations import queries
from catalog_service.store.db import Database
from catalog_service.store.tables import Document, DocumentState, Membership, Relation, Story, Version, valid_at
from tests import conftest
from tests.catalog.conftest import Record
from tests.catalog.events import document_id, event, relation

# Fewer than PostgreSQL allows, so that fewer documents show it.
MOST_PARAMETERS = 1_000
SIZE = MOST_PARAMETERS + 500
CENTER, COPY = 1, 2
SAMPLE = (COPY, 3, 500, SIZE)
ID_PREFIX = "00000000-0000-4000-8000-000"


def large_id(number: int) -> str:
    """The id of the story's `number`th document; the same as `document_id` below 10."""
    return f"{ID_PREFIX}{number:09}"


@pytest.fixture(autouse=True)
def few_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of this module."""
    monkeypatch.setattr(conftest, "MOST_PARAMETERS", MOST_PARAMETERS)


@pytest.fixture
def story(catalog: Database, record: Record) -> str:
    """The id of a story of SIZE documents: CENTER, and copies of it that are related to nothing else."""
    record(event(CENTER), event(COPY, relations=[relation(CENTER, type_="duplicate")]))
    with catalog.writing() as session:
        multiply(session, Document, Document.id == document_id(COPY), lambda id_, _: {"id": id_})
        multiply(session, DocumentState, DocumentState.document == document_id(COPY), lambda id_, _: {"document": id_})
        multiply(session, Membership, Membership.document == document_id(COPY), lambda id_, _: {"document": id_})
        multiply(
            session,
            Version,
            Version.document == document_id(COPY),
            lambda id_, number: {"document": id_, "seq": -number},
        )
        multiply(
            session,
            Relation,
            Relation.b_document == document_id(COPY),
            lambda id_, number: {"b_document": id_, "id": sa.cast(number, sa.Text)},
        )
        session.execute(sa.update(Story).values(size=SIZE))
        return session.scalars(sa.select(Story.id)).one()


def multiply(
    session: Session,
    table: Any,  # noqa: ANN401  A mapped class.
    template: sa.ColumnElement[bool],
    changed: Callable[[sa.ColumnElement[str], sa.ColumnElement[int]], dict[str, Any]],
) -> None:
    """Inserts the template row again for each other copy, with the `changed` columns of its id and number."""
    numbers = sa.select(sa.literal(COPY + 1).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(sa.select(numbers.c.number + 1).where(numbers.c.number < SIZE))
    digits = sa.func.substr(sa.cast(numbers.c.number + 10**9, sa.Text), 2)
    columns = {column.name: column for column in table.__table__.columns}
    columns |= changed(ID_PREFIX + digits, numbers.c.number)
    rows = sa.select(*columns.values()).where(template).join(numbers, sa.true())
    session.execute(sa.insert(table).from_select(list(columns), rows))


def memberships(catalog: Database, *numbers: int) -> list[resources.StoryMembership | None]:
    """The stories of these documents."""
    with catalog.reading() as session:
        shown = documents.by_ids(session, [large_id(number) for number in numbers])
    return [shown[large_id(number)].story for number in numbers]


def sizes(catalog: Database) -> list[int]:
    """The sizes of all stories."""
    with catalog.reading() as session:
        return sorted(session.scalars(sa.select(Story.size).where(valid_at(Story))))


def test_it_is_read(catalog: Database, story: str) -> None:
    with catalog.reading() as session:
        whole = stories.one(session, uuid.UUID(story), limit=10)
        assert (whole.size, whole.far, len(whole.documents)) == (SIZE, 0, 10)
        assert [summary.size for summary in stories.find(session, stories.Filter(), limit=10).stories] == [SIZE]
        for number in (CENTER, *SAMPLE):
            assert documents.one(session, uuid.UUID(large_id(number))).duplicates == SIZE - 1
        assert len(queries.of_document(session, queries.OfDocument(document_id(CENTER)), limit=10).relations) == 10
        [hit] = search.find(session, search.Query(q="envoys", collapse="stories", total="exact")).hits
        assert hit.collapsed is not None
    assert [membership.role for membership in memberships(catalog, *SAMPLE) if membership] == ["copy"] * len(SAMPLE)


def test_its_center_is_withdrawn_and_restored(catalog: Database, story: str, record: Record) -> None:
    record(event(CENTER, 2, "withdrawn"))
    assert sizes(catalog) == [SIZE - 1]
    record(event(CENTER, 3, "moved"))
    assert sizes(catalog) == [SIZE]
    assert {str(membership.id) for membership in memberships(catalog, CENTER, *SAMPLE) if membership} == {story}


def test_it_falls_apart_and_is_joined_again(catalog: Database, story: str, record: Record) -> None:
    # Every second copy differs in its text: of the two parts, each is held together by the digest alone.
    with catalog.writing() as session:
        odd = Version.seq % 2 == 1
        session.execute(sa.update(Version).where(Version.seq < 0, odd | (Version.seq % 2 == -1)).values(digest="other"))
    record(event(CENTER, 2, "withdrawn"))
    assert sizes(catalog) == [(SIZE - 2) // 2, (SIZE - 2) // 2 + SIZE % 2 + 1]
    record(event(CENTER, 3, "moved"))
    assert sizes(catalog) == [SIZE]


def test_all_its_relations_end_at_once(catalog: Database, story: str, record: Record) -> None:
    record(event(CENTER, 2, "withdrawn"), event(CENTER, 3, "restored"))
    assert [story for story in memberships(catalog, CENTER, *SAMPLE) if story] == []
    assert sizes(catalog) == []
