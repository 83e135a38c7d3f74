"""Reads documents and versions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog_service import dates, diff, resources
from catalog_service.errors import NotFound, Redacted, Withdrawn
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import copies, queries
from catalog_service.store import paging
from catalog_service.store.tables import Document, DocumentState, Original, Story, Version, current_version, valid_at

# A document's state, its current version, and the id of its story.
Row = tuple[DocumentState, Version, str | None]
# The columns of a version that are fields of `resources.Described` under the same name.
DESCRIBED_COLUMNS = (
    "collection", "path", "item", "title", "kind", "publisher", "published", "published_basis", "language", "url",
    "words", "digest", "recorded_at", "observed_at", "seq",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class OriginalBytes:
    """The bytes of an original, with what a download of them needs."""

    content: bytes
    digest: str
    media_type: str
    encoding: str | None
    path: str


def find(session: Session, filter_: Filter, *, limit: int, cursor: str | None = None) -> resources.Documents:
    """The documents that the filter selects, the newest first, in pages that neither repeat nor skip.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    position = paging.begin(session, filter_, cursor)
    # Ordered by the `seq` at which a document first appeared, which never changes.
    statement = with_version(position.snapshot.seq).where(*_conditions(filter_))
    statement = statement.order_by(DocumentState.created_seq.desc())
    if position.after is not None:
        statement = statement.where(DocumentState.created_seq < position.after)
    rows, more = position.page(read(session, statement.limit(limit + 1)), limit)
    return resources.Documents(
        documents=tuple(described(session, rows, position.snapshot.seq)),
        next=position.cursor(rows[-1][0].created_seq) if more else None,
        snapshot=position.snapshot,
    )


def one(session: Session, document: UUID) -> resources.Document:
    """The present state of a document. Raises NotFound, Withdrawn (with the tombstone), Redacted."""
    row = _document(session, document)
    if row.status == "withdrawn":
        raise Withdrawn(
            f"Document {document} was withdrawn; its history remains readable.",
            extensions={"tombstone": _tombstone(row)},
        )
    if row.status == "redacted":
        raise Redacted(f"The content of document {document} was erased on purpose.")
    return described(session, read(session, with_version().where(DocumentState.document == row.id)))[0]


def by_ids(session: Session, documents: Collection[str]) -> dict[str, resources.Document]:
    """The documents with these ids, in any status, by id; ids without a version are left out."""
    rows = read(session, with_version().where(DocumentState.document.in_(documents)))
    return {str(resource.id): resource for resource in described(session, rows)}


def status(session: Session, document: UUID) -> resources.Status:
    """Whether the document is current, withdrawn or redacted. Raises NotFound."""
    return _document(session, document).status  # type: ignore[return-value]


def seq(session: Session, document: UUID) -> int:
    """The `seq` of the last change of a document. Raises NotFound."""
    return _document(session, document).seq


@dataclass(frozen=True, slots=True)
class VersionNumbers:
    """The number of the current version, and of the last; the last is not the current one when it was late."""

    current: int
    last: int


def numbers(session: Session, document: UUID) -> VersionNumbers:
    """The numbers of a document's versions. Raises NotFound, Redacted."""
    row = _readable(session, document)
    return VersionNumbers(row.number, row.versions)


def versions(session: Session, document: UUID) -> list[resources.VersionSummary]:
    """All versions, the newest first, without their texts. Raises NotFound, Redacted."""
    row = _readable(session, document)
    statement = select(Version).where(Version.document == row.id).order_by(Version.number.desc())
    return [resources.VersionSummary.model_validate(_summary(version)) for version in session.scalars(statement)]


def version(session: Session, document: UUID, number: int) -> resources.Version:
    """One version with its text. Raises NotFound, Redacted."""
    row = _version(session, document, number)
    paragraphs = tuple(row.paragraphs)
    texts = {"paragraphs": paragraphs, "text": "\n\n".join(paragraphs), "notes": row.notes}
    return resources.Version.model_validate(_summary(row) | texts)


def original(session: Session, document: UUID, number: int) -> OriginalBytes:
    """The bytes that a version was read from. Raises NotFound, Redacted."""
    row = _version(session, document, number)
    content = session.scalars(select(Original.content).where(Original.digest == row.original)).one()
    return OriginalBytes(content, row.original, row.media_type, row.encoding, row.path)


def changes(session: Session, document: UUID, first: int, second: int) -> resources.Diff:
    """The word diff of two versions of a document. Raises NotFound, Redacted."""
    return compare(session, (document, first), (document, second))


def compare(session: Session, first: tuple[UUID, int], second: tuple[UUID, int]) -> resources.Diff:
    """The word diff of any two versions. Raises NotFound, Redacted."""
    rows = _version(session, *first), _version(session, *second)
    before, after = ("\n\n".join(row.paragraphs) for row in rows)
    ops = diff.diff(before, after)
    added, removed = diff.words_changed(before, after, ops)
    significance = diff.significance((rows[0].title, rows[1].title), (before, after), ops)
    same = rows[0] is rows[1]
    return resources.Diff(
        first=resources.VersionName(document=first[0], version=first[1]),
        second=resources.VersionName(document=second[0], version=second[1]),
        summary=resources.DiffSummary(
            words_added=added,
            words_removed=removed,
            moved=diff.moved_words(after, ops),
            significance=None if same else significance,
        ),
        ops=tuple(resources.DiffOp(op=op.op, a=op.a, b=op.b) for op in ops),
    )


def described(session: Session, rows: Sequence[Row], at: int | None = None) -> list[resources.Document]:
    """The rows as resources, with stories and numbers of relations. Each kind of data is read once for all rows."""
    ids = [state.document for state, _, _ in rows]
    counts = queries.counts(session, ids, at)
    stories = _stories(session, {story for _, _, story in rows if story})
    memberships = ((state.document, stories.get(story or "")) for state, _, story in rows)
    copy_ids = copies.copies(session, [document for document, story in memberships if story and story.head != document])
    return [
        _resource(
            state, version, counts[state.document], _membership(state.document, stories.get(story or ""), copy_ids)
        )
        for state, version, story in rows
    ]


def _membership(document: str, story: Story | None, copies: Collection[str]) -> resources.StoryMembership | None:
    if story is None:
        return None
    role: resources.StoryRole = "copy" if document in copies else "revision"
    return resources.StoryMembership(
        id=UUID(story.id), size=story.size, role="head" if story.head == document else role
    )


def _resource(
    row: DocumentState, version: Version, counts: dict[str, int], story: resources.StoryMembership | None
) -> resources.Document:
    return resources.Document.model_validate(
        _described(version)
        | {
            "collection": row.collection,
            "path": row.path,
            "item": row.item,
            "status": row.status,
            "versions": row.versions,
            "first_recorded_at": row.first_recorded_at,
            "recorded_at": row.recorded_at,
            "observed_at": row.observed_at,
            "seq": row.seq,
            "story": story,
            "duplicates": sum(counts.get(type_, 0) for type_ in COPY_TYPES),
            "relations": counts,
        }
    )


def _described(row: Version) -> dict[str, Any]:
    """The fields of `resources.Described`."""
    return {
        "id": row.document,
        "version": row.number,
        **{name: getattr(row, name) for name in DESCRIBED_COLUMNS},
        **row.details,
    }


def _summary(row: Version) -> dict[str, Any]:
    original = {
        "digest": row.original,
        "size": row.original_size,
        "media_type": row.media_type,
        "encoding": row.encoding,
    }
    change = {"kind": row.change["kind"], **row.change}
    return _described(row) | {"late": row.late, "original": original, "change": change, "normaliser": row.normaliser}


def _stories(session: Session, ids: Collection[str]) -> dict[str, Story]:
    return {story.id: story for story in session.scalars(select(Story).where(Story.id.in_(ids)))} if ids else {}


def _tombstone(row: Document) -> dict[str, Any]:
    """The tombstone of a withdrawn document."""
    tombstone = {"id": row.id, "collection": row.collection, "path": row.path, "status": row.status, "seq": row.seq}
    return tombstone | {"version": row.number, "versions": f"/v1/documents/{row.id}/versions"}


def _document(session: Session, document: UUID) -> Document:
    row = session.get(Document, str(document))
    if row is None:
        raise NotFound(f"There is no document {document}.")
    return row


def _readable(session: Session, document: UUID) -> Document:
    """The row of a document that is not redacted. Raises NotFound, Redacted."""
    row = _document(session, document)
    if row.status == "redacted":
        raise Redacted(f"The content of document {document} was erased on purpose.")
    return row


def _version(session: Session, document: UUID, number: int) -> Version:
    row = session.get(Version, (_readable(session, document).id, number))
    if row is None:
        raise NotFound(f"Document {document} has no version {number}.")
    return row


def with_version(at: int | None = None) -> Select[DocumentState, Version, str | None]:
    """Selects each document's state and current version, now or as of the seq `at`, and its present story."""
    return (
        select(DocumentState, Version, Document.story)
        .join(Version, current_version(DocumentState))
        .join(Document, Document.id == DocumentState.document)
        .where(valid_at(DocumentState, at))
    )


def read(session: Session, statement: Select[DocumentState, Version, str | None]) -> list[Row]:
    """The rows of a statement made with `with_version`, to be passed to `described`."""
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def _conditions(filter_: Filter) -> Iterable[Any]:
    equal = {
        DocumentState.status: filter_.status,
        DocumentState.collection: filter_.collection,
        DocumentState.path: filter_.path,
        Version.kind: filter_.kind,
        Version.publisher: filter_.publisher,
        Version.language: filter_.language,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    start, end = filter_.published
    if start is not None:
        yield Version.published >= start
    if end is not None and (bound := dates.sort_bound(end)):
        # A day is inside its month and year: 2024-09-04 is not after 2024-09.
        yield Version.published < bound
