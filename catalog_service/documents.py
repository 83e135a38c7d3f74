"""Reads documents.

The statements for one document and for a page are prepared: see `store.prepared`.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from catalog_service import dates, resources
from catalog_service.errors import NotFound, Redacted, Withdrawn
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import queries
from catalog_service.store import paging
from catalog_service.store.prepared import NamedRow, Prepared, Reader
from catalog_service.store.tables import Document, DocumentState, Story, Version, current_version, valid_at

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
    "after": DocumentState.created_seq < bindparam("after"),
}
STORY = (Document.story, Story.head.label("story_head"), Story.size.label("story_size"))


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


def find(session: Session, filter_: Filter, *, limit: int, cursor: str | None = None) -> resources.Documents:
    """The documents that the filter selects, the newest first, in pages that neither repeat nor skip.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    position = paging.begin(session, filter_, cursor)
    values = _values(filter_)
    if position.after is not None:
        values["after"] = position.after
    statement = _select_page(frozenset(values))
    rows, more = position.page(statement.rows(session, **values, at=position.snapshot.seq, limit=limit + 1), limit)
    return resources.Documents(
        documents=tuple(described(session, rows, position.snapshot.seq)),
        next=position.cursor(rows[-1].created_seq) if more else None,
        snapshot=position.snapshot,
    )


def _values(filter_: Filter) -> dict[str, Any]:
    """The values of the conditions that the filter has, by their names in `CONDITIONS`."""
    start, end = filter_.published
    values = {
        "status": filter_.status, "collection": filter_.collection, "path": filter_.path, "kind": filter_.kind,
        "publisher": filter_.publisher, "language": filter_.language, "start": start,
        # A day is inside its month and year: 2024-09-04 is not after 2024-09.
        "end": dates.sort_bound(end) if end else None,
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}


@functools.cache
def _select_page(conditions: frozenset[str]) -> Prepared:
    """The documents that meet these of the `CONDITIONS`, as of the seq `:at`, the newest first."""

    def build() -> Select[*tuple[Any, ...]]:
        statement = with_version(bindparam("at", type_=BigInteger))
        statement = statement.where(*(CONDITIONS[name] for name in sorted(conditions)))
        # Ordered by the `seq` at which a document first appeared, which never changes.
        return statement.order_by(DocumentState.created_seq.desc()).limit(bindparam("limit", type_=Integer))

    return Prepared(build)


def one(reader: Reader, document: UUID) -> resources.Document:
    """The present state of a document. Raises NotFound, Withdrawn (with the tombstone), Redacted."""
    row = _select_one.row(reader, document=str(document))
    if row is None or row.status != "current":
        raise _unavailable(_document(reader, document))
    return described(reader, [row])[0]


@Prepared
def _select_one() -> Select[*tuple[Any, ...]]:
    return with_version().where(DocumentState.document == bindparam("document"))


def by_ids(session: Session, documents: Collection[str]) -> dict[str, resources.Document]:
    """The documents with these ids, in any status, by id; ids without a version are left out."""
    rows = session.execute(with_version().where(DocumentState.document.in_(documents))).all()
    return {str(resource.id): resource for resource in described(session, rows)}


def status(reader: Reader, document: UUID) -> resources.Status:
    """Whether the document is current, withdrawn or redacted. Raises NotFound."""
    return cast("resources.Status", _document(reader, document).status)


def seq(reader: Reader, document: UUID) -> int:
    """The `seq` of the last change of a current document. Raises NotFound, Withdrawn, Redacted."""
    row = _document(reader, document)
    if row.status != "current":
        raise _unavailable(row)
    return int(row.seq)


def described(reader: Reader, rows: Sequence[NamedRow], at: int | None = None) -> list[resources.Document]:
    """The rows of `with_version` as resources. Relations and copies are read by one statement for all rows."""
    # The head of a story is no copy.
    filings = [row.document for row in rows if row.story_head not in (None, row.document)]
    related = queries.related(reader, [row.document for row in rows], filings, at)
    return [_resource(row, related) for row in rows]


def _resource(row: NamedRow, related: queries.Related) -> resources.Document:
    counts = related.counts[row.document]
    computed = {
        "story": _membership(row, related.copies),
        "duplicates": sum(counts.get(type_, 0) for type_ in COPY_TYPES),
        "relations": counts,
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


def _document(reader: Reader, document: UUID) -> NamedRow:
    """The row of a document in any status. Raises NotFound."""
    row = _select_document.row(reader, document=str(document))
    if row is None:
        raise NotFound(f"There is no document {document}.")
    return row


@Prepared
def _select_document() -> Select[*tuple[Any, ...]]:
    columns = (Document.id, Document.collection, Document.path, Document.status, Document.number, Document.versions)
    return select(*columns, Document.seq).where(Document.id == bindparam("document"))


def readable(reader: Reader, document: UUID) -> NamedRow:
    """The row of a document that is not redacted. Raises NotFound, Redacted."""
    row = _document(reader, document)
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


def with_version(at: int | ColumnElement[int] | None = None) -> Select[*tuple[Any, ...]]:
    """Selects each document's state and current version, now or as of the seq `at`, and its present story.

    The rows are for `described`.
    """
    return (
        select(*STATE, *ARTICLE, *STORY)
        .join(Version, current_version(DocumentState))
        .join(Document, Document.id == DocumentState.document)
        .outerjoin(Story, and_(Story.id == Document.story, valid_at(Story)))
        .where(valid_at(DocumentState, at))
    )
