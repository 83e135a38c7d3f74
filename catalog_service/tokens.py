"""Tokens: who may do what. A token is told once, when it is made; only its hash is kept.

A token is 256 random bits, so its plain SHA-256 is as hard to turn back as a slow hash would be.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from catalog_service.errors import BadQuery, NotFound
from catalog_service.tables import Token

SCOPES = ("read", "publish", "redact", "admin")
# Scanners that look for leaked secrets know ours by this.
PREFIX = "palimpsest_"
MAX_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows; whoever may administer may do everything."""

    name: str
    scopes: frozenset[str]

    def allows(self, scope: str) -> bool:
        """Whether it allows what needs `scope`."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as it is listed: everything but the token."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def create(
    session: Session, scopes: Collection[str], now: datetime, *, name: str = "", expires: datetime | None = None
) -> str:
    """Makes a token and returns it, this once. Raises BadQuery for a scope there is not, and for an end in the past."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise BadQuery(f"A token has one scope or more of {', '.join(SCOPES)}.")
    if expires is not None and expires <= now:
        raise BadQuery("A token expires in the future.")
    token = PREFIX + secrets.token_urlsafe(32)
    ordered = " ".join(scope for scope in SCOPES if scope in scopes)
    session.add(Token(name=name, hash=_hash(token), scopes=ordered, created_at=now, expires_at=expires))
    session.flush()
    return token


def grant(session: Session, token: str, now: datetime) -> Grant | None:
    """What the token allows now; None when it is unknown, expired or revoked."""
    if len(token) > MAX_TOKEN:
        return None
    hashed = _hash(token)
    row = session.scalars(select(Token).where(Token.hash == hashed, _live(now))).one_or_none()
    # The index found it by the hash of the secret, not by the secret; the comparison takes the same time for all.
    if row is None or not hmac.compare_digest(row.hash, hashed):
        return None
    return Grant(row.name, frozenset(row.scopes.split()))


def exist(session: Session, now: datetime) -> bool:
    """Whether any token is good now; without one a catalog on loopback is open."""
    return session.scalar(select(Token.id).where(_live(now)).limit(1)) is not None


def listed(session: Session) -> list[Listed]:
    """All tokens there ever were, the oldest first."""
    return [
        Listed(row.id, row.name, tuple(row.scopes.split()), row.created_at, row.expires_at, row.revoked_at)
        for row in session.scalars(select(Token).order_by(Token.id))
    ]


def revoke(session: Session, number: int, now: datetime) -> None:
    """Ends a token at once; one that has ended stays as it is. Raises NotFound."""
    row = session.get(Token, number)
    if row is None:
        raise NotFound(f"There is no token {number}.")
    row.revoked_at = row.revoked_at or now
    session.flush()


def _live(now: datetime) -> ColumnElement[bool]:
    return and_(Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > now))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
