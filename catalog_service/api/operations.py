"""What can be done over HTTP, declared beside the function that does it.

An operation knows its parameters and answers as pydantic models: requests are checked against the same declaration from
which `/openapi.json` is made.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import Any, Generic, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from catalog_service.api import negotiation
from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery, CatalogError, NotFound

MOST_ERRORS = 50
Scope = Literal["read", "publish", "redact", "admin"]
JSON = "application/json"
# An answer whose media type is that of the file it came from.
ANY = "*/*"


class Parameters(BaseModel):
    """The parameters of an operation, from its path and its query; others are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Parameters)
Answering = Callable[[web.Request, P], Awaitable[web.StreamResponse]]
Schema = type[BaseModel] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """One kind of body: its media types, and its model or JSON schema."""

    schema: Schema
    media_types: tuple[str, ...] = (JSON,)


@dataclass(frozen=True)
class Operation(Generic[P]):
    """One method at one path."""

    method: str
    path: str
    answering: Answering[P]
    parameters: type[P]
    answers: Mapping[int, Content]
    problems: tuple[type[CatalogError], ...] = ()
    bodies: tuple[Content, ...] = ()
    scope: Scope | None = "read"
    conditional: bool = False

    @cached_property
    def in_path(self) -> frozenset[str]:
        """The names of the parameters that stand in the path."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.path) if name)

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """What a successful answer can be."""
        return tuple(dict.fromkeys(each for content in self.answers.values() for each in content.media_types))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Checks the request and does the operation. Raises NotFound, BadQuery, NotAcceptable."""
        asked = self.read_parameters(request)
        if ANY not in self.media_types:
            negotiation.choose(request.headers.get("Accept"), self.media_types)
        return await self.answering(request, asked)

    def read_parameters(self, request: web.Request) -> P:
        """The parameters of the request. Raises NotFound where the path names nothing, BadQuery for the query."""
        if twice := sorted({name for name in request.query if len(request.query.getall(name)) > 1}):
            raise _bad_query(tuple(FieldError(pointer=name, detail="given more than once") for name in twice))
        if shadowing := sorted(self.in_path & request.query.keys()):
            raise _bad_query(tuple(FieldError(pointer=name, detail="unknown parameter") for name in shadowing))
        try:
            return self.parameters.model_validate({**request.query, **request.match_info})
        except ValidationError as error:
            raise self._explained(error) from None

    def _explained(self, error: ValidationError) -> CatalogError:
        """The errors of validation, told in terms of the request."""
        found = field_errors(error, _parameter)
        if any(each.pointer in self.in_path for each in found):
            return NotFound("There is nothing at this address.", errors=found)
        return _bad_query(found)


def field_errors(error: ValidationError, place: Callable[[tuple[int | str, ...]], str]) -> tuple[FieldError, ...]:
    """What pydantic found, `place` names where; never the input itself."""
    return tuple(
        FieldError(pointer=place(each["loc"]), detail=_detail(each["type"], each["msg"]))
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_ERRORS]
    )


def _parameter(loc: tuple[int | str, ...]) -> str:
    return str(loc[0]) if loc else "query"


def _detail(kind: str, message: str) -> str:
    return "unknown parameter" if kind == "extra_forbidden" else message.removeprefix("Value error, ")


def _bad_query(found: tuple[FieldError, ...]) -> BadQuery:
    return BadQuery("; ".join(f"{each.pointer}: {each.detail}" for each in found), errors=found)
