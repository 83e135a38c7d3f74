"""The read side of documents and versions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog_service import dates, diff, paging, relations, resources, roles
from catalog_service.errors import NotFound, Redacted, Withdrawn
from catalog_service.tables import Document, DocumentState, Original, Story, Version, alive, current_version

Row = tuple[DocumentState, Version, str | None]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents; ranges of dates are (from, to), either end open, both included as far as they are written."""

    status: str | None = "current"
    collection: str | None = None
    path: str | None = None
    kind: str | None = None
    publisher: str | None = None
    language: str | None = None
    published: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Bytes:
    """An original as it is handed out."""

    content: bytes
    digest: str
    media_type: str
    encoding: str | None
    path: str


def find(session: Session, wanted: Filter, *, limit: int, cursor: str | None = None) -> resources.Documents:
    """The documents wanted, the newest first, in pages that neither repeat nor skip.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    place = paging.begin(session, wanted, cursor)
    # Ordered by when a document first appeared, which no later change moves.
    asked = with_version(place.snapshot.seq).where(*_conditions(wanted)).order_by(DocumentState.created_seq.desc())
    if place.after is not None:
        asked = asked.where(DocumentState.created_seq < place.after)
    rows, more = place.page(read(session, asked.limit(limit + 1)), limit)
    return resources.Documents(
        documents=tuple(described(session, rows, place.snapshot.seq)),
        next=place.cursor(rows[-1][0].created_seq) if more else None,
        snapshot=place.snapshot,
    )


def one(session: Session, document: UUID) -> resources.Document:
    """A document as it is now. Raises NotFound, Withdrawn (with its tombstone), Redacted."""
    row = _document(session, document)
    if row.status == "withdrawn":
        raise Withdrawn(
            f"Document {document} was withdrawn; its history stays.", extensions={"tombstone": _tombstone(row)}
        )
    if row.status == "redacted":
        raise Redacted(f"The content of document {document} was erased on purpose.")
    return described(session, read(session, with_version().where(DocumentState.document == row.id)))[0]


def by_ids(session: Session, documents: Collection[str]) -> dict[str, resources.Document]:
    """The documents of these ids that have a version, whatever their status."""
    rows = read(session, with_version().where(DocumentState.document.in_(documents)))
    return {str(each.id): each for each in described(session, rows)}


def status(session: Session, document: UUID) -> resources.Status:
    """Whether the document is current, withdrawn or redacted. Raises NotFound."""
    return _document(session, document).status  # type: ignore[return-value]


def seq(session: Session, document: UUID) -> int:
    """The last change of a document. Raises NotFound."""
    return _document(session, document).seq


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which version is the current one, and which the last: a late one may stand behind the current."""

    current: int
    last: int


def numbers(session: Session, document: UUID) -> Numbers:
    """The numbers of a document's versions. Raises NotFound, Redacted."""
    row = _readable(session, document)
    return Numbers(row.number, row.versions)


def versions(session: Session, document: UUID) -> list[resources.VersionSummary]:
    """All versions, the newest first, without their texts. Raises NotFound, Redacted."""
    row = _readable(session, document)
    asked = select(Version).where(Version.document == row.id).order_by(Version.number.desc())
    return [resources.VersionSummary.model_validate(_summary(each)) for each in session.scalars(asked)]


def version(session: Session, document: UUID, number: int) -> resources.Version:
    """One version with its text. Raises NotFound, Redacted."""
    row = _version(session, document, number)
    paragraphs = tuple(row.paragraphs)
    texts = {"paragraphs": paragraphs, "text": "\n\n".join(paragraphs), "notes": row.notes}
    return resources.Version.model_validate(_summary(row) | texts)


def original(session: Session, document: UUID, number: int) -> Bytes:
    """The bytes that a version was read from. Raises NotFound, Redacted."""
    row = _version(session, document, number)
    content = session.scalars(select(Original.content).where(Original.digest == row.original)).one()
    return Bytes(content, row.original, row.media_type, row.encoding, row.path)


def changes(session: Session, document: UUID, first: int, second: int) -> resources.Diff:
    """What changed from one version to another, word by word. Raises NotFound, Redacted."""
    return compare(session, (document, first), (document, second))


def compare(session: Session, first: tuple[UUID, int], second: tuple[UUID, int]) -> resources.Diff:
    """What differs between any two versions, word by word. Raises NotFound, Redacted."""
    rows = _version(session, *first), _version(session, *second)
    before, after = ("\n\n".join(row.paragraphs) for row in rows)
    ops = diff.diff(before, after)
    added, removed = diff.words_changed(before, after, ops)
    meant = diff.significance((rows[0].title, rows[1].title), (before, after), ops)
    same = rows[0] is rows[1]
    return resources.Diff(
        first=resources.VersionName(document=first[0], version=first[1]),
        second=resources.VersionName(document=second[0], version=second[1]),
        summary=resources.DiffSummary(
            words_added=added,
            words_removed=removed,
            moved=diff.moved_words(after, ops),
            significance=None if same else meant,
        ),
        ops=tuple(resources.DiffOp(op=op.op, a=op.a, b=op.b) for op in ops),
    )


def described(session: Session, rows: Sequence[Row], at: int | None = None) -> list[resources.Document]:
    """The rows as documents, with what they are to others, in one query of each kind however many they are."""
    ids = [state.document for state, _, _ in rows]
    counted = relations.counts(session, ids, at)
    sizes = _stories(session, {story for _, _, story in rows if story})
    told = ((state.document, sizes.get(story or "")) for state, _, story in rows)
    copies = roles.copies(session, [document for document, story in told if story and story.head != document])
    return [
        _resource(state, version, counted[state.document], _membership(state.document, sizes.get(story or ""), copies))
        for state, version, story in rows
    ]


def _membership(document: str, story: Story | None, copies: Collection[str]) -> resources.StoryMembership | None:
    if story is None:
        return None
    role: Literal["head", "copy", "revision"] = "copy" if document in copies else "revision"
    return resources.StoryMembership(
        id=UUID(story.id), size=story.size, role="head" if story.head == document else role
    )


def _resource(
    row: DocumentState, version: Version, counted: dict[str, int], story: resources.StoryMembership | None
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
            "duplicates": counted.get("duplicate", 0),
            "relations": counted,
        }
    )


def _described(row: Version) -> dict[str, Any]:
    plain = ("collection", "path", "item", "title", "kind", "publisher", "published", "published_basis", "language")
    later = ("url", "words", "digest", "recorded_at", "observed_at", "seq")
    return {
        "id": row.document,
        "version": row.number,
        **{name: getattr(row, name) for name in (*plain, *later)},
        **row.details,
    }


def _summary(row: Version) -> dict[str, Any]:
    was = {"digest": row.original, "size": row.original_size, "media_type": row.media_type, "encoding": row.encoding}
    change = {"kind": row.change["kind"], **row.change}
    return _described(row) | {"late": row.late, "original": was, "change": change, "normaliser": row.normaliser}


def _stories(session: Session, ids: Collection[str]) -> dict[str, Story]:
    return {story.id: story for story in session.scalars(select(Story).where(Story.id.in_(ids)))} if ids else {}


def _tombstone(row: Document) -> dict[str, Any]:
    """What is still said of a withdrawn document."""
    gone = {"id": row.id, "collection": row.collection, "path": row.path, "status": row.status, "seq": row.seq}
    return gone | {"version": row.number, "versions": f"/v1/documents/{row.id}/versions"}


def _document(session: Session, document: UUID) -> Document:
    row = session.get(Document, str(document))
    if row is None:
        raise NotFound(f"There is no document {document}.")
    return row


def _readable(session: Session, document: UUID) -> Document:
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
    """Each document with its current version, as of now or `at` a seq, and its story as of now."""
    return (
        select(DocumentState, Version, Document.story)
        .join(Version, current_version(DocumentState))
        .join(Document, Document.id == DocumentState.document)
        .where(alive(DocumentState, at))
    )


def read(session: Session, asked: Select[DocumentState, Version, str | None]) -> list[Row]:
    """The rows of a query made by `with_version`, to be `described`."""
    return [(row[0], row[1], row[2]) for row in session.execute(asked)]


def _conditions(wanted: Filter) -> Iterable[Any]:
    equal = {
        DocumentState.status: wanted.status,
        DocumentState.collection: wanted.collection,
        DocumentState.path: wanted.path,
        Version.kind: wanted.kind,
        Version.publisher: wanted.publisher,
        Version.language: wanted.language,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    start, end = wanted.published
    if start is not None:
        yield Version.published >= start
    if end is not None and (behind := dates.sort_bound(end)):
        # A day lies inside its month and year: 2024-09-04 is not behind 2024-09.
        yield Version.published < behind
