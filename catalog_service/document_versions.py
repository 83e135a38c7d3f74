"""Reads the versions of documents: their texts, originals and differences.

The statements for one version are prepared: see `store.prepared`.
"""

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Tuple, and_, bindparam, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from catalog_service import diff_resources, diffing, resources
from catalog_service.documents import ARTICLE, fields_of, readable
from catalog_service.errors import NotFound
from catalog_service.store.prepared import NamedRow, Prepared, Reader
from catalog_service.store.tables import Document, Original, Version

SUMMARY = (
    Version.document, Version.number, Version.collection, Version.path, Version.item, Version.recorded_at,
    Version.observed_at, Version.seq, *ARTICLE, Version.late, Version.original, Version.original_size,
    Version.media_type, Version.encoding, Version.change, Version.normaliser,
)  # fmt: skip
TEXT = (Version.paragraphs, Version.notes)
# A document's id and the number of one of its versions.
VersionName = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class OriginalBytes:
    """The bytes of an original, with what a download of them needs."""

    content: bytes
    digest: str
    media_type: str
    encoding: str | None
    path: str


@dataclass(frozen=True, slots=True)
class VersionNumbers:
    """The number of the current version, and of the last; the last is not the current one when it was late."""

    current: int
    last: int


def numbers(reader: Reader, document: UUID) -> VersionNumbers:
    """The numbers of a document's versions. Raises NotFound, Redacted."""
    row = readable(reader, document)
    return VersionNumbers(row.number, row.versions)


def versions(session: Session, document: UUID) -> list[resources.VersionSummary]:
    """All versions, the newest first, without their texts. Raises NotFound, Redacted."""
    readable(session, document)
    return summaries(session, document)


def summaries(session: Session, document: UUID, most: int | None = None) -> list[resources.VersionSummary]:
    """The versions of a document that is known to be readable, the newest first; the last `most` of them."""
    statement = select(*SUMMARY).where(Version.document == str(document)).order_by(Version.number.desc()).limit(most)
    return [resources.VersionSummary.model_validate(_summary(version)) for version in session.execute(statement)]


def by_names(session: Session, names: Collection[tuple[str, int]]) -> list[resources.VersionSummary]:
    """The versions with these names, without their texts, in no order; names without a version are left out."""
    rows = session.execute(select(*SUMMARY).where(_name().in_(names)))
    return [resources.VersionSummary.model_validate(_summary(row)) for row in rows]


def texts(session: Session, names: Collection[tuple[str, int]], longest: int) -> list[resources.Version]:
    """The versions with these names, but not those whose paragraphs take more than `longest` characters as JSON."""
    short = func.length(cast(Version.paragraphs, Text)) <= longest
    rows = session.execute(select(*SUMMARY, *TEXT).where(_name().in_(names), short))
    return [_with_text(row) for row in rows]


def of_observations(
    session: Session, references: Collection[tuple[str, int]], longest: int
) -> dict[tuple[str, int], resources.Version]:
    """The versions of these observations, by document and observation, as `texts`; those of redacted documents not."""
    short = func.length(cast(Version.paragraphs, Text)) <= longest
    statement = _of_versions(*SUMMARY, *TEXT, Version.observation).where(
        tuple_(Version.document, Version.observation).in_(references), Document.status != "redacted", short
    )
    return {(row.document, row.observation): _with_text(row) for row in session.execute(statement)}


def _name() -> Tuple:
    return tuple_(Version.document, Version.number)


@dataclass(frozen=True, slots=True)
class VersionHead:
    """What the headers of an answer need of a version: validators, and the numbers that it links to."""

    original: str
    recorded_at: datetime
    numbers: VersionNumbers


def heads(reader: Reader, *names: VersionName) -> list[VersionHead]:
    """The heads of these versions, read by one statement. Raises NotFound, Redacted."""
    parameters: dict[str, str | int] = {}
    for place, (document, number) in enumerate(names):
        parameters |= {f"document_{place}": str(document), f"number_{place}": number}
    rows = _select_heads(len(names)).rows(reader, **parameters)
    by_name = {(row.document, row.number): row for row in rows if row.status != "redacted"}
    for document, number in names:
        if (str(document), number) not in by_name:
            raise _no_version(reader, document, number)
    return [_head(by_name[str(document), number]) for document, number in names]


def _head(row: NamedRow) -> VersionHead:
    return VersionHead(row.original, row.recorded_at, VersionNumbers(row.current, row.last))


@functools.cache
def _select_heads(count: int) -> Prepared:
    named = [
        and_(Version.document == bindparam(f"document_{place}"), Version.number == bindparam(f"number_{place}"))
        for place in range(count)
    ]
    columns = (Version.document, Version.number, Version.original, Version.recorded_at)
    return Prepared(lambda: _of_versions(*columns).where(or_(*named)))


def _of_versions(*columns: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401  Columns of any type.
    """Selects these columns of versions, with the status of their document and the numbers of its versions."""
    of_document = (Document.status, Document.number.label("current"), Document.versions.label("last"))
    return select(*columns, *of_document).join(Document, Document.id == Version.document)


def version(reader: Reader, document: UUID, number: int) -> resources.Version:
    """One version with its text. Raises NotFound, Redacted."""
    return version_and_numbers(reader, document, number)[0]


def version_and_numbers(reader: Reader, document: UUID, number: int) -> tuple[resources.Version, VersionNumbers]:
    """One version with its text, and the numbers of the document's versions. Raises NotFound, Redacted."""
    row = _version(reader, document, number)
    return _with_text(row), VersionNumbers(row.current, row.last)


def _with_text(row: NamedRow) -> resources.Version:
    texts = {"paragraphs": row.paragraphs, "text": _text(row), "notes": row.notes}
    return resources.Version.model_validate(_summary(row) | texts)


def original(reader: Reader, document: UUID, number: int) -> OriginalBytes:
    """The bytes that a version was read from. Raises NotFound, Redacted."""
    row = _version_row(reader, _select_original, document, number)
    return OriginalBytes(row.content, row.original, row.media_type, row.encoding, row.path)


def described(
    before: resources.Version, after: resources.Version, comparison: diffing.Comparison
) -> diff_resources.Diff:
    """The comparison of the texts of two versions as a word diff, with the significance of the change."""
    texts = before.text, after.text
    significance = diffing.significance((before.title, after.title), texts, comparison.ops)
    first, second = (diff_resources.VersionName(document=side.id, version=side.version) for side in (before, after))
    return diff_resources.Diff(
        first=first,
        second=second,
        summary=diff_resources.DiffSummary(
            words_added=comparison.words_added,
            words_removed=comparison.words_removed,
            moved=comparison.words_moved,
            significance=None if first == second else significance,
        ),
        coarse=comparison.coarse,
        ops=tuple(diff_resources.DiffOp(op=op.op, a=op.a, b=op.b) for op in comparison.ops),
    )


def _summary(row: NamedRow) -> dict[str, Any]:
    original = {
        "digest": row.original,
        "size": row.original_size,
        "media_type": row.media_type,
        "encoding": row.encoding,
    }
    return fields_of(row) | {"original": original}


def _text(row: NamedRow) -> str:
    return "\n\n".join(row.paragraphs)


def _no_version(reader: Reader, document: UUID, number: int) -> NotFound:
    """The error of a version that does not exist. Raises NotFound or Redacted if this is true of its document."""
    readable(reader, document)
    return NotFound(f"Document {document} has no version {number}.")


def _version(reader: Reader, document: UUID, number: int) -> NamedRow:
    return _version_row(reader, _select_version, document, number)


def _version_row(reader: Reader, statement: Prepared, document: UUID, number: int) -> NamedRow:
    """The row of one version. Raises NotFound, Redacted."""
    row = statement.row(reader, document=str(document), number=number)
    if row is None or row.status == "redacted":
        raise _no_version(reader, document, number)
    return row


@Prepared
def _select_version() -> Select[*tuple[Any, ...]]:
    return _of_versions(*SUMMARY, *TEXT).where(*_named())


@Prepared
def _select_original() -> Select[*tuple[Any, ...]]:
    columns = (Version.original, Version.media_type, Version.encoding, Version.path, Original.content)
    return _of_versions(*columns).join(Original, Original.digest == Version.original).where(*_named())


def _named() -> tuple[ColumnElement[bool], ...]:
    return Version.document == bindparam("document"), Version.number == bindparam("number")
