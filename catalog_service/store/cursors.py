"""Cursors: a position in an answer, opaque to clients, signed, and valid for one query only."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from catalog_service.errors import CursorInvalid, CursorMismatch

SIGNATURE_BYTES = 16
MAX_CURSOR = 2_000


def seal(key: bytes, query: object, position: dict[str, Any]) -> str:
    """A cursor for `position` in the answer of `query`.

    `query` is any object whose `repr` differs between different queries; a hash of the `repr` is part of the cursor.
    """
    body = json.dumps({**position, "q": _query_hash(query)}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(key, body) + body).rstrip(b"=").decode()


def open_(key: bytes, query: object, cursor: str) -> dict[str, Any]:
    """The position in a cursor. Raises CursorInvalid for a wrong signature, CursorMismatch for another query."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    if len(cursor) > MAX_CURSOR or not hmac.compare_digest(signature, _signature(key, body)):
        raise CursorInvalid
    position: dict[str, Any] = json.loads(body)
    if position.pop("q") != _query_hash(query):
        raise CursorMismatch
    return position


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:SIGNATURE_BYTES]


def _query_hash(query: object) -> str:
    return hashlib.sha256(repr(query).encode()).hexdigest()[:12]
