"""Who may do what: tokens and their scopes, or nobody but this machine."""

import re
import time
from datetime import UTC, datetime

from catalog_service import tokens
from catalog_service.db import Database
from catalog_service.errors import Forbidden, HostUnknown, Unauthorized
from catalog_service.settings import Settings, is_loopback

# How long it may take until the first token closes an open catalog.
LOOK_AGAIN_SECONDS = 1.0
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::\d{1,5})?")


class Access:
    """Decides by the settings, and by the tokens there are."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._open = False
        self._looked_at: float | None = None

    async def demand(self, scope: str, *, authorization: str, host: str) -> bool:
        """Lets a request with these headers pass, or raises; whether it passed because of its token.

        Raises Unauthorized, Forbidden, HostUnknown, DatabaseAway.
        """
        if token := _bearer(authorization):
            await self._demand_of(token, scope)
            return True
        if scope == "read" and self._settings.public_read:
            return False
        if not await self._is_open():
            raise Unauthorized(headers={"WWW-Authenticate": f'Bearer realm="catalog", scope="{scope}"'})
        if not _names_loopback(host):
            raise HostUnknown
        return False

    async def _demand_of(self, token: str, scope: str) -> None:
        grant = await self._database.read(tokens.grant, token, datetime.now(UTC))
        if grant is None:
            challenge = 'Bearer realm="catalog", error="invalid_token"'
            raise Unauthorized("The token is unknown, expired or revoked.", headers={"WWW-Authenticate": challenge})
        if not grant.allows(scope):
            challenge = f'Bearer realm="catalog", error="insufficient_scope", scope="{scope}"'
            raise Forbidden(f"The token does not have the scope {scope}.", headers={"WWW-Authenticate": challenge})

    async def _is_open(self) -> bool:
        """Whether reading and publishing need no token: on loopback, as long as there is none."""
        if not is_loopback(self._settings.host):
            return False
        now = time.monotonic()
        if self._looked_at is None or now - self._looked_at > LOOK_AGAIN_SECONDS:
            self._open = not await self._database.read(tokens.exist, datetime.now(UTC))
            self._looked_at = now
        return self._open


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _names_loopback(host: str) -> bool:
    """Whether a Host header names this machine: a page of another site may resolve its own name to 127.0.0.1."""
    match = _HOST.fullmatch(host)
    name = match["name"].strip("[]").lower() if match else ""
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)
