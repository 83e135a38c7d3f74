"""The tables of the catalog. Objects of the ORM classes are used only inside the functions that read them.

Ids of documents are UUIDs in text form. Rows of versions, receipts and changes are added and never changed.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    and_,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, synonym

from catalog_service.store.base import Base


class Counter(Base):
    """One row: the epoch of this catalog, its last `seq` and the time of that, and the key that signs cursors."""

    __tablename__ = "counter"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[str]
    seq: Mapped[int] = mapped_column(BigInteger)
    # None before the first change.
    time: Mapped[datetime | None]
    cursor_key: Mapped[bytes] = mapped_column(LargeBinary)


class Document(Base):
    """An item over time; `number` is that of its current version."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_heads", "collection", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    # As in the tables that refer to it.
    document: Mapped[str] = synonym("id")
    collection: Mapped[str]
    path: Mapped[str]
    item: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    versions: Mapped[int]
    observation: Mapped[int]
    created_seq: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    first_recorded_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    observed_at: Mapped[datetime]
    story: Mapped[str | None] = mapped_column(String(36), index=True)


class DocumentState(Base):
    """The state of a document from `seq` to before `until_seq`; the present state has no `until_seq`.

    Lists are read from this table, so that all pages of a list are of the same `seq`.
    """

    __tablename__ = "document_state"
    __table_args__ = (Index("ix_document_state_listing", "status", "created_seq"),)

    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    until_seq: Mapped[int | None] = mapped_column(BigInteger)
    collection: Mapped[str]
    path: Mapped[str]
    item: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    versions: Mapped[int]
    created_seq: Mapped[int] = mapped_column(BigInteger)
    first_recorded_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    observed_at: Mapped[datetime]


class Original(Base):
    """The bytes of an original, stored once for all versions that share them."""

    __tablename__ = "original"

    digest: Mapped[str] = mapped_column(String(72), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Version(Base):
    """One immutable reading of a document."""

    __tablename__ = "version"
    __table_args__ = (
        Index("ix_version_published", "published"),
        Index("ix_version_digest", "digest"),
        # The number of the version's entry in the search index.
        Index("ix_version_seq", "seq", unique=True),
    )

    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    observation: Mapped[int]
    collection: Mapped[str]
    path: Mapped[str]
    item: Mapped[dict[str, Any]]
    title: Mapped[str]
    paragraphs: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(72))
    words: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    language: Mapped[str | None]
    publisher: Mapped[str | None]
    published: Mapped[str | None] = mapped_column(String(32))
    published_basis: Mapped[str | None] = mapped_column(String(16))
    url: Mapped[str | None]
    # authors, credits, wire and fields: shown and compared, but no query selects by them.
    details: Mapped[dict[str, Any]]
    notes: Mapped[list[Any]]
    normaliser: Mapped[dict[str, Any] | None]
    original: Mapped[str] = mapped_column(ForeignKey("original.digest"), index=True)
    original_size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    encoding: Mapped[str | None]
    late: Mapped[bool]
    change: Mapped[dict[str, Any]]
    observed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BigInteger)


class Receipt(Base):
    """The answer to an event, and the version that its observation refers to."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_observation", "document", "observation"),)

    event: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(String(36))
    observation: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))
    number: Mapped[int | None]
    seq: Mapped[int] = mapped_column(BigInteger)
    # The digest of the event's `data`; None for an event that was recorded before this column existed. A redaction must
    # set it to None: it is computed from the content, so it can confirm a guess of what was erased.
    data_digest: Mapped[str | None] = mapped_column(String(72))


class Relation(Base):
    """A relation between two observations; `a` is the lesser by (document, observation).

    The version of a side is unknown until its observation is recorded: until then the relation is pending and its
    `seq` is 0. The `id` is that of the pair. When a pair is judged again, its row gets an `until_seq`, and the new
    relation becomes another row with the same id.
    """

    __tablename__ = "relation"
    __table_args__ = (
        Index("ix_relation_a_observation", "a_document", "a_observation"),
        # All four columns: a text with ten thousand copies has as many relations on one side.
        Index("ix_relation_versions", "a_document", "a_version", "b_document", "b_version"),
        Index("ix_relation_b", "b_document", "b_version"),
        Index("ix_relation_b_observation", "b_document", "b_observation"),
        Index("ix_relation_seq", "seq"),
        Index("ix_relation_type", "type", "seq"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    until_seq: Mapped[int | None] = mapped_column(BigInteger)
    a_document: Mapped[str] = mapped_column(String(36))
    a_observation: Mapped[int]
    a_version: Mapped[int | None]
    b_document: Mapped[str] = mapped_column(String(36))
    b_observation: Mapped[int]
    b_version: Mapped[int | None]
    type: Mapped[str] = mapped_column(String(16))
    jaccard: Mapped[float]
    coverage_a: Mapped[float]
    coverage_b: Mapped[float]
    passages: Mapped[list[Any]]
    passages_omitted: Mapped[int] = mapped_column(server_default="0")
    recorded_at: Mapped[datetime]


class Story(Base):
    """A story from `seq` to before `until_seq`; a story that has not ended has one row without `until_seq`.

    A story is two or more documents connected by relations of duplicate and revision between current versions. When its
    head, its size or its documents change, its row gets an `until_seq`, and another row with the same id follows. The
    `seq` of each row is that of its entry in the change log.
    """

    __tablename__ = "story"
    __table_args__ = (
        # A story that grows by one document at a time has as many rows as documents.
        Index(
            "ix_story_current",
            "id",
            unique=True,
            sqlite_where=text("until_seq IS NULL"),
            postgresql_where=text("until_seq IS NULL"),
        ),
        Index("ix_story_seq", "seq"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    until_seq: Mapped[int | None] = mapped_column(BigInteger)
    head: Mapped[str] = mapped_column(String(36))
    size: Mapped[int]


class Membership(Base):
    """A document in a story from `seq` to before `until_seq`; the present story is also in `Document.story`.

    `seq` and `until_seq` are those of entries in the change log about the story that the document enters, or else
    leaves.
    """

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_story", "story", "seq"),)

    document: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    until_seq: Mapped[int | None] = mapped_column(BigInteger)
    story: Mapped[str] = mapped_column(String(36))


class Change(Base):
    """One entry of the change log and of the feed; `seq` ascends in the order of commits."""

    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_document", "document", "seq"),
        Index("ix_change_time", "time", "seq"),
        ForeignKeyConstraint(["document"], ["document.id"]),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(40))
    document: Mapped[str | None] = mapped_column(String(36))
    collection: Mapped[str | None]
    time: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class AccessToken(Base):
    """The hash of an access token, and its scopes; the token itself is not stored."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


def is_current(version: tuple[Any, Any], document: Any) -> ColumnElement[bool]:  # noqa: ANN401  A mapped class or an alias.
    """Whether a version, named by the columns of its document and its number, is the current one of `document`.

    `document` is Document, or DocumentState for the current version as of another time, or an alias of one of them.
    """
    return and_(version[0] == document.document, version[1] == document.number)


def current_version(document: Any, version: Any = Version) -> ColumnElement[bool]:  # noqa: ANN401
    """Joins Document or DocumentState, or an alias of one, with its current version."""
    return is_current((version.document, version.number), document)


def unindexed(column: Any) -> ColumnElement[str]:  # noqa: ANN401  A column of texts.
    """The column as an expression of the same value that no index covers.

    SQLite has no statistics of a catalog that is being filled. It would begin with all relations of a type, or with all
    documents of a status, rather than with the few that are asked for.
    """
    return cast("ColumnElement[str]", column.concat(""))


def valid_at(table: Any, seq: int | ColumnElement[int] | None = None) -> ColumnElement[bool]:  # noqa: ANN401  A table with both, or an alias.
    """The rows that are valid now, or that were valid as of `seq`."""
    if seq is None:
        return cast("ColumnElement[bool]", table.until_seq.is_(None))
    return and_(table.seq <= seq, or_(table.until_seq.is_(None), table.until_seq > seq))
