"""Every error of the catalog in one shape: RFC 9457 problem details, or a page where people look."""

import re
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from catalog_service import errors
from catalog_service.contract import Problem
from catalog_service.errors import CatalogError
from catalog_service.keys import ERROR_PAGE, REQUEST_ID

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1
MACHINE_PATHS = re.compile(r"^/(v1|feeds|livez|readyz|version|metrics|openapi\.json|docs|problems)(/|$)")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger()


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers every error that a handler raises; any other exception is logged and answered with a 500."""
    try:
        return await handler(request)
    except CatalogError as error:
        return answer(request, error)
    except web.HTTPException as error:
        if request.method == "OPTIONS" and isinstance(error, web.HTTPMethodNotAllowed):
            return _options(error)
        return answer(request, _translated(error))
    except (web.RequestPayloadError, HttpProcessingError) as error:
        return answer(request, errors.BadBody(f"The body cannot be read: {type(error).__name__}."))
    except Exception:
        # The last line of defence: the client gets a problem, the log the rest.
        log.exception("unforeseen", path=request.path)
        return answer(request, CatalogError("Something is wrong with the catalog; the request id finds it in the log."))


def answer(request: web.Request, error: CatalogError) -> web.Response:
    """The error as the kind of answer that its address promises."""
    described = problem(error, instance=request.path, request_id=request.get(REQUEST_ID))
    page = request.app.get(ERROR_PAGE)
    for_people = not MACHINE_PATHS.match(request.path)
    response = page(request, described) if page and for_people else render(described)
    response.headers.update(error.headers)
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", str(RETRY_SECONDS))
    return response


def problem(error: CatalogError, *, instance: str | None = None, request_id: str | None = None) -> Problem:
    """The problem details of an error."""
    return Problem(
        type=f"/problems/{error.code}",
        title=error.title,
        status=error.status,
        detail=_printable(str(error)),
        code=error.code,
        instance=None if instance is None else _printable(instance),
        request_id=request_id,
        errors=tuple(
            each.model_copy(update={"pointer": _printable(each.pointer), "detail": _printable(each.detail)})
            for each in error.errors
        ),
        **error.extensions,
    )


def render(described: Problem) -> web.Response:
    """The problem as JSON."""
    return web.Response(
        body=described.model_dump_json().encode(),
        status=described.status,
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def problem_types() -> Iterator[type[CatalogError]]:
    """Every type of problem that an answer can have."""
    yield CatalogError
    yield from CatalogError.__subclasses__()


def _translated(error: web.HTTPException) -> CatalogError:
    """Our error for one that the framework raised."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(_allowed(error))
        return errors.MethodNotAllowed(f"{error.method} cannot be used here.", headers={"Allow": allowed})
    if isinstance(error, web.HTTPNotFound):
        return errors.NotFound()
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return errors.TooLarge()
    if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.BadRequest(error.text)
    return CatalogError(error.reason)


def _options(error: web.HTTPMethodNotAllowed) -> web.Response:
    """The methods of an address that exists; a browser's preflight gets the same answer for reading."""
    return web.Response(
        status=204,
        headers={
            "Allow": ", ".join(_allowed(error)),
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, If-None-Match, Last-Event-ID, Range, X-Request-Id",
            "Access-Control-Max-Age": "86400",
        },
    )


def _allowed(error: web.HTTPMethodNotAllowed) -> list[str]:
    return sorted({*error.allowed_methods, "OPTIONS"})


def _printable(text: str) -> str:
    """Text that any client can read: undecodable bytes of a request arrive as lone surrogates."""
    return text.encode("utf-8", "replace").decode()[:2_000]
