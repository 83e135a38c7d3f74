"""Reads documents.

The statements for one document and for a page are prepared: see `store.prepared`.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import Session

from catalog_service import dates, resources
from catalog_service.errors import NotFound, Redacted, Withdrawn
from catalog_service.relations import queries
from catalog_service.store import arrays, paging
from catalog_service.store.conditions import AT, At, not_redacted, story_at
from catalog_service.store.moments import AsOf
from catalog_service.store.prepared import NamedRow, Prepared, Reader
from catalog_service.store.tables import (
    Document,
    DocumentState,
    Membership,
    Story,
    Version,
    current_version,
    valid_at,
)

# The columns of a version's article, in documents and in versions.
ARTICLE = (
    Version.title, Version.kind, Version.publisher, Version.published, Version.published_basis, Version.language,
    Version.url, Version.words, Version.digest, Version.details,
)  # fmt: skip
STATE = (
    DocumentState.document, DocumentState.collection, DocumentState.path, DocumentState.item, DocumentState.status,
    DocumentState.number, DocumentState.versions, DocumentState.created_seq, DocumentState.first_recorded_at,
    DocumentState.recorded_at, DocumentState.observed_at, DocumentState.seq,
)  # fmt: skip
# The conditions of a page of documents, by the names of their parameters.
CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "status": DocumentState.status == bindparam("status"),
    "collection": DocumentState.collection == bindparam("collection"),
    "path": DocumentState.path == bindparam("path"),
    "kind": Version.kind == bindparam("kind"),
    "publisher": Version.publisher == bindparam("publisher"),
    "language": Version.language == bindparam("language"),
    "start": Version.published >= bindparam("start"),
    "end": Version.published < bindparam("end"),
    "significance": Version.change["significance"].as_string() == bindparam("significance"),
    "story": Membership.story == bindparam("story"),
    "recorded_start": DocumentState.recorded_at >= bindparam("recorded_start"),
    "recorded_end": DocumentState.recorded_at < bindparam("recorded_end"),
    "after": DocumentState.created_seq < bindparam("after"),
}
STORY = (Membership.story, Story.head.label("story_head"), Story.size.label("story_size"))


@dataclass(frozen=True, slots=True)
class Filter:
    """Selects documents; a field that is None does not restrict. Ranges of dates are (from, to), both inclusive.

    Each cursor contains a hash of its filter's `repr`, as with `changes.Filter`.
    """

    status: str | None = "current"
    collection: str | None = None
    path: str | None = None
    kind: str | None = None
    publisher: str | None = None
    language: str | None = None
    published: tuple[str | None, str | None] = (None, None)
    recorded: tuple[str | None, str | None] = (None, None)
    story: str | None = None
    significance: str | None = None


def find(
    session: Session, filter_: Filter, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> resources.Documents:
    """The documents that the filter selects, the newest first, in pages that neither repeat nor skip.

    Raises CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    position = paging.begin(session, filter_, cursor, as_of)
    values = values_of(filter_)
    if position.after is not None:
        values["after"] = position.after
    statement = _select_page(frozenset(values))
    rows, more = position.page(statement.rows(session, **values, at=position.snapshot.seq, limit=limit + 1), limit)
    return resources.Documents(
        documents=tuple(described(session, rows, position.snapshot.seq)),
        next=position.cursor(rows[-1].created_seq) if more else None,
        snapshot=position.snapshot,
    )


def values_of(filter_: Filter) -> dict[str, Any]:
    """The values of the conditions that the filter has, by their names in `CONDITIONS`."""
    (start, end), (recorded_start, recorded_end) = filter_.published, filter_.recorded
    values = {
        "status": filter_.status, "collection": filter_.collection, "path": filter_.path, "kind": filter_.kind,
        "publisher": filter_.publisher, "language": filter_.language, "start": start,
        # A day is inside its month and year: 2024-09-04 is not after 2024-09.
        "end": dates.sort_bound(end) if end else None,
        "recorded_start": dates.start(recorded_start) if recorded_start else None,
        "recorded_end": dates.end(recorded_end) if recorded_end else None,
        "story": filter_.story, "significance": filter_.significance,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}


@functools.cache
def _select_page(conditions: frozenset[str]) -> Prepared:
    """The documents that meet these of the `CONDITIONS`, as of the seq `:at`, the newest first."""

    def build() -> Select[*tuple[Any, ...]]:
        statement = with_version(AT)
        statement = statement.where(*(CONDITIONS[name] for name in sorted(conditions)))
        # Ordered by the `seq` at which a document first appeared, which never changes.
        return statement.order_by(DocumentState.created_seq.desc()).limit(bindparam("limit", type_=Integer))

    return Prepared(build)


def one(reader: Reader, document: UUID, at: int | None = None) -> resources.Document:
    """The state of a document, now or as of the seq `at`.

    Raises NotFound (also for a document that was not recorded yet), Withdrawn (with the tombstone), Redacted.
    """
    row = _select_one(now=at is None).row(reader, document=str(document), at=at)
    if row is None or row.status != "current":
        raise _unavailable(_document(reader, document, at))
    return described(reader, [row], at)[0]


@functools.cache
def _select_one(*, now: bool) -> Prepared:
    return Prepared(lambda: with_version(None if now else AT).where(DocumentState.document == bindparam("document")))


def by_ids(session: Session, documents: Collection[str], at: int | None = None) -> dict[str, resources.Document]:
    """The documents with these ids, in any status, by id, now or as of the seq `at`; others are left out."""
    rows = _select_some(now=at is None).rows(session, documents=list(documents), at=at)
    return {str(resource.id): resource for resource in described(session, rows, at)}


@functools.cache
def _select_some(*, now: bool) -> Prepared:
    listed = arrays.any_of(DocumentState.document, arrays.parameter("documents"))
    return Prepared(lambda: with_version(None if now else AT).where(listed))


def readable_heads(session: Session, documents: Collection[str]) -> dict[str, tuple[str, int]]:
    """The current version's name of each of these documents that is not redacted, by id."""
    if not documents:
        return {}
    statement = select(Document.id, Document.number).where(Document.id.in_(documents), Document.status != "redacted")
    return {row.id: (row.id, row.number) for row in session.execute(statement)}


def status(reader: Reader, document: UUID) -> resources.Status:
    """Whether the document is current, withdrawn or redacted. Raises NotFound."""
    return cast("resources.Status", _document(reader, document).status)


def seq(reader: Reader, document: UUID, at: int | None = None) -> int:
    """The `seq` of the last change of a current document, now or as of the seq `at`.

    Raises NotFound, Withdrawn, Redacted.
    """
    row = _document(reader, document, at)
    if row.status != "current":
        raise _unavailable(row)
    return int(row.seq)


def described(reader: Reader, rows: Sequence[NamedRow], at: int | None = None) -> list[resources.Document]:
    """The rows of `with_version` as resources. Relations and copies are read by one statement for all rows."""
    # The head of a story is no copy.
    filings = [row.document for row in rows if row.story_head not in (None, row.document)]
    # Of two documents, none has a copy of a copy.
    classes = any((row.story_size or 0) > 2 for row in rows)
    related = queries.related(reader, [row.document for row in rows], filings, at, classes=classes)
    return [_resource(row, related) for row in rows]


def _resource(row: NamedRow, related: queries.Related) -> resources.Document:
    computed = {
        "story": _membership(row, related.copies),
        "duplicates": related.duplicates(row.document),
        "relations": related.counts[row.document],
    }
    return resources.Document.model_validate(fields_of(row) | computed)


def _membership(row: NamedRow, copies: Collection[str]) -> dict[str, Any] | None:
    if row.story_head is None:
        return None
    role: resources.StoryRole = "copy" if row.document in copies else "revision"
    return {"id": row.story, "size": row.story_size, "role": "head" if row.story_head == row.document else role}


def fields_of(row: NamedRow) -> dict[str, Any]:
    """The row's columns under the names of the fields of `resources.Described`; models ignore the other columns."""
    return {**row._asdict(), **row.details, "id": row.document, "version": row.number}


def _tombstone(row: NamedRow) -> dict[str, Any]:
    """The tombstone of a withdrawn document."""
    tombstone = {"id": row.id, "collection": row.collection, "path": row.path, "status": row.status, "seq": row.seq}
    return tombstone | {"version": row.number, "versions": f"/v1/documents/{row.id}/versions"}


def _document(reader: Reader, document: UUID, at: int | None = None) -> NamedRow:
    """The row of a document in any status, now or as of the seq `at`. Raises NotFound."""
    statement = _select_document if at is None else _select_document_at
    row = statement.row(reader, document=str(document), at=at)
    if row is None:
        recorded = "" if at is None else f" as of seq {at}"
        raise NotFound(f"There is no document {document}{recorded}.")
    return row


@Prepared
def _select_document() -> Select[*tuple[Any, ...]]:
    columns = (Document.id, Document.collection, Document.path, Document.status, Document.number, Document.versions)
    return select(*columns, Document.seq).where(Document.id == bindparam("document"))


@Prepared
def _select_document_at() -> Select[*tuple[Any, ...]]:
    """As `_select_document`. A document that is redacted now is so as of every `seq`."""
    redacted = case((Document.status == "redacted", Document.status), else_=DocumentState.status)
    columns = (DocumentState.collection, DocumentState.path, DocumentState.number, DocumentState.versions)
    return (
        select(Document.id, redacted.label("status"), *columns, DocumentState.seq)
        .join(DocumentState, DocumentState.document == Document.id)
        .where(Document.id == bindparam("document"), valid_at(DocumentState, AT))
    )


def readable(reader: Reader, document: UUID, at: int | None = None) -> NamedRow:
    """The row of a document that is not redacted, now or as of the seq `at`. Raises NotFound, Redacted."""
    row = _document(reader, document, at)
    if row.status == "redacted":
        raise _unavailable(row)
    return row


def _unavailable(row: NamedRow) -> Withdrawn | Redacted:
    """The error of a document that is not current."""
    if row.status == "redacted":
        return Redacted(f"The content of document {row.id} was erased on purpose.")
    return Withdrawn(
        f"Document {row.id} was withdrawn; its history remains readable.", extensions={"tombstone": _tombstone(row)}
    )


def with_version(at: At = None) -> Select[*tuple[Any, ...]]:
    """Selects each document's state, current version and story, now or as of the seq `at`.

    The rows are for `described`. A document that is redacted now is left out of the past.
    """
    in_story = and_(Membership.document == DocumentState.document, valid_at(Membership, at))
    statement = (
        select(*STATE, *ARTICLE, *STORY)
        .join(Version, current_version(DocumentState))
        .outerjoin(Membership, in_story)
        .outerjoin(Story, story_at(Story, Membership.story, at))
        .where(valid_at(DocumentState, at))
    )
    if at is None:
        return statement
    return statement.where(or_(DocumentState.status == "redacted", not_redacted(DocumentState.document)))
