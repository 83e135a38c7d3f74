"""What all pages share: their headers, the parameters of a request, and the answer made from a template."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlencode
from uuid import UUID

import aiohttp_jinja2
from aiohttp import web

from catalog_service import contract
from catalog_service.errors import BadBody, BadQuery, NotFound
from catalog_service.keys import DATABASE
from catalog_service.store import moments
from catalog_service.store.db import Database
from catalog_service.store.moments import AsOf

Name = TypeVar("Name", bound=str)
# The number of entries of one page of a list.
PAGE = 50
FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 10
# The parameters that name a place in a list, and the codes of the problems with them.
CURSORS = frozenset({"cursor", "since"})
CURSOR_CODES = frozenset({"cursor-invalid", "cursor-mismatch", "cursor-expired"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_DAY = timedelta(days=1, microseconds=-1)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}


def answer(request: web.Request, template: str, context: Mapping[str, Any], *, status: int = 200) -> web.Response:
    """The page made from the template; compressed where the browser accepts it."""
    response = aiohttp_jinja2.render_template(template, request, {"q": "", **context}, status=status)
    response.headers.update(HEADERS)
    response.enable_compression()
    return response


async def form(request: web.Request) -> Mapping[str, str]:
    """The fields of a posted form, each line end as one character. Raises BadBody."""
    if request.content_type != FORM:
        raise BadBody(f"The form is sent as {FORM}.")
    body = (await request.read()).decode("utf-8", "replace")
    try:
        fields = parse_qs(body, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise BadBody(f"The form may have {MAX_FIELDS} fields.") from None
    # Browsers send each end of a line as two characters.
    return {name: "".join(values).replace("\0", "\ufffd").replace("\r\n", "\n") for name, values in fields.items()}


def error_page(request: web.Request, problem: contract.Problem) -> web.Response:
    """The problem as a page with what to do about it: give a token, begin a list again, try again."""
    context = {
        "problem": problem,
        "address": request.path_qs,
        "begin_again": _without_cursor(request) if problem.code in CURSOR_CODES else None,
    }
    return answer(request, "error.html", context, status=problem.status)


def _without_cursor(request: web.Request) -> str:
    """The address of the request, on the first page of its list."""
    return address(request.path, **{name: value for name, value in request.query.items() if name not in CURSORS})


def database(request: web.Request) -> Database:
    """The database of the catalog."""
    return request.app[DATABASE]


def address(path: str, **query: str | int | None) -> str:
    """The address of a page with those parameters that are not None."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def next_page(path: str, cursor: str | None, **query: str | int | None) -> str | None:
    """The address of the next page of a list; None when there is none."""
    return address(path, **query, cursor=cursor) if cursor else None


def parameters(request: web.Request, names: set[str]) -> Mapping[str, str]:
    """The query parameters of the request. Raises BadQuery for a parameter that is not in `names`."""
    if unknown := sorted(set(request.query) - names):
        errors = tuple(contract.FieldError(pointer=name, detail="unknown parameter") for name in unknown)
        raise BadQuery(f"This page has no parameter {', '.join(unknown)}.", errors=errors)
    return request.query


def moment(text: str | None) -> AsOf | None:
    """The moment of a form's field: a date, which means its end in UTC or now, a time of RFC 3339, or seq:N.

    A time without a zone, as browsers send it, is in UTC. None for no text. Raises BadQuery.
    """
    if not text:
        return None
    now = datetime.now(UTC)
    try:
        if not _DATE.fullmatch(text):
            return moments.parse(f"{text}Z" if _LOCAL.fullmatch(text) else text, now)
        begin = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return AsOf(text, now, time=min(begin + _DAY, now) if begin < now else begin)
    except (ValueError, OverflowError):
        detail = "is a date such as 2026-11-22, a time of RFC 3339 in UTC, or seq:N"
        raise BadQuery(f"as_of {detail}.", errors=(contract.FieldError(pointer="as_of", detail=detail),)) from None


def choice(text: str | None, names: Sequence[Name]) -> Name:
    """The one of the names that a parameter gives, by default the first one. Raises BadQuery for another text."""
    for name in names:
        if text in (name, None):
            return name
    detail = f"{text!r:.100} is none of {', '.join(names)}"
    raise BadQuery(f"{detail}.", errors=(contract.FieldError(pointer="", detail=detail),))


def uuid(request: web.Request) -> UUID:
    """The id in the address of the request. Raises NotFound for a text that is no id."""
    return uuid_of(request.match_info["id"])


def uuid_of(text: str) -> UUID:
    """The id. Raises NotFound for a text that is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"{text[:100]!r} is not an id.") from None


def number(text: str | None) -> int | None:
    """The number of a version; None for None. Raises NotFound for a text that is no number of a version."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(f"{text[:100]!r} is not the number of a version.")
    return int(text)


def span(text: str) -> tuple[int, int]:
    """A span of a text, in code points: "120-154", or "120" for a position. Raises BadQuery."""
    start, _, end = text.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (start, end or start)):
        detail = "is a span of the text, such as 120-154"
        raise BadQuery(f"at {detail}.", errors=(contract.FieldError(pointer="at", detail=detail),))
    return int(start), max(int(start), int(end or start))
