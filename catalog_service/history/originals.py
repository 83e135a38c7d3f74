"""Originals: the bytes as they were read, stored once for all versions that share them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.errors import DigestMismatch
from catalog_service.store import bulk
from catalog_service.store.prepared_writes import PreparedWrite
from catalog_service.store.rows import OriginalRow
from catalog_service.store.tables import Original


def put(session: Session, digest: str, content: bytes) -> bool:
    """Stores the bytes and returns True; returns False when they are stored already. Raises DigestMismatch."""
    if contract.digest_of(content) != digest:
        raise DigestMismatch(f"The bytes do not have the digest {digest}.")
    if session.scalar(select(Original.digest).where(Original.digest == digest)) is not None:
        return False
    store(session, [OriginalRow(digest, len(content), content)])
    return True


def store(session: Session, originals: Iterable[OriginalRow]) -> None:
    """Stores originals; those that are stored already remain as they are."""
    _STORING.execute(session, map(bulk.values_of(OriginalRow), originals))


def _storing(dialect: str) -> Insert:
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    # A concurrent transaction that stores the same bytes waits for this one, and then inserts nothing.
    statement: Insert = insert(bulk.table_of(Original)).on_conflict_do_nothing()
    return statement


_STORING = PreparedWrite(("digest", "size", "content"), _storing)
