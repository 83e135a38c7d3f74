"""Originals: the bytes as they were read, stored once for all versions that share them."""

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.errors import DigestMismatch, EventRefused
from catalog_service.store.tables import Original


def put(session: Session, digest: str, content: bytes) -> bool:
    """Stores the bytes and returns True; returns False when they are stored already. Raises DigestMismatch."""
    if contract.digest_of(content) != digest:
        raise DigestMismatch(f"The bytes do not have the digest {digest}.")
    if _is_stored(session, digest):
        return False
    table = Original.__table__
    assert isinstance(table, Table)
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # A concurrent transaction that stores the same bytes waits for this one, and then inserts nothing.
    statement = insert(table).values(digest=digest, size=len(content), content=content)
    session.execute(statement.on_conflict_do_nothing())
    return True


def ensure_stored(session: Session, original: contract.Original | None) -> None:
    """Stores the bytes that the event carries, or checks that they were put before.

    Raises EventRefused when the bytes are missing in both places, DigestMismatch.
    """
    if original is None:
        raise EventRefused("An article must come with its original.")
    if original.content is not None:
        put(session, original.digest, original.content)
    elif not _is_stored(session, original.digest):
        raise EventRefused(
            f"The original {original.digest} is not stored: the event carries no bytes and none were put before."
        )


def _is_stored(session: Session, digest: str) -> bool:
    return session.scalar(select(Original.digest).where(Original.digest == digest)) is not None
