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
from ingest_service.admin.problems import BadBody, BadQuery, Location, NotFound, UnsupportedMedia

TEXT, JSON = "text/plain", "application/json"
ACCEPTED = f"{TEXT}, {JSON}"
# PostgreSQL stores no NUL in a text, and no database stores a lone surrogate, which UTF-8 cannot represent.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
Model = TypeVar("Model", bound=BaseModel)


class TextBody(BaseModel):
    """The body of `POST /v1/match` as JSON; as `text/plain` it is the text alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str


def query(model: type[Model], request: web.Request) -> Model:
    """The parameters of the query as `model`. Raises BadQuery and NotFound.

    BadQuery: a parameter is unknown, repeated or out of bounds, or has a character that no database can store.
    NotFound: the path has such a character.
    """
    if in_path := _unstorable(request.match_info.items()):
        raise NotFound(errors=in_path)
    if in_query := _unstorable(request.query.items()):
        raise BadQuery(problems.sentence(in_query), errors=in_query)
    repeated = sorted({name for name in request.query if len(request.query.getall(name)) > 1})
    wrong = tuple(FieldError(pointer=name, detail="is given more than once") for name in repeated)
    try:
        parameters = model.model_validate(dict(request.query))
    except ValidationError as error:
        wrong += problems.field_errors(error, _parameter)
    if wrong:
        raise BadQuery(problems.sentence(wrong), errors=wrong)
    return parameters


def _unstorable(parameters: Iterable[tuple[str, str]]) -> tuple[FieldError, ...]:
    return tuple(
        FieldError(pointer=name, detail="holds a NUL character or a lone surrogate")
        for name, value in parameters
        if _UNSTORABLE.search(name) or _UNSTORABLE.search(value)
    )


async def text(request: web.Request) -> str:
    """The text in the body, which is plain text or JSON. Raises UnsupportedMedia and BadBody."""
    _check_headers(request)
    try:
        body = await request.read()
    except (web.RequestPayloadError, HttpProcessingError):
        raise BadBody("The body does not arrive as its headers say.") from None
    return _decoded(body) if request.content_type == TEXT else _member(body)


def _check_headers(request: web.Request) -> None:
    """Raises UnsupportedMedia for a compression, media type or charset that is not read."""
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
    # Some editors write a byte order mark before the text, which is not part of JSON (RFC 8259, 8.1).
    json = _decoded(body.removeprefix(codecs.BOM_UTF8))
    try:
        return TextBody.model_validate_json(json).text
    except ValidationError as error:
        raise _bad(*problems.field_errors(error, _pointer)) from None


def _bad(*wrong: FieldError) -> BadBody:
    return BadBody(problems.sentence(wrong), errors=wrong)


def _parameter(location: Location) -> str:
    return str(location[0])


def _pointer(location: Location) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)
