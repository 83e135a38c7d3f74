"""The data exchanged between the two services: events to the catalog; receipts, heads and matches from the services.

This is the only module of the catalog that the ingest service imports; it loads neither SQLAlchemy nor aiohttp. Events
are CloudEvents 1.0 in structured JSON. Unknown fields are ignored; fields are never renamed or removed. Times are
RFC 3339 in UTC with microseconds. Offsets are Unicode code points, half-open, into the text of the named version. A
digest is `sha-256:` and 64 hex digits.
"""

import hashlib
from typing import Annotated, Any, Literal, Self, TypeAlias, get_args
from uuid import UUID

from pydantic import (
    AfterValidator,
    Base64Bytes,
    BaseModel,
    ConfigDict,
    Field,
    model_validator,
)

from catalog_service import fields, relation_types
from catalog_service.fields import Count, Fields, Line, Moment, Observation, Path, Published, Share, Text, Word

EVENT_MEDIA_TYPE = "application/cloudevents+json"
BATCH_MEDIA_TYPE = "application/cloudevents-batch+json"
RelationType = relation_types.RelationType
Collection: TypeAlias = fields.Collection
Digest: TypeAlias = fields.Digest
Span: TypeAlias = fields.Span
format_time, version_order = fields.format_time, fields.version_order
MAX_BATCH_EVENTS = 1_000
MAX_BATCH_BYTES = 16 * 1024 * 1024
MAX_INLINE_ORIGINAL = 64 * 1024
OBSERVED: Literal["document.observed.v1"] = "document.observed.v1"
RELATED: Literal["document.related.v1"] = "document.related.v1"

# Limits of single fields, far above those of real documents; the refusal of a larger value names the field.
MAX_TITLE = fields.MAX_TITLE
MAX_PARAGRAPHS = 200_000
MAX_RELATIONS = 1_000
MAX_PASSAGES = 2_000
MAX_NUMBER = fields.MAX_NUMBER


def digest_of(content: bytes) -> str:
    """The SHA-256 of `content` as `sha-256:` and 64 hex digits."""
    return "sha-256:" + hashlib.sha256(content).hexdigest()


# Why the text of an article says nothing: it has no words, or a site sent another page instead of the one asked for.
Suspect = Literal["empty", "bot-wall", "error-page"]


class Frozen(BaseModel):
    """The base of all models of the contract: immutable; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Aliased(Frozen):
    """The base of models with a field whose JSON name cannot be its name in Python (`self`, `bytes`)."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)


class Item(Frozen):
    """The thing that a document is of: a file, a member of a file, or a publisher's guid."""

    key: Path
    by: Literal["path", "member", "guid"] = "path"
    parent: Path | None = None
    version: Line | None = None


class Original(Aliased):
    """The bytes as they were read. An original above 64 KiB is put before its event, which then carries no `bytes`."""

    digest: Digest
    size: Count
    media_type: Annotated[str, Field(max_length=255, pattern=r"^[\w!#$&^.+-]+/[\w!#$&^.+-]+$")]
    encoding: Word | None = None
    content: Base64Bytes | None = Field(default=None, alias="bytes")


class Note(Frozen):
    """One removal or repair by reading or normalising; `detail` says what it is founded on, or what is uncertain."""

    rule: Word
    at: Span | None = None
    removed: Text = ""
    inserted: Text = ""
    detail: Line | None = Field(default=None, exclude_if=lambda detail: detail is None)


class Wire(Frozen):
    """The marker of a wire filing, and its number in the sequence of filings."""

    marker: Line
    sequence: int = Field(ge=0, le=1_000_000)


class Normaliser(Frozen):
    """The name and version of the rules that made the article."""

    name: Line
    version: Line


class Article(Frozen):
    """The normalised form of one item."""

    title: Line
    paragraphs: Annotated[tuple[Text, ...], Field(max_length=MAX_PARAGRAPHS)]
    digest: Digest
    language: Word | None = None
    words: Count
    kind: Literal["wire", "release", "article", "document"] = "document"
    published: Published | None = None
    published_basis: Literal["metadata", "dateline", "text", "caption"] | None = None
    publisher: Line | None = None
    authors: tuple[Line, ...] = ()
    credits: tuple[Line, ...] = ()
    url: Annotated[str, Field(max_length=8_192), AfterValidator(fields.storable)] | None = None
    suspect: Suspect | None = None
    wire: Wire | None = None
    fields: Fields = {}
    notes: tuple[Note, ...] = ()
    normaliser: Normaliser | None = None

    @property
    def text(self) -> str:
        """The paragraphs joined by an empty line."""
        return "\n\n".join(self.paragraphs)


class Reference(Frozen):
    """One observation of one document."""

    document: UUID
    observation: Observation
    digest: Digest


EditOp = Literal["insert", "delete", "replace"]
# What an edit changes: the first of these that applies, "word" if none of the others does.
EditKind = Literal["figure", "date", "name", "quotation", "word"]
EDIT_KINDS: tuple[EditKind, ...] = get_args(EditKind)


class Edit(Frozen):
    """One difference inside a passage: the span `a` of this text corresponds to the span `b` of the other text.

    `kind` is null in events of releases that did not compute it.
    """

    op: EditOp
    a: Span
    b: Span
    kind: EditKind | None = Field(default=None, exclude_if=lambda kind: kind is None)


class Passage(Aliased):
    """A run of words that two texts share; `quoted` and `other_quoted` are the spans in quotation marks."""

    own: Span = Field(alias="self")
    other: Span
    words: Count
    quoted: tuple[Span, ...] = ()
    other_quoted: tuple[Span, ...] = ()
    verbatim: bool = True
    edits: tuple[Edit, ...] = ()


class Coverage(Aliased):
    """The share of each text's words that the passages cover, 0 to 1."""

    own: Share = Field(alias="self")
    other: Share


class Relation(Frozen):
    """How this article relates to another, with the passages they share.

    If they share too many, `passages` has the longest ones, and `passages_omitted` counts the others.
    """

    type: RelationType
    other: Reference
    jaccard: Share
    coverage: Coverage
    passages: Annotated[tuple[Passage, ...], Field(max_length=MAX_PASSAGES)] = ()
    passages_omitted: Count = Field(default=0, exclude_if=lambda count: count == 0)


Cause = Literal["created", "changed", "moved", "withdrawn", "restored", "reprocessed"]
# Events of these causes change where an item is, not its content; they carry no article.
WITHOUT_ARTICLE: frozenset[Cause] = frozenset({"moved", "withdrawn"})


class Observed(Frozen):
    """One observation: a look at an item that found something new."""

    document: UUID
    observation: Observation
    collection: Collection
    path: Path
    item: Item
    cause: Cause
    reason: Word | None = None
    observed_at: Moment
    previous_path: Path | None = None
    original: Original | None = None
    article: Article | None = None
    relations: Annotated[tuple[Relation, ...], Field(max_length=MAX_RELATIONS)] = ()

    @model_validator(mode="after")
    def _article_where_it_belongs(self) -> Self:
        if (self.cause in WITHOUT_ARTICLE) != (self.article is None):
            raise ValueError(f"an event of cause {self.cause!r} carries {'no' if self.article else 'an'} article")
        if self.article is not None and self.original is None:
            raise ValueError("an article comes with its original")
        return self


class Related(Frozen):
    """All relations of one observation that was judged again. They replace the earlier ones; no version is made."""

    document: UUID
    observation: Observation
    relations: Annotated[tuple[Relation, ...], Field(max_length=MAX_RELATIONS)] = ()


class Event(Frozen):
    """The CloudEvents 1.0 envelope."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(fields.storable)]
    source: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(fields.storable)]
    subject: UUID
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    data: Observed | Related

    @model_validator(mode="after")
    def _named_by_its_data(self) -> Self:
        if self.subject != self.data.document:
            raise ValueError("subject and data.document differ")
        return self


class ObservedEvent(Event):
    """`document.observed.v1`."""

    type: Literal["document.observed.v1"] = OBSERVED
    data: Observed


class RelatedEvent(Event):
    """`document.related.v1`."""

    type: Literal["document.related.v1"] = RELATED
    data: Related


AnyEvent = Annotated[ObservedEvent | RelatedEvent, Field(discriminator="type")]


class FieldError(Frozen):
    """One error of an input: where it is (a JSON pointer or the name of a parameter) and what is wrong."""

    pointer: str
    detail: str


class Problem(Frozen):
    """RFC 9457 problem details. `code` is stable; `request_id` is the id of the request in the log."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str | None = None
    request_id: str | None = None
    errors: tuple[FieldError, ...] = ()

    model_config = ConfigDict(frozen=True, extra="allow")


Outcome = Literal["recorded", "unchanged", "replayed", "late", "redacted", "rejected"]


class Receipt(Frozen):
    """The catalog's answer to one event: what it did with it, and at which `seq`."""

    event: str
    outcome: Outcome
    document: UUID | None = None
    version: int | None = None
    epoch: str
    seq: int
    problem: Problem | None = None


class Receipts(Frozen):
    """The receipts of a batch, in the order sent."""

    receipts: tuple[Receipt, ...]


class Head(Frozen):
    """The newest observation of one document that the catalog has recorded: one line of `GET /v1/heads`."""

    item: Item
    collection: str
    path: str
    document: UUID
    observation: int
    digest: Digest | None = None
    original: Digest | None = None
    status: Literal["current", "withdrawn", "redacted"]


class FileState(Frozen):
    """One file of the folder as the ingest service sees it."""

    path: str
    state: str
    reason: str | None = None
    detail: str | None = None
    size: int | None = None
    digest: Digest | None = None
    documents: tuple[UUID, ...] = ()
    since: Moment
    retry_at: Moment | None = None


class Files(Frozen):
    """The answer of `GET /v1/files`."""

    files: tuple[FileState, ...]
    next: str | None = None


class DeadLetter(Frozen):
    """An event that the catalog refused for good, with the catalog's words and the path of its document."""

    event: str
    document: UUID
    path: str | None = None
    created_at: Moment
    problem: Problem


LoadStep = Literal["idle", "scan", "read", "judge", "deliver"]


class LoadProgress(Frozen):
    """How far the ingest service has come with a scan of the folder and with all that the scan found.

    `found` counts the files of the last scan of the whole folder; null before it has ended. `read`, `stored`, `judged`
    and `published` count files, articles and answered events since the start of the service. `done` and `total` are
    those of the step; `per_second` is its average rate, and `seconds_left` is until it ends, not until the last step
    ends. They are null where they are not known.
    """

    step: LoadStep = "idle"
    found: int | None = None
    read: int = 0
    stored: int = 0
    judged: int = 0
    published: int = 0
    done: int = 0
    total: int | None = None
    per_second: float | None = None
    seconds_left: float | None = None


class IngestStatus(Frozen):
    """The answer of `GET /v1/status` of the ingest service; `dead_letters` are the oldest, `outbox` counts all."""

    collection: str
    instance: str
    states: dict[str, int]
    outbox: dict[str, int]
    to_judge: int = 0
    to_read_again: int = 0
    to_learn: int = 0
    """The articles from which no furniture of sites was learned yet."""
    oldest_waiting_seconds: float | None = None
    watcher: dict[str, Any] = {}
    healthy: bool = True
    reasons: tuple[str, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    embargoed: tuple[FileState, ...] = ()
    progress: LoadProgress | None = None
    """Null while no service runs, in the output of the command `status`."""
    ledger: str | None = None
    """A digest of where the service's database is, by which a command recognises the service; null as `progress`."""


class Match(Relation):
    """An article of the folder that shares words with the submitted text, which is `self` here."""

    path: str
    title: str
    copies: Count = 0


class Matches(Frozen):
    """The answer of `POST /v1/match` of the ingest service: the articles that cover most of the text's words first."""

    matches: tuple[Match, ...]
