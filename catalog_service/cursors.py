"""Cursors: where a reader was, opaque and signed, good for the query it was given for and no other."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from catalog_service.errors import CursorInvalid, CursorMismatch

SIGNATURE_BYTES = 16
MAX_CURSOR = 2_000


def seal(key: bytes, query: object, place: dict[str, Any]) -> str:
    """A cursor for `place` in the answer of `query`, which is anything whose `repr` tells queries apart."""
    body = json.dumps({**place, "q": _fingerprint(query)}, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(key, body) + body).rstrip(b"=").decode()


def open_(key: bytes, query: object, cursor: str) -> dict[str, Any]:
    """The place that was sealed. Raises CursorInvalid when it is not ours, CursorMismatch when the query is another."""
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CursorInvalid from None
    signature, body = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
    if len(cursor) > MAX_CURSOR or not hmac.compare_digest(signature, _signature(key, body)):
        raise CursorInvalid
    place: dict[str, Any] = json.loads(body)
    if place.pop("q") != _fingerprint(query):
        raise CursorMismatch
    return place


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, hashlib.sha256)[:SIGNATURE_BYTES]


def _fingerprint(query: object) -> str:
    return hashlib.sha256(repr(query).encode()).hexdigest()[:12]
