"""Access tokens and their scopes. A token is returned once, by `create`; the database holds only its hash.

A token has 256 random bits. No dictionary can find it from its SHA-256, so a slow password hash would add nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from catalog_service.errors import BadQuery, NotFound
from catalog_service.store.prepared import Prepared, Reader
from catalog_service.store.tables import AccessToken

SCOPES = ("read", "publish", "redact", "admin")
# Scanners for leaked secrets recognise our tokens by this prefix.
PREFIX = "palimpsest_"
MAX_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows; the scope `admin` includes all others."""

    name: str
    scopes: frozenset[str]

    def allows(self, scope: str) -> bool:
        """Whether an operation that needs `scope` is allowed."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class TokenSummary:
    """One row of the list of tokens: everything that is stored except the hash."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def create(
    session: Session, scopes: Collection[str], now: datetime, *, name: str = "", expires: datetime | None = None
) -> str:
    """Makes a token and returns it. Raises BadQuery for an unknown scope or an expiry in the past."""
    if not scopes or not set(scopes) <= set(SCOPES):
        raise BadQuery(f"A token needs one scope or more of {', '.join(SCOPES)}.")
    if expires is not None and expires <= now:
        raise BadQuery("The expiry of a token must be in the future.")
    token = PREFIX + secrets.token_urlsafe(32)
    ordered = " ".join(scope for scope in SCOPES if scope in scopes)
    session.add(AccessToken(name=name, hash=_hash(token), scopes=ordered, created_at=now, expires_at=expires))
    session.flush()
    return token


def grant(reader: Reader, token: str, now: datetime) -> Grant | None:
    """What the token allows at `now`; None when it is unknown, expired or revoked."""
    if len(token) > MAX_TOKEN:
        return None
    hashed = _hash(token)
    row = _select_grant.row(reader, hash=hashed, now=now)
    # The look-up is by the hash, so its time reveals nothing of a token; the comparison takes constant time.
    if row is None or not hmac.compare_digest(row.hash, hashed):
        return None
    return Grant(row.name, frozenset(row.scopes.split()))


@Prepared
def _select_grant() -> Select[*tuple[Any, ...]]:
    columns = (AccessToken.name, AccessToken.hash, AccessToken.scopes)
    return select(*columns).where(AccessToken.hash == bindparam("hash"), _is_valid())


def exist(reader: Reader, now: datetime) -> bool:
    """Whether any token is valid at `now`; while none is, a catalog on loopback is open."""
    return _select_valid.row(reader, now=now) is not None


@Prepared
def _select_valid() -> Select[*tuple[Any, ...]]:
    return select(AccessToken.id).where(_is_valid()).limit(1)


def listed(session: Session) -> list[TokenSummary]:
    """All tokens, expired and revoked ones too, the oldest first."""
    return [
        TokenSummary(row.id, row.name, tuple(row.scopes.split()), row.created_at, row.expires_at, row.revoked_at)
        for row in session.scalars(select(AccessToken).order_by(AccessToken.id))
    ]


def revoke(session: Session, number: int, now: datetime) -> None:
    """Revokes a token at once; a token that is revoked already keeps its time of revocation. Raises NotFound."""
    row = session.get(AccessToken, number)
    if row is None:
        raise NotFound(f"There is no token {number}.")
    row.revoked_at = row.revoked_at or now
    session.flush()


def _is_valid() -> ColumnElement[bool]:
    """Whether a token is neither revoked nor expired at `:now`."""
    unexpired = or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > bindparam("now"))
    return and_(AccessToken.revoked_at.is_(None), unexpired)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
