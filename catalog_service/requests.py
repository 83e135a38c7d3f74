"""What happens around every request: its id and trace, its bounds, its line in the log and in the metrics."""

import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable

import structlog
from aiohttp import web

from catalog_service.access import policy
from catalog_service.api.operations import Operation, TokenScope
from catalog_service.contract import FieldError
from catalog_service.errors import AddressTooLong, BadQuery, HeadersTooLarge, NotFound
from catalog_service.keys import ACCESS, METRICS, REQUEST_ID, REQUEST_LOG, WITH_TOKEN

# The parser lets through twice as much, so that too long an address is answered in our words.
ADDRESS_BYTES = 8_190
HEADER_BYTES = 16_384
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"})
EXPOSED = "Content-Disposition, Content-Range, ETag, Link, Repr-Digest, Retry-After, X-Request-Id"
# PostgreSQL has no NUL in texts, and neither database takes a lone surrogate: it is no UTF-8.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(r"[\x21-\x7e]{1,128}")
# W3C Trace Context, 3.2: version, trace id, parent id, flags.
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request its id, and records its outcome in the log and in the metrics."""
    begun = time.perf_counter()
    request[REQUEST_ID] = request_id = _request_id(request)
    # Not unbound at the end: aiohttp handles each request in a context of its own.
    context = {"request_id": request_id, **_trace(request)}
    structlog.contextvars.bind_contextvars(**context)
    response = await handler(request)
    seconds = time.perf_counter() - begun
    request.app[REQUEST_LOG].write(request.method, request.path, response.status, round(seconds, 4), context)
    route = request.match_info.route.resource
    name = route.canonical if route else "unknown"
    method = request.method if request.method in METHODS else "other"
    request.app[METRICS].answered(method, name, response.status, seconds)
    return response


@web.middleware
async def bound(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lets requests of a reasonable size pass. Raises AddressTooLong, HeadersTooLarge."""
    if len(request.raw_path) > ADDRESS_BYTES:
        raise AddressTooLong(f"The address may have {ADDRESS_BYTES:,} bytes.")
    if sum(len(name) + len(value) for name, value in request.raw_headers) > HEADER_BYTES:
        raise HeadersTooLarge(f"The headers may have {HEADER_BYTES:,} bytes together.")
    return await handler(request)


@web.middleware
async def refuse_unstorable(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses characters that no database holds, in the path and in the query. Raises NotFound, BadQuery."""
    if in_path := _unstorable(request.match_info.items()):
        raise NotFound("There is nothing at this address.", errors=in_path)
    if in_query := _unstorable(request.query.items()):
        raise BadQuery("The query has characters that cannot be stored.", errors=in_query)
    return await handler(request)


def _unstorable(parameters: Iterable[tuple[str, str]]) -> tuple[FieldError, ...]:
    return tuple(
        FieldError(pointer=name, detail="holds a NUL character or a lone surrogate")
        for name, value in parameters
        if _UNSTORABLE.search(name) or _UNSTORABLE.search(value)
    )


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Demands the scope of the operation; a page or an unknown address needs the scope `read`."""
    if scope := _scope(request):
        request[WITH_TOKEN] = await request.app[ACCESS].demand(
            scope, authorization=_authorization(request, scope), host=request.host
        )
    return await handler(request)


def _authorization(request: web.Request, scope: TokenScope) -> str:
    """The Authorization header, or what the cookie of the pages says instead of it; the cookie is for reading only."""
    if (given := request.headers.get("Authorization")) or scope != "read":
        return given or ""
    token = request.cookies.get(policy.TOKEN_COOKIE) if "Cookie" in request.headers else None
    return policy.as_header(token) if token else ""


def _scope(request: web.Request) -> TokenScope | None:
    operation = getattr(request.match_info.handler, "__self__", None)
    if isinstance(operation, Operation):
        return operation.scope
    # A browser asks what it may do before it may show a token; style sheets are no secret, and signing in needs none.
    is_open = request.method == "OPTIONS" or request.path.startswith("/static/") or request.path == "/sign-in"
    return None if is_open else "read"


async def finish(request: web.Request, response: web.StreamResponse) -> None:
    """The headers of every answer, also of a streamed one."""
    headers = response.headers
    headers["X-Request-Id"] = request.get(REQUEST_ID, "")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cache-Control", "private, no-cache" if request.get(WITH_TOKEN) else "no-cache")
    if request.method in ("GET", "HEAD", "OPTIONS"):
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = EXPOSED


def _request_id(request: web.Request) -> str:
    given = request.headers.get("X-Request-Id", "")
    return given if _ID.fullmatch(given) else secrets.token_hex(16)


def _trace(request: web.Request) -> dict[str, str]:
    given = request.headers.get("traceparent")
    match = _TRACEPARENT.fullmatch(given) if given else None
    return {"trace_id": match[1]} if match else {}
