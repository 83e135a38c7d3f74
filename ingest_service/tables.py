"""The tables of the ingest service."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Index, LargeBinary, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware moment in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment with its zone."""
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


class Original(Base):
    """The bytes of a large original, kept while an event that needs them is not delivered."""

    __tablename__ = "original"
    digest: Mapped[str] = mapped_column(String, primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str]
    encoding: Mapped[str | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class Outbox(Base):
    """An event that is owed, delivered or dead."""

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
    # Last, because SQLite walks over what stands before a column to reach it.
    body: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(None, "state", "id"),
        Index(None, "document", "id"),
        Index(None, "delivered_at"),
        Index(None, "original"),
        {"sqlite_autoincrement": True},
    )
