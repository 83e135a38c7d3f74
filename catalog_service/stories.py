"""Stories, the read side: pages of all stories, and of the documents of one story by publication date.

All pages show the same snapshot: that of the first page, or of the moment that the request names. The statements of
pages are prepared: see `store.prepared`.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, String, bindparam, select, tuple_
from sqlalchemy.orm import Session, aliased

from catalog_service import documents, resources
from catalog_service.errors import NotFound
from catalog_service.relations import distance, filing
from catalog_service.store import paging
from catalog_service.store.conditions import AT, not_redacted, story_at
from catalog_service.store.moments import AsOf
from catalog_service.store.prepared import Prepared
from catalog_service.store.tables import Change, DocumentState, Membership, Story, Version, current_version, valid_at

# The order of a story's documents: by publication date, then by the time they were first recorded.
ORDER = (filing.published(Version), DocumentState.created_seq)
LIMIT = bindparam("limit", type_=Integer)
COLUMNS = (Story.id, Story.head, Story.size, Story.seq)
# The conditions of a page of stories, and those of which each story has a document that meets all; by the names of
# their parameters.
OF_STORIES: Mapping[str, ColumnElement[bool]] = {
    "size": Story.size >= bindparam("size"),
    "after": Story.seq < bindparam("after"),
}
OF_DOCUMENTS: Mapping[str, ColumnElement[bool]] = {
    name: documents.CONDITIONS[name] for name in ("collection", "kind", "publisher", "language", "start", "end")
}


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
    values = _values_of(filter_)
    if place.after is not None:
        values["after"] = place.after
    statement = _select_page(frozenset(values))
    rows, more = place.page(statement.rows(session, **values, at=at, limit=limit + 1), limit)
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


def _values_of(filter_: Filter) -> dict[str, Any]:
    """The values of the conditions that the filter has, by their names."""
    of_documents = documents.Filter(
        status=None, collection=filter_.collection, kind=filter_.kind, publisher=filter_.publisher,
        language=filter_.language, published=filter_.published,
    )  # fmt: skip
    return documents.values_of(of_documents) | ({} if filter_.size is None else {"size": filter_.size})


@functools.cache
def _select_page(conditions: frozenset[str]) -> Prepared:
    """The stories that meet these of the conditions, as of the seq `:at`, the one with the newest change first."""

    def build() -> Select[*tuple[Any, ...]]:
        statement = select(*COLUMNS).where(valid_at(Story, AT))
        statement = statement.where(*(OF_STORIES[name] for name in sorted(conditions & OF_STORIES.keys())))
        if of_documents := conditions & OF_DOCUMENTS.keys():
            statement = statement.where(_has_document(of_documents))
        return statement.order_by(Story.seq.desc()).limit(LIMIT)

    return Prepared(build)


def _has_document(conditions: Collection[str]) -> ColumnElement[bool]:
    """Whether a story has a document that meets these of the conditions, as of the seq `:at`."""
    membership = aliased(Membership)
    members = (
        select(membership.document)
        .join(DocumentState, DocumentState.document == membership.document)
        .join(Version, current_version(DocumentState))
        .where(membership.story == Story.id, valid_at(membership, AT), valid_at(DocumentState, AT))
    )
    return members.where(*(OF_DOCUMENTS[name] for name in sorted(conditions))).correlate(Story).exists()


def one(
    session: Session, story: UUID, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> resources.Story:
    """A story and one page of its documents, the earliest published first.

    Raises NotFound, CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    place = paging.begin(session, ("story", str(story)), cursor, as_of)
    at = place.snapshot.seq
    row = _select_story.row(session, story=str(story), at=at)
    if row is None:
        moment = f" as of seq {at}" if as_of else ""
        raise NotFound(f"There is no story {story}{moment}.")
    values = {} if place.after is None else {"published": place.after[0], "created_seq": place.after[1]}
    statement = _select_members(first=place.after is None)
    members, more = place.page(statement.rows(session, **values, story=row.id, at=at, limit=limit + 1), limit)
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


@Prepared
def _select_story() -> Select[*tuple[Any, ...]]:
    return select(*COLUMNS).where(story_at(Story, bindparam("story", type_=String), AT), valid_at(Story, AT))


@functools.cache
def _select_members(*, first: bool) -> Prepared:
    """A page of the documents of a story: the `first` one, or that after the document with these keys of the order."""

    def build() -> Select[*tuple[Any, ...]]:
        statement = documents.with_version(AT).where(Membership.story == bindparam("story", type_=String))
        if not first:
            after = bindparam("published", type_=String), bindparam("created_seq", type_=BigInteger)
            statement = statement.where(tuple_(*ORDER) > tuple_(*after))
        return statement.order_by(*ORDER).limit(LIMIT)

    return Prepared(build)


@dataclass(frozen=True, slots=True)
class EndedStory:
    """A story that is no more: when it ended, and the documents that it had last, as they are now."""

    ended_at: datetime
    size: int
    documents: Sequence[resources.Document]


def ended(session: Session, story: UUID, limit: int) -> EndedStory:
    """A story that has ended, with at most `limit` of its last documents. Raises NotFound for any other story."""
    last = _select_last.row(session, story=str(story))
    if last is None or last.until_seq is None:
        raise NotFound(f"There is no story {story}.")
    members = _select_last_members.rows(session, story=last.id, at=last.seq, limit=limit)
    ids = [row.document for row in members]
    time = _select_time.rows(session, seq=last.until_seq)[0].time
    by_id = documents.by_ids(session, ids) if ids else {}
    return EndedStory(time, last.size, [by_id[id_] for id_ in ids])


@Prepared
def _select_last() -> Select[*tuple[Any, ...]]:
    of_story = Story.id == bindparam("story", type_=String)
    return select(*COLUMNS, Story.until_seq).where(of_story).order_by(Story.seq.desc()).limit(1)


@Prepared
def _select_last_members() -> Select[*tuple[Any, ...]]:
    in_story = Membership.story == bindparam("story", type_=String), valid_at(Membership, AT)
    members = select(Membership.document).where(*in_story, not_redacted(Membership.document))
    return members.order_by(Membership.document).limit(LIMIT)


@Prepared
def _select_time() -> Select[*tuple[Any, ...]]:
    return select(Change.time).where(Change.seq == bindparam("seq", type_=BigInteger))
