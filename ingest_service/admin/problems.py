"""The errors of the service's HTTP API, all in one form: problem details (RFC 9457), worded by this module."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeAlias

from aiohttp import web
from pydantic import ValidationError

from catalog_service.contract import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 50
RETRY_SECONDS = 1
Location: TypeAlias = tuple[int | str, ...]
# The wording for each of pydantic's types of errors.
WORDS = {
    "extra_forbidden": "is not known here",
    "missing": "is missing",
    "string_type": "must be a string",
    "string_too_long": "may have {max_length:,} characters",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "greater_than_equal": "must be {ge:,} or more",
    "less_than_equal": "must be {le:,} or less",
    "model_type": "must be an object",
    "json_invalid": "is not JSON",
}
_POSITION = re.compile(r"line (\d+) column (\d+)$")


class AdminError(Exception):
    """Something is wrong with the ingest service; its log says what."""

    code: ClassVar[str] = "ingest-error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.__doc__)
        self.errors = errors
        self.headers = dict(headers or {})


class BadQuery(AdminError):
    """The query cannot be understood."""

    code = "bad-query"
    status = 400


class BadBody(AdminError):
    """The body of the request cannot be read as its media type."""

    code = "bad-body"
    status = 400


class BadRequest(AdminError):
    """The request is not valid HTTP."""

    code = "bad-request"
    status = 400


class NotFound(AdminError):
    """There is nothing at this address."""

    code = "not-found"
    status = 404


class MethodNotAllowed(AdminError):
    """This address does not have the method; the Allow header lists those it has."""

    code = "method-not-allowed"
    status = 405


class TooLarge(AdminError):
    """The text is longer than the limit."""

    code = "too-large"
    status = 413


class UnsupportedMedia(AdminError):
    """The body is in a media type, an encoding or a compression that is not read."""

    code = "unsupported-media-type"
    status = 415


class HostUnknown(AdminError):
    """The Host header must name loopback: the service is open to this machine only."""

    code = "host-unknown"
    status = 421


class HeadersTooLarge(AdminError):
    """The request line or a header is far too long."""

    code = "headers-too-large"
    status = 431


class NotReady(AdminError):
    """Not everything that was found at the start is in the catalog yet."""

    code = "not-ready"
    status = 503


class DatabaseAway(AdminError):
    """The database cannot be used now; try again."""

    code = "database-away"
    status = 503


class DatabaseUnusable(AdminError):
    """The database is damaged or is no database; an operator must repair or replace it."""

    code = "database-unusable"
    status = 503


def problem_types() -> Iterator[type[AdminError]]:
    """Every type of problem that an answer can have."""
    yield AdminError
    yield from AdminError.__subclasses__()


def render(error: AdminError, request_id: str, instance: str | None = None) -> web.Response:
    """The response for this error."""
    problem = Problem(
        type=f"/problems/{error.code}",
        title=error.code.replace("-", " ").capitalize(),
        status=error.status,
        detail=_printable(str(error)),
        code=error.code,
        instance=None if instance is None else _printable(instance),
        request_id=request_id,
        errors=tuple(
            FieldError(pointer=_printable(field.pointer), detail=_printable(field.detail)) for field in error.errors
        ),
    )
    headers = {"Cache-Control": "no-store", **error.headers}
    if error.status == DatabaseAway.status:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return web.Response(
        body=problem.model_dump_json().encode(), status=error.status, content_type=MEDIA_TYPE, headers=headers
    )


def field_errors(error: ValidationError, pointer: Callable[[Location], str]) -> tuple[FieldError, ...]:
    """The first `MAX_ERRORS` errors of a validation; `pointer` makes a field's pointer from pydantic's location."""
    return tuple(
        FieldError(pointer=pointer(details["loc"]), detail=_worded(details["type"], details.get("ctx", {})))
        for details in error.errors(include_url=False, include_input=False)[:MAX_ERRORS]
    )


def sentence(errors: tuple[FieldError, ...]) -> str:
    """The errors as one sentence."""
    return "; ".join(f"{error.pointer or 'the body'} {error.detail}" for error in errors) + "."


def _worded(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "json_invalid" and (location := _POSITION.search(context["error"])):
        return f"is not JSON (line {location[1]}, column {location[2]})"
    return WORDS.get(kind, "cannot be used").format_map(context)


def _printable(text: str) -> str:
    """The text without lone surrogates, which represent undecodable bytes of a request; 2,000 characters at most."""
    return text.encode("utf-8", "replace").decode()[:2_000]
