"""Access control: by tokens and their scopes; without tokens, only requests from this machine are allowed."""

import functools
import re
import time
from datetime import UTC, datetime

from catalog_service.access import tokens
from catalog_service.errors import Forbidden, HostUnknown, Unauthorized
from catalog_service.settings import Settings, is_loopback
from catalog_service.store.point_reads import PointReader

# The cookie in which the pages keep the token of a reader; it counts for the scope `read` only.
TOKEN_COOKIE = "palimpsest_token"  # noqa: S105  The name of a cookie, not a token.
# An open catalog checks this often whether a token exists; so long the first token may take to close it.
TOKEN_CHECK_SECONDS = 1.0
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::\d{1,5})?")


class Access:
    """Decides from the settings and the stored tokens whether a request is allowed."""

    def __init__(self, settings: Settings, points: PointReader) -> None:
        self._public_read = settings.public_read
        self._on_loopback = is_loopback(settings.host)
        self._points = points
        self._open = False
        self._checked_at: float | None = None

    async def demand(self, scope: str, *, authorization: str, host: str) -> bool:
        """Returns True when the request's token allows it, False when it is allowed without one; else raises.

        `authorization` and `host` are the values of the request's headers.
        Raises Unauthorized, Forbidden, HostUnknown, DatabaseAway.
        """
        if token := _bearer(authorization):
            await self._demand_scope(token, scope)
            return True
        if scope == "read" and self._public_read:
            return False
        if not await self._is_open():
            raise Unauthorized(headers={"WWW-Authenticate": f'Bearer realm="catalog", scope="{scope}"'})
        if not _names_loopback(host):
            raise HostUnknown
        return False

    async def _demand_scope(self, token: str, scope: str) -> None:
        # Read anew for each request, so that a token is worth nothing from the commit of its revocation on.
        grant = await self._points.look_up(tokens.grant, token, datetime.now(UTC))
        if grant is None:
            challenge = 'Bearer realm="catalog", error="invalid_token"'
            raise Unauthorized("The token is unknown, expired or revoked.", headers={"WWW-Authenticate": challenge})
        if not grant.allows(scope):
            challenge = f'Bearer realm="catalog", error="insufficient_scope", scope="{scope}"'
            raise Forbidden(f"The token does not have the scope {scope}.", headers={"WWW-Authenticate": challenge})

    async def _is_open(self) -> bool:
        """Whether all requests are allowed without a token: the service listens on loopback and no token is valid."""
        if not self._on_loopback:
            return False
        now = time.monotonic()
        if self._checked_at is None or now - self._checked_at > TOKEN_CHECK_SECONDS:
            self._open = not await self._points.look_up(tokens.exist, datetime.now(UTC))
            self._checked_at = now
        return self._open


def as_header(token: str) -> str:
    """The token as the value of an Authorization header (RFC 6750, 2.1)."""
    return f"Bearer {token}"


def _bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


@functools.lru_cache(maxsize=100)
def _names_loopback(host: str) -> bool:
    """Whether a Host header names this machine.

    A web page of another site may resolve its own name to 127.0.0.1 and so reach an open catalog (DNS rebinding).
    """
    match = _HOST.fullmatch(host)
    name = match["name"].strip("[]").lower() if match else ""
    return name == "localhost" or name.endswith(".localhost") or is_loopback(name)
