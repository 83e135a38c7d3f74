"""Stories, the read side: pages of all stories, and of the documents of one story by publication date."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from catalog_service import documents, resources
from catalog_service.errors import NotFound
from catalog_service.relations import distance, filing
from catalog_service.store import paging
from catalog_service.store.tables import Document, DocumentState, Story, Version, valid_at

# The order of a story's documents: by publication date, then by the time they were first recorded.
ORDER = (filing.published(Version), DocumentState.created_seq)


def find(session: Session, *, limit: int, cursor: str | None = None) -> resources.Stories:
    """One page of all stories as they are now, ordered by their ids, which never change.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    place = paging.begin(session, "stories", cursor)
    statement = select(Story).where(valid_at(Story)).order_by(Story.id).limit(limit + 1)
    if place.after is not None:
        statement = statement.where(Story.id > place.after)
    rows, more = place.page(list(session.scalars(statement)), limit)
    heads, far = documents.by_ids(session, [row.head for row in rows]), distance.count_far(session, rows)
    return resources.Stories(
        stories=tuple(
            resources.StorySummary(id=UUID(row.id), size=row.size, far=far[row.id], head=heads[row.head])
            for row in rows
        ),
        next=place.cursor(rows[-1].id) if more else None,
        snapshot=place.snapshot,
    )


def one(session: Session, story: UUID, *, limit: int, cursor: str | None = None) -> resources.Story:
    """A story and one page of its documents, the earliest published first.

    Raises NotFound, CursorInvalid, CursorMismatch, CursorExpired.
    """
    row = session.scalar(select(Story).where(Story.id == str(story), valid_at(Story)))
    if row is None:
        raise NotFound(f"There is no story {story}.")
    place = paging.begin(session, ("story", row.id), cursor)
    statement = _members(row.id).limit(limit + 1)
    if place.after is not None:
        statement = statement.where(tuple_(*ORDER) > tuple_(*place.after))
    members, more = place.page(session.execute(statement).all(), limit)
    last = members[-1] if members else None
    return resources.Story(
        id=story,
        head=UUID(row.head),
        size=row.size,
        far=distance.count_far(session, [row])[row.id],
        documents=tuple(documents.described(session, members)),
        next=place.cursor([last.published or "", last.created_seq]) if more and last else None,
    )


def _members(story: str) -> Select[*tuple[Any, ...]]:
    return documents.with_version().where(Document.story == story).order_by(*ORDER)
