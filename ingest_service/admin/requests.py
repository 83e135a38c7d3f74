"""Reads the parameters and the body of a request, or raises a problem that says what is wrong with them."""

import codecs
import re
from collections.abc import Iterable
from typing import TypeVar

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import BaseModel, ConfigDict, ValidationError

from catalog_service.contract import FieldError
from ingest_service.admin import problems
from ingest_service.admin.problems import BadBody, BadQuery, NotFound, Place, UnsupportedMedia

TEXT, JSON = "text/plain", "application/json"
ACCEPTED = f"{TEXT}, {JSON}"
# PostgreSQL has no NUL in texts, and neither database takes a lone surrogate: it is no UTF-8.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
Asked = TypeVar("Asked", bound=BaseModel)


class TextAsked(BaseModel):
    """The body of `POST /v1/match` as JSON; as `text/plain` it is the text alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str


def query(model: type[Asked], request: web.Request) -> Asked:
    """The query as `model`. Raises BadQuery for a parameter that is unknown, doubled or out of bounds.

    Raises NotFound for characters that no database holds in the path, BadQuery for such in the query.
    """
    if in_path := _unstorable(request.match_info.items()):
        raise NotFound(errors=in_path)
    if in_query := _unstorable(request.query.items()):
        raise BadQuery(problems.sentence(in_query), errors=in_query)
    doubled = sorted({name for name in request.query if len(request.query.getall(name)) > 1})
    wrong = tuple(FieldError(pointer=name, detail="is given more than once") for name in doubled)
    try:
        asked = model.model_validate(dict(request.query))
    except ValidationError as error:
        wrong += problems.field_errors(error, _parameter)
    if wrong:
        raise BadQuery(problems.sentence(wrong), errors=wrong)
    return asked


def _unstorable(parameters: Iterable[tuple[str, str]]) -> tuple[FieldError, ...]:
    return tuple(
        FieldError(pointer=name, detail="holds a NUL character or a lone surrogate")
        for name, value in parameters
        if _UNSTORABLE.search(name) or _UNSTORABLE.search(value)
    )


async def text(request: web.Request) -> str:
    """The text that the body is or holds. Raises UnsupportedMedia and BadBody."""
    _check_form(request)
    try:
        body = await request.read()
    except (web.RequestPayloadError, HttpProcessingError):
        raise BadBody("The body does not arrive as its headers say.") from None
    return _decoded(body) if request.content_type == TEXT else _member(body)


def _check_form(request: web.Request) -> None:
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMedia("Bodies are read as they are, not compressed.", headers={"Accept-Encoding": "identity"})
    if request.content_type not in (TEXT, JSON):
        raise UnsupportedMedia(f"The body may be {TEXT} or {JSON}.", headers={"Accept-Post": ACCEPTED})
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMedia("The body must be in UTF-8; send it as that.", headers={"Accept-Post": ACCEPTED})


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _bad(FieldError(pointer="", detail=f"is not UTF-8 (byte {error.start + 1:,})")) from None


def _member(body: bytes) -> str:
    # Some editors write a byte order mark before the text; it is no part of JSON (RFC 8259, 8.1).
    json = _decoded(body.removeprefix(codecs.BOM_UTF8))
    try:
        return TextAsked.model_validate_json(json).text
    except ValidationError as error:
        raise _bad(*problems.field_errors(error, _pointer)) from None


def _bad(*wrong: FieldError) -> BadBody:
    return BadBody(problems.sentence(wrong), errors=wrong)


def _parameter(place: Place) -> str:
    return str(place[0])


def _pointer(place: Place) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)
