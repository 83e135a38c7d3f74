"""The read side of stories: which there are, and their documents in the order they were published."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from catalog_service import documents, filing, nearness, paging, resources
from catalog_service.errors import NotFound
from catalog_service.tables import Document, DocumentState, Story, Version

PUBLISHED = filing.published(Version)


def find(session: Session, *, limit: int, cursor: str | None = None) -> resources.Stories:
    """The stories as they are now, in pages, in the order of their ids, which never change.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    place = paging.begin(session, "stories", cursor)
    asked = select(Story).order_by(Story.id).limit(limit + 1)
    if place.after is not None:
        asked = asked.where(Story.id > place.after)
    rows, more = place.page(list(session.scalars(asked)), limit)
    heads, far = documents.by_ids(session, [row.head for row in rows]), nearness.far(session, rows)
    return resources.Stories(
        stories=tuple(
            resources.StorySummary(id=UUID(row.id), size=row.size, far=far[row.id], head=heads[row.head])
            for row in rows
        ),
        next=place.cursor(rows[-1].id) if more else None,
        snapshot=place.snapshot,
    )


def one(session: Session, story: UUID, *, limit: int, cursor: str | None = None) -> resources.Story:
    """A story with its documents, the earliest published first, in pages.

    Raises NotFound, CursorInvalid, CursorMismatch, CursorExpired.
    """
    row = session.get(Story, str(story))
    if row is None:
        raise NotFound(f"There is no story {story}.")
    place = paging.begin(session, ("story", row.id), cursor)
    asked = _members(row.id).limit(limit + 1)
    if place.after is not None:
        asked = asked.where(tuple_(PUBLISHED, DocumentState.created_seq) > tuple_(*place.after))
    found, more = place.page(documents.read(session, asked), limit)
    last = found[-1] if found else None
    return resources.Story(
        id=story,
        head=UUID(row.head),
        size=row.size,
        far=nearness.far(session, [row])[row.id],
        documents=tuple(documents.described(session, found)),
        next=place.cursor([last[1].published or "", last[0].created_seq]) if more and last else None,
    )


def _members(story: str) -> Select[Any, Any, Any]:
    return documents.with_version().where(Document.story == story).order_by(PUBLISHED, DocumentState.created_seq)
