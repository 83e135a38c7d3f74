"""The models of the API's answers; the OpenAPI description is generated from them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, PlainSerializer

from catalog_service import contract

Json = JsonValue
Moment = Annotated[datetime, PlainSerializer(contract.format_time, return_type=str, when_used="json")]
Span = tuple[int, int]
Status = Literal["current", "withdrawn", "redacted"]
# The role of a document in its story: its newest filing, the same text as an earlier filing, or another filing.
StoryRole = Literal["head", "copy", "revision"]
RelationSide = Literal["a", "b"]
# How the order of the sides of a relation is known: one quotes the other, or by the date of publication, by the number
# of the wire filing, or by the time of recording.
Basis = Literal["quotes", "published", "wire", "recorded"]
Significance = Literal["typography", "metadata", "figure", "date", "quotation", "headline", "substantive"]


class Resource(BaseModel):
    """The base of all models of answers: immutable; fields of later releases are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Snapshot(Resource):
    """The state of the catalog that an answer was read from: its epoch and the `seq` of its last change."""

    epoch: str
    seq: int


class StoryMembership(Resource):
    """The story that a document belongs to, and the document's role in it."""

    id: UUID
    size: int
    role: StoryRole


class Described(Resource):
    """The fields that documents and versions have in common."""

    id: UUID
    collection: str
    path: str
    item: contract.Item
    version: int
    title: str
    kind: Literal["wire", "release", "article", "document"]
    publisher: str | None
    published: str | None
    published_basis: Literal["metadata", "dateline", "text", "caption"] | None
    authors: tuple[str, ...]
    credits: tuple[str, ...]
    language: str | None
    url: str | None
    suspect: contract.Suspect | None = None
    wire: contract.Wire | None
    fields: dict[str, JsonValue]
    words: int
    digest: str
    recorded_at: Moment
    observed_at: Moment
    seq: int


class Document(Described):
    """The present state of a document: its current version, its story, and the numbers of its relations.

    `duplicates` counts the other documents with the same text, `relations` the document's own relations of each type.
    """

    status: Status
    versions: int
    first_recorded_at: Moment
    story: StoryMembership | None = None
    duplicates: int = 0
    relations: dict[contract.RelationType, int] = {}


class Documents(Resource):
    """One page of documents."""

    documents: tuple[Document, ...]
    next: str | None = None
    snapshot: Snapshot


class OriginalSummary(Resource):
    """The original of a version, without its bytes."""

    digest: str
    size: int
    media_type: str
    encoding: str | None


class VersionChange(Resource):
    """How a version differs from the one before it, as the catalog found it when it recorded the version.

    `moved` is null for versions that were recorded before it was counted.
    """

    kind: Literal["created", "publisher", "metadata", "technical"]
    words_added: int
    words_removed: int
    moved: int | None = None
    significance: Significance | None = None


class VersionSummary(Described):
    """A version without its text."""

    late: bool
    original: OriginalSummary
    change: VersionChange
    normaliser: contract.Normaliser | None


class Version(VersionSummary):
    """One immutable reading of a document."""

    text: str
    paragraphs: tuple[str, ...]
    notes: tuple[contract.Note, ...]


class Versions(Resource):
    """All versions of a document, newest first."""

    versions: tuple[VersionSummary, ...]


class LogEntry(Resource):
    """One entry of a document's change log."""

    seq: int
    type: Literal["created", "changed", "moved", "withdrawn", "restored", "redacted"]
    time: Moment
    version: int | None = None
    path: str | None = None
    previous_path: str | None = None
    reason: str | None = None


class Log(Resource):
    """A document's change log, oldest first."""

    log: tuple[LogEntry, ...]


class RelationEnd(Resource):
    """One side of a relation."""

    document: UUID
    version: int
    digest: str
    title: str
    path: str


class Coverage(Resource):
    """The share of each text's words that the passages cover, 0 to 1."""

    a: float
    b: float


class Edit(Resource):
    """One difference inside a passage: the span `a` of the first text corresponds to the span `b` of the second.

    `kind` is what differs; null for a relation that was last judged by a release that did not report it.
    """

    op: contract.EditOp
    a: Span
    b: Span
    kind: contract.EditKind | None = None


class Passage(Resource):
    """A run of words that both texts share; `quoted` are the spans of text `a` that are in quotation marks."""

    a: Span
    b: Span
    words: int
    quoted: tuple[Span, ...] = ()
    verbatim: bool
    edits: tuple[Edit, ...] = ()


class Differences(Resource):
    """The number of edits of each kind in the passages of a relation."""

    figures: int = 0
    dates: int = 0
    names: int = 0
    quotations: int = 0
    words: int = 0


class Relation(Resource):
    """A relation between two versions, with the passages they share.

    `source` is the side that the text comes from: the side that is quoted, or else the earlier one. `differs` counts
    the edits of the passages by kind; null if the kind of an edit is not known. `passages` are in the order of `a`; if
    there are too many, they are the longest ones, and `passages_omitted` counts the others.
    """

    id: str
    type: contract.RelationType
    a: RelationEnd
    b: RelationEnd
    jaccard: float
    coverage: Coverage
    earlier: RelationSide | None
    earlier_basis: Literal["published", "wire"] | None
    source: RelationSide | None
    source_basis: Basis | None
    differs: Differences | None
    passages: tuple[Passage, ...]
    passages_omitted: int
    recorded_at: Moment


class Relations(Resource):
    """One page of relations."""

    relations: tuple[Relation, ...]
    next: str | None = None
    snapshot: Snapshot


class Story(Resource):
    """A story: its documents in order of publication; its head is the newest filing.

    `far` counts the documents that are neither filings of the head nor copies of such a filing: only other documents
    link them to the head. A story with a high count may have moved on to another subject. `seq` is that of the newest
    change of its head, its size or its documents.
    """

    id: UUID
    head: UUID
    size: int
    far: int
    seq: int
    documents: tuple[Document, ...]
    next: str | None = None
    snapshot: Snapshot


class StorySummary(Resource):
    """A story without its documents; `far` counts those that only other documents link to the head.

    `seq` is that of its newest change. The head of a past story is null if it is redacted now.
    """

    id: UUID
    size: int
    far: int
    seq: int
    head: Document | None


class Stories(Resource):
    """One page of stories."""

    stories: tuple[StorySummary, ...]
    next: str | None = None
    snapshot: Snapshot


class Change(Resource):
    """One entry of the change feed, a CloudEvent. `subject` is the id of its document; without one it is absent."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: str
    # CloudEvents 1.0 has no null: libraries refuse it.
    subject: str | None = Field(default=None, exclude_if=lambda subject: subject is None)
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, JsonValue]


class Changes(Resource):
    """One page of the change feed; `cursor` is the `since` of the next request."""

    events: tuple[Change, ...]
    cursor: str
    more: bool
