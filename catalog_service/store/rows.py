"""Rows of the catalog's tables as values: the rules of recording read and make them without a database.

The fields of each class are named like the columns of its table.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

# A version: its document and its number.
VersionKey: TypeAlias = tuple[str, int]
# One side of a relation: a document and its observation.
Side: TypeAlias = tuple[str, int]
# The rows of one version in a table of the search index, in the order of its columns, without the number of its entry.
IndexRows: TypeAlias = list[tuple[int | str, ...]]
# The `seq` of a relation whose other side is not recorded yet.
PENDING = 0


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document; its story is written apart, by `relations.components`."""

    id: str
    collection: str
    path: str
    item: dict[str, Any]
    status: str
    number: int
    versions: int
    observation: int
    created_seq: int
    seq: int
    first_recorded_at: datetime
    recorded_at: datetime
    observed_at: datetime

    @property
    def current(self) -> VersionKey | None:
        """The current version; None for a document that is not current."""
        return (self.id, self.number) if self.status == "current" else None


@dataclass(frozen=True, slots=True)
class StateRow:
    """The state of a document from `seq` to before `until_seq`."""

    document: str
    seq: int
    until_seq: int | None
    collection: str
    path: str
    item: dict[str, Any]
    status: str
    number: int
    versions: int
    created_seq: int
    first_recorded_at: datetime
    recorded_at: datetime
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version; `number`, `seq` and `recorded_at` are those of the draft until it is recorded."""

    document: str
    number: int
    observation: int
    collection: str
    path: str
    item: dict[str, Any]
    title: str
    paragraphs: list[str]
    digest: str
    words: int
    kind: str
    language: str | None
    publisher: str | None
    published: str | None
    published_basis: str | None
    url: str | None
    details: dict[str, Any]
    notes: list[Any]
    normaliser: dict[str, Any] | None
    original: str
    original_size: int
    media_type: str
    encoding: str | None
    late: bool
    change: dict[str, Any]
    observed_at: datetime
    recorded_at: datetime
    seq: int

    @property
    def text(self) -> str:
        """The paragraphs joined by an empty line."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """The bytes of an original."""

    digest: str
    size: int
    content: bytes


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """The answer to an event."""

    event: str
    document: str
    observation: int
    outcome: str
    number: int | None
    seq: int
    data_digest: str | None


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A relation; it is pending, with `seq` 0, until the versions of both sides are recorded."""

    id: str
    seq: int
    until_seq: int | None
    a_document: str
    a_observation: int
    a_version: int | None
    b_document: str
    b_observation: int
    b_version: int | None
    type: str
    jaccard: float
    coverage_a: float
    coverage_b: float
    passages: list[Any]
    passages_omitted: int
    recorded_at: datetime

    @property
    def a(self) -> Side:
        """The lesser side."""
        return self.a_document, self.a_observation

    @property
    def b(self) -> Side:
        """The greater side."""
        return self.b_document, self.b_observation

    @property
    def version_a(self) -> tuple[str, int | None]:
        """The document and the version of the lesser side; None for an observation that is not recorded yet."""
        return self.a_document, self.a_version

    @property
    def version_b(self) -> tuple[str, int | None]:
        """The document and the version of the greater side; None for an observation that is not recorded yet."""
        return self.b_document, self.b_version

    def other(self, own: Side) -> tuple[Side, int | None]:
        """The side that is not `own`, and its version; None for an observation that is not recorded yet."""
        return (self.b, self.b_version) if self.a == own else (self.a, self.a_version)


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story from `seq` to before `until_seq`: its newest filing and the number of its documents."""

    id: str
    seq: int
    until_seq: int | None
    head: str
    size: int


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A document in a story from `seq` to before `until_seq`."""

    document: str
    seq: int
    until_seq: int | None
    story: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One entry of the change log; `data` are the fields of its type."""

    seq: int
    type: str
    document: str | None
    collection: str | None
    time: datetime
    data: dict[str, Any]
