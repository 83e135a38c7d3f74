"""The tables of the ingest service."""

from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite stores no zone, so it is added when the value is read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time with its zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class State(Base):
    """One fact about the service itself."""

    __tablename__ = "state"
    key: Mapped[str] = mapped_column(String, primary_key=True)
    value: Mapped[str] = mapped_column(Text)


# Compared byte by byte on both databases, so that an index serves the paths below a folder.
PATH = Text().with_variant(Text(collation="C"), "postgresql")


# The states of a file: its items are published, some of them are held until a time or until a person releases them, it
# cannot be read, it is known from the catalog only, or it is missing and its deletion is held.
PUBLISHED = "published"
EMBARGOED = "embargoed"
QUARANTINED = "quarantined"
ADOPTED = "adopted"
HELD = "gone-held"
# The reasons of a file under embargo: until a time, without a date, or none any more, since a person released it.
EMBARGO = "embargo"
WITHHELD = "withheld"
RELEASED = "released"
# In place of the readers of a file: while some of it is under embargo and not stored; and until it is read again, since
# more is known of its site's furniture.
NO_READERS = "none"
FURNITURE_LEARNED = "furniture"


class File(Base):
    """One path of the folder as the last scan saw it. No fact of the file system identifies a file alone.

    `readers` is the version of the readers that last read the file or refused it. A file whose reading failed for no
    fault of its own is read again at `retry_at`; `tries` is how often its reading has failed. `furniture_rereads` is
    how often these bytes were to be read again since furniture of their site was learned.
    """

    __tablename__ = "file"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    path: Mapped[str] = mapped_column(PATH, unique=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    ctime_ns: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[int] = mapped_column(BigInteger)
    inode: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str | None] = mapped_column(String(72), index=True)
    since: Mapped[datetime] = mapped_column(Utc)
    retry_at: Mapped[datetime | None] = mapped_column(Utc, index=True)
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    readers: Mapped[str] = mapped_column(String(64), default="", server_default="")
    furniture_rereads: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (Index("ix_file_inode", "inode", "device"), Index("ix_file_readers", "state", "readers"))


class Item(Base):
    """An item, with its document and its newest observation.

    Its `status` is `current`, `withdrawn`, `cancelled` (the publisher withdrew it) or `redacted`. `version` is the
    publisher's own, of the newest article or of the cancellation. An item that was cancelled before any article of it
    was read has observation 0, and the catalog does not know its document.
    """

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(Text, index=True)
    by: Mapped[str] = mapped_column(String(8))
    parent: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    document: Mapped[str] = mapped_column(String(36), unique=True)
    observation: Mapped[int]
    status: Mapped[str] = mapped_column(String(16))
    # For an adopted item: the digests of original and article in the catalog, until the file is read.
    adopted: Mapped[str | None] = mapped_column(Text)


class FileItem(Base):
    """The relation between files and items: a file may hold many items, and many files may hold an item."""

    __tablename__ = "file_item"
    file: Mapped[int] = mapped_column(ForeignKey("file.id"), primary_key=True)
    item: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)


Judging: TypeAlias = Literal["new", "again", "boilerplate", "done"]
# What to do with an article: judge it for the first time and emit its event; judge it again, since the release
# or the representative of its class changed; judge it again, since fingerprints of it turned out to be boilerplate.
NEW: Judging = "new"
AGAIN: Judging = "again"
BOILERPLATE: Judging = "boilerplate"
DONE: Judging = "done"
# The condition of the partial index: SQLite uses it only for a query that repeats these words.
QUEUED = text("judging <> 'done'")


class Article(Base):
    """The newest article of a current item.

    `judging` says what to do with it. `pending` holds cause and time of the event to be emitted, and `original` the
    digest of the bytes that this event needs; both are null once it is emitted. `sameness_version` is the version of
    the algorithm that computed the fingerprints and judged the article last. `indexed` marks the representative of an
    equivalence class, the only member with rows in the index. `template` says that it was judged as template text.
    """

    __tablename__ = "article"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item: Mapped[int] = mapped_column(ForeignKey("item.id"), unique=True)
    document: Mapped[str] = mapped_column(String(36))
    observation: Mapped[int]
    digest: Mapped[str] = mapped_column(String(72))
    folded_digest: Mapped[str] = mapped_column(String(72), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    indexed: Mapped[bool]
    sameness_version: Mapped[str] = mapped_column(String(16))
    pending: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    original: Mapped[str | None] = mapped_column(String(72), index=True)
    template: Mapped[bool] = mapped_column(default=False, server_default=false())
    judging: Mapped[Judging] = mapped_column(String(16), server_default=DONE)

    __table_args__ = (
        Index("ix_article_judging", "judging", "id", sqlite_where=QUEUED, postgresql_where=QUEUED),
        Index("ix_article_sameness_version", "sameness_version", "id"),
        # The index refers to articles by id, so no id may be used twice, as SQLite otherwise does.
        {"sqlite_autoincrement": True},
    )


class Fingerprints(Base):
    """The fingerprints of an article: 64-bit numbers in order, little-endian.

    A row whose fingerprints are null is a tombstone: the article has left the index.
    """

    __tablename__ = "fingerprints"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    article: Mapped[int] = mapped_column(index=True)
    hashes: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(
            "ix_fingerprints_tombstone", "id",
            sqlite_where=text("hashes IS NULL"), postgresql_where=text("hashes IS NULL"),
        ),
        # Each process reads the rows after the last id that it has read, so no id may be used twice.
        {"sqlite_autoincrement": True},
    )  # fmt: skip


class Boilerplate(Base):
    """The fingerprints recognised as boilerplate, in the order of their recognition."""

    __tablename__ = "boilerplate"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    fingerprint: Mapped[int] = mapped_column(BigInteger, unique=True)

    __table_args__ = ({"sqlite_autoincrement": True},)


class DeletedTemplate(Base):
    """The fingerprints of a deleted template text, until its successors are queued for re-judging."""

    __tablename__ = "deleted_template"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class EdgeLine(Base):
    """A line at the edges of pages that is no furniture yet, by its key, and the items of the pages that have it."""

    __tablename__ = "edge_line"
    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holders: Mapped[list[int]] = mapped_column(JSON)

    # The key is a hash: without another number for the row, SQLite keeps one tree instead of two.
    __table_args__ = ({"sqlite_with_rowid": False},)


class FurnitureLine(Base):
    """A line that was learned to be furniture of a source; `version` is that of the rules that learned it.

    A person may have disabled it; then it is neither lifted nor learned again.
    """

    __tablename__ = "furniture"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    key: Mapped[int] = mapped_column(BigInteger, unique=True)
    source: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(String(16))
    learned_at: Mapped[datetime] = mapped_column(Utc)
    disabled: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = ({"sqlite_autoincrement": True},)


class FurnitureEvidence(Base):
    """The items whose pages are the evidence for a line of furniture: three, until one of them is redacted."""

    __tablename__ = "furniture_evidence"
    furniture: Mapped[int] = mapped_column(ForeignKey("furniture.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True, index=True)


class Original(Base):
    """The bytes of an original, kept until its event holds them or, of a large one, until that is delivered."""

    __tablename__ = "original"
    digest: Mapped[str] = mapped_column(String, primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    encoding: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class Outbox(Base):
    """An event and its state: pending (`owed`), delivered (`delivered`), or a dead letter (`dead`)."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    event: Mapped[str] = mapped_column(String, unique=True)
    document: Mapped[str]
    observation: Mapped[int]
    size: Mapped[int]
    original: Mapped[str | None]
    state: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc)
    delivered_at: Mapped[datetime | None] = mapped_column(Utc)
    receipt: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # The last column, because SQLite reads all columns before the one that is needed.
    body: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "document", "id"),
        Index(None, "delivered_at"),
        Index(None, "original"),
        {"sqlite_autoincrement": True},
    )
