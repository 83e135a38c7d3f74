"""The errors of the service's own HTTP face, all in one shape: RFC 9457 problem details, in our own words."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, TypeAlias

from aiohttp import web
from pydantic import ValidationError

from catalog_service.contract import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 50
RETRY_SECONDS = 1
Place: TypeAlias = tuple[int | str, ...]
# Our words for pydantic's types of errors.
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


class Unanswerable(Exception):
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


class BadQuery(Unanswerable):
    """The query cannot be understood."""

    code = "bad-query"
    status = 400


class BadBody(Unanswerable):
    """The body of the request cannot be read as its media type."""

    code = "bad-body"
    status = 400


class BadRequest(Unanswerable):
    """The request is not valid HTTP."""

    code = "bad-request"
    status = 400


class NotFound(Unanswerable):
    """There is nothing at this address."""

    code = "not-found"
    status = 404


class MethodNotAllowed(Unanswerable):
    """This address does not have the method; the Allow header lists those it has."""

    code = "method-not-allowed"
    status = 405


class TooLarge(Unanswerable):
    """The text is longer than the limit."""

    code = "too-large"
    status = 413


class UnsupportedMedia(Unanswerable):
    """The body is in a media type, an encoding or a compression that is not read."""

    code = "unsupported-media-type"
    status = 415


class HostUnknown(Unanswerable):
    """The Host header must name loopback: the service is open to this machine only."""

    code = "host-unknown"
    status = 421


class HeadersTooLarge(Unanswerable):
    """The request line or a header is far too long."""

    code = "headers-too-large"
    status = 431


class NotReady(Unanswerable):
    """Not everything that was found at the start is in the catalog yet."""

    code = "not-ready"
    status = 503


class DatabaseAway(Unanswerable):
    """The database cannot be used now; try again."""

    code = "database-away"
    status = 503


class DatabaseUnusable(Unanswerable):
    """The database is damaged or is no database; an operator must repair or replace it."""

    code = "database-unusable"
    status = 503


def problem_types() -> Iterator[type[Unanswerable]]:
    """Every type of problem that an answer can have."""
    yield Unanswerable
    yield from Unanswerable.__subclasses__()


def render(error: Unanswerable, request_id: str, instance: str | None = None) -> web.Response:
    """The answer to a request that met this error."""
    problem = Problem(
        type=f"/problems/{error.code}",
        title=error.code.replace("-", " ").capitalize(),
        status=error.status,
        detail=_printable(str(error)),
        code=error.code,
        instance=None if instance is None else _printable(instance),
        request_id=request_id,
        errors=tuple(
            FieldError(pointer=_printable(each.pointer), detail=_printable(each.detail)) for each in error.errors
        ),
    )
    headers = {"Cache-Control": "no-store", **error.headers}
    if error.status == DatabaseAway.status:
        headers["Retry-After"] = str(RETRY_SECONDS)
    return web.Response(
        body=problem.model_dump_json().encode(), status=error.status, content_type=MEDIA_TYPE, headers=headers
    )


def field_errors(error: ValidationError, pointer: Callable[[Place], str]) -> tuple[FieldError, ...]:
    """The first `MOST_ERRORS` errors of a validation; `pointer` makes a field's pointer from pydantic's location."""
    return tuple(
        FieldError(pointer=pointer(each["loc"]), detail=_in_our_words(each["type"], each.get("ctx", {})))
        for each in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]
    )


def sentence(errors: tuple[FieldError, ...]) -> str:
    """The errors as one sentence."""
    return "; ".join(f"{each.pointer or 'the body'} {each.detail}" for each in errors) + "."


def _in_our_words(kind: str, about: Mapping[str, Any]) -> str:
    if kind == "json_invalid" and (place := _POSITION.search(about["error"])):
        return f"is not JSON (line {place[1]}, column {place[2]})"
    return WORDS.get(kind, "cannot be used").format_map(about)


def _printable(text: str) -> str:
    """Text that any client can read: undecodable bytes of a request arrive as lone surrogates."""
    return text.encode("utf-8", "replace").decode()[:2_000]
