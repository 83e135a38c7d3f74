"""Stories, the read side: pages of all stories, and of the documents of one story by publication date.

All pages show the same snapshot: that of the first page, or of the moment that the request names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session, aliased

from catalog_service import dates, documents, resources
from catalog_service.errors import NotFound
from catalog_service.relations import distance, filing
from catalog_service.store import paging
from catalog_service.store.conditions import not_redacted, story_at
from catalog_service.store.moments import AsOf
from catalog_service.store.tables import Change, DocumentState, Membership, Story, Version, current_version, valid_at

# The order of a story's documents: by publication date, then by the time they were first recorded.
ORDER = (filing.published(Version), DocumentState.created_seq)


@dataclass(frozen=True, slots=True)
class Filter:
    """Selects the stories with at least one document that meets all conditions; None does not restrict.

    `published` is a range of dates (from, to), both inclusive. `size` is the least number of documents.
    """

    collection: str | None = None
    kind: str | None = None
    publisher: str | None = None
    language: str | None = None
    published: tuple[str | None, str | None] = (None, None)
    size: int | None = None


def find(
    session: Session, filter_: Filter, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> resources.Stories:
    """One page of the stories that the filter selects, the one with the newest change first.

    Raises CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    place = paging.begin(session, ("stories", filter_), cursor, as_of)
    at = place.snapshot.seq
    statement = select(Story).where(valid_at(Story, at), *_conditions(filter_, at)).order_by(Story.seq.desc())
    if place.after is not None:
        statement = statement.where(Story.seq < place.after)
    rows, more = place.page(list(session.scalars(statement.limit(limit + 1))), limit)
    heads = documents.by_ids(session, [row.head for row in rows], at)
    far = distance.count_far(session, rows, at)
    return resources.Stories(
        stories=tuple(
            resources.StorySummary(
                id=UUID(row.id), size=row.size, far=far[row.id], seq=row.seq, head=heads.get(row.head)
            )
            for row in rows
        ),
        next=place.cursor(rows[-1].seq) if more else None,
        snapshot=place.snapshot,
    )


def _conditions(filter_: Filter, at: int) -> Iterator[ColumnElement[bool]]:
    """The conditions of a filter on the stories as of the seq `at`."""
    if filter_.size is not None:
        yield Story.size >= filter_.size
    start, end = filter_.published
    equal: dict[Any, str | None] = {
        DocumentState.collection: filter_.collection,
        Version.kind: filter_.kind,
        Version.publisher: filter_.publisher,
        Version.language: filter_.language,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if start:
        conditions.append(Version.published >= start)
    if end and (bound := dates.sort_bound(end)):
        conditions.append(Version.published < bound)
    if conditions:
        membership = aliased(Membership)
        members = (
            select(membership.document)
            .join(DocumentState, DocumentState.document == membership.document)
            .join(Version, current_version(DocumentState))
            .where(membership.story == Story.id, valid_at(membership, at), valid_at(DocumentState, at))
        )
        yield members.where(*conditions).correlate(Story).exists()


def one(
    session: Session, story: UUID, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> resources.Story:
    """A story and one page of its documents, the earliest published first.

    Raises NotFound, CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    place = paging.begin(session, ("story", str(story)), cursor, as_of)
    at = place.snapshot.seq
    row = session.scalar(select(Story).where(story_at(Story, str(story), at), valid_at(Story, at)))
    if row is None:
        moment = f" as of seq {at}" if as_of else ""
        raise NotFound(f"There is no story {story}{moment}.")
    statement = _members(row.id, at).limit(limit + 1)
    if place.after is not None:
        statement = statement.where(tuple_(*ORDER) > tuple_(*place.after))
    members, more = place.page(session.execute(statement).all(), limit)
    last = members[-1] if more else None
    return resources.Story(
        id=story,
        head=UUID(row.head),
        size=row.size,
        far=distance.count_far(session, [row], at)[row.id],
        seq=row.seq,
        documents=tuple(documents.described(session, members, at)),
        next=place.cursor([last.published or "", last.created_seq]) if last else None,
        snapshot=place.snapshot,
    )


@dataclass(frozen=True, slots=True)
class EndedStory:
    """A story that is no more: when it ended, and the documents that it had last, as they are now."""

    ended_at: datetime
    size: int
    documents: Sequence[resources.Document]


def ended(session: Session, story: UUID, limit: int) -> EndedStory:
    """A story that has ended, with at most `limit` of its last documents. Raises NotFound for any other story."""
    last = session.scalar(select(Story).where(Story.id == str(story)).order_by(Story.seq.desc()).limit(1))
    if last is None or last.until_seq is None:
        raise NotFound(f"There is no story {story}.")
    members = (
        select(Membership.document)
        .where(Membership.story == last.id, valid_at(Membership, last.seq), not_redacted(Membership.document))
        .order_by(Membership.document)
    )
    ids = session.scalars(members.limit(limit)).all()
    time = session.scalars(select(Change.time).where(Change.seq == last.until_seq)).one()
    by_id = documents.by_ids(session, ids) if ids else {}
    return EndedStory(time, last.size, [by_id[id_] for id_ in ids])


def _members(story: str, at: int) -> Select[*tuple[Any, ...]]:
    return documents.with_version(at).where(Membership.story == story).order_by(*ORDER)
