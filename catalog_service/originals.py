"""Originals: the bytes as they were read, kept once however many versions have them."""

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.errors import DigestMismatch, EventRefused
from catalog_service.tables import Original


def put(session: Session, digest: str, content: bytes) -> bool:
    """Keeps the bytes; False when they are known. Raises DigestMismatch."""
    if contract.digest_of(content) != digest:
        raise DigestMismatch(f"The bytes do not have the digest {digest}.")
    if _known(session, digest):
        return False
    table = Original.__table__
    assert isinstance(table, Table)
    insert: Any = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Whoever puts the same bytes at the same moment waits for us, and then has nothing to do.
    values = insert(table).values(digest=digest, size=len(content), content=content)
    session.execute(values.on_conflict_do_nothing())
    return True


def keep(session: Session, original: contract.Original | None) -> None:
    """Keeps the bytes sent along, or sees that they were put before. Raises EventRefused, DigestMismatch."""
    if original is None:
        raise EventRefused("An article comes with its original.")
    if original.content is not None:
        put(session, original.digest, original.content)
    elif not _known(session, original.digest):
        raise EventRefused(f"The original {original.digest} was neither sent along nor put before.")


def _known(session: Session, digest: str) -> bool:
    return session.scalar(select(Original.digest).where(Original.digest == digest)) is not None
