"""The values of the ingest service, all frozen. This module imports only the contract with the catalog.

Offsets are Unicode code points, half-open. A digest is `sha-256:` and 64 hex digits. Times are aware and in UTC.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from typing_extensions import TypeAliasType

from catalog_service import contract

Json = TypeAliasType("Json", "bool | int | float | str | list[Json] | dict[str, Json] | None")
Span: TypeAlias = tuple[int, int]
Kind: TypeAlias = Literal["wire", "release", "article", "document"]
PublishedBasis: TypeAlias = Literal["metadata", "dateline", "text", "caption"]
ItemBy: TypeAlias = Literal["path", "member", "guid"]
Availability: TypeAlias = Literal["usable", "withheld", "cancelled"]
RelationType = contract.RelationType
Suspect = contract.Suspect
EditKind = contract.EditKind
EDIT_KINDS = contract.EDIT_KINDS
EditOp = contract.EditOp

PARAGRAPH_BREAK = "\n\n"


def digest_of(content: bytes) -> str:
    """The digest of `content`, as events and the catalog write it."""
    return "sha-256:" + hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes exactly as they were read, with their media type and encoding."""

    content: bytes
    media_type: str
    encoding: str | None

    @property
    def digest(self) -> str:
        """The digest of the bytes."""
        return digest_of(self.content)

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Publication:
    """What a file says about identity, order and release of an item, as the news formats do.

    Items with the same `guid` are one item, whatever files they are in. `version` is the publisher's own: a number or
    a time in ISO 8601, which order the item's articles whatever order they arrive in. A `cancelled` item is withdrawn.
    A `withheld` one is held until `embargo`, without that for good; a usable one is held while `embargo` is in the
    future.
    """

    guid: str | None = None
    version: str | None = None
    availability: Availability = "usable"
    embargo: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One item of a file as it was read: its text, and the file's own metadata.

    `name` is the member's name in a file of several, else None. `repairs` are the notes of what reading repaired in
    `source`; `text` is the result. `front_matter` is the span of `text` that holds metadata instead of text. If
    `is_extracted`, `source` is not the decoded file but the text that a reader took out of it, so its positions mean
    nothing to others. `original` has the member's own bytes; None for an item that has those of the file.
    """

    name: str | None
    media_type: str
    encoding: str | None
    source: str
    text: str
    repairs: tuple["Note", ...] = ()
    metadata: Mapping[str, Json] = field(default_factory=dict)
    front_matter: Span | None = None
    is_extracted: bool = False
    parent: str | None = None
    original: Original | None = None
    publication: Publication = Publication()


@dataclass(frozen=True, slots=True)
class Note:
    """A removal or repair by reading or normalising: `inserted` replaces `removed` at the span `at` of the source.

    `at` is None for formats whose source is not a text (PDF, DOCX). All notes of an article, applied to its source,
    produce its text. `detail` says what a repair is founded on or, in a note without one, what is uncertain.
    """

    rule: str
    at: Span | None
    removed: str
    inserted: str = ""
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """The marker of a wire service's filing ("LEAD", "3rd LD", "URGENT"), and its number in the sequence."""

    marker: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Normaliser:
    """The rules that made an article. Another version may make another article of the same bytes."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Article:
    """The normalised form of one item. `suspect` is the reason why its text says nothing; it then has no relations."""

    title: str
    paragraphs: tuple[str, ...]
    kind: Kind = "document"
    language: str | None = None
    published: str | None = None
    published_basis: PublishedBasis | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()
    url: str | None = None
    suspect: Suspect | None = None
    wire: Wire | None = None
    fields: Mapping[str, Json] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    normaliser: Normaliser = Normaliser("none", "0")

    @property
    def text(self) -> str:
        """The paragraphs joined by an empty line; the title is not part of it."""
        return PARAGRAPH_BREAK.join(self.paragraphs)

    @property
    def words(self) -> int:
        """The number of words of the text, divided at white space."""
        return len(self.text.split())

    @property
    def digest(self) -> str:
        """The digest of title, empty line and text, in UTF-8."""
        return digest_of((self.title + PARAGRAPH_BREAK + self.text).encode())


@dataclass(frozen=True, slots=True)
class ItemName:
    """The item that a document is of. `key` is a path, `path#member`, or a publisher's guid, as `by` says."""

    key: str
    by: ItemBy = "path"
    parent: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One difference inside a passage: span `a` of this text corresponds to span `b` of the other.

    `kind` is what differs: the first of the kinds, in the order of the contract, that applies.
    """

    op: EditOp
    a: Span
    b: Span
    kind: EditKind = "word"


@dataclass(frozen=True, slots=True)
class Passage:
    """A sequence of words that two texts share.

    `own` and `other` are its spans in the two texts, trimmed to whole words. `words` counts the smaller side. `quoted`
    are the spans of `own` in quotation marks, `other_quoted` those of `other`. `verbatim` means that only typography
    differs; `edits` are the words that differ.
    """

    own: Span
    other: Span
    words: int
    quoted: tuple[Span, ...] = ()
    verbatim: bool = True
    edits: tuple[Edit, ...] = ()
    other_quoted: tuple[Span, ...] = ()

    def seen_from_other(self) -> "Passage":
        """The same passage from the other side."""
        reversed_ops = {"insert": "delete", "delete": "insert", "replace": "replace"}
        edits = tuple(Edit(reversed_ops[edit.op], edit.b, edit.a, edit.kind) for edit in self.edits)  # type: ignore[arg-type]
        return Passage(self.other, self.own, self.words, self.other_quoted, self.verbatim, edits, self.quoted)


@dataclass(frozen=True, slots=True)
class Reference:
    """The observation of another document to which a relation refers."""

    document: str
    observation: int
    digest: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The relation of two texts, seen from the first, without references to them.

    `passages_omitted` counts the shorter passages that were left out because there are too many.
    """

    type: RelationType
    jaccard: float
    coverage_own: float
    coverage_other: float
    passages: tuple[Passage, ...]
    passages_omitted: int = 0


@dataclass(frozen=True, slots=True)
class Relation:
    """The relation of an article to another one."""

    other: Reference
    judgement: Judgement
