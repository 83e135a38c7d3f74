"""Operations: the declarations of what the API offers, each beside the function that does it.

An operation declares its parameters and answers as pydantic models. Requests are checked against the same declaration
from which `/openapi.json` is generated.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Formatter
from typing import Any, Generic, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from catalog_service.api import negotiation
from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery, CatalogError, NotFound

MAX_ERRORS = 50
TokenScope = Literal["read", "publish", "redact", "admin"]
JSON = "application/json"
# The media type of an answer that has the media type of the original file.
ANY = "*/*"


class Parameters(BaseModel):
    """The base of the parameters of operations, from path and query; unknown parameters are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoParameters(Parameters):
    """For operations without parameters."""


P = TypeVar("P", bound=Parameters)
Handler = Callable[[web.Request, P], Awaitable[web.StreamResponse]]
Schema = type[BaseModel] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """One type of body: its media types, and its model or JSON schema."""

    schema: Schema
    media_types: tuple[str, ...] = (JSON,)


@dataclass(frozen=True)
class Operation(Generic[P]):
    """One method at one path."""

    method: str
    path: str
    answering: Handler[P]
    parameters: type[P]
    answers: Mapping[int, Content | tuple[Content, ...]]
    problems: tuple[type[CatalogError], ...] = ()
    bodies: tuple[Content, ...] = ()
    scope: TokenScope | None = "read"
    conditional: bool = False
    # Headers of the request that it reads, with their descriptions.
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def in_path(self) -> frozenset[str]:
        """The names of the parameters that are part of the path."""
        return frozenset(name for _, name, _, _ in Formatter().parse(self.path) if name)

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The media types of successful answers."""
        return tuple(dict.fromkeys(name for content in self.contents for name in content.media_types))

    @property
    def contents(self) -> Iterator[Content]:
        """The bodies of successful answers."""
        return (content for status in self.answers for content in self.contents_of(status))

    def contents_of(self, status: int) -> tuple[Content, ...]:
        """The bodies of successful answers with this status."""
        contents = self.answers[status]
        return contents if isinstance(contents, tuple) else (contents,)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Checks the request and calls the handler. Raises NotFound, BadQuery, NotAcceptable."""
        parameters = self.read_parameters(request)
        if ANY not in self.media_types:
            negotiation.choose(request.headers.get("Accept"), self.media_types)
        return await self.answering(request, parameters)

    def read_parameters(self, request: web.Request) -> P:
        """The parameters of the request. Raises NotFound for a wrong path, BadQuery for a wrong query."""
        if request.query:
            self._refuse_ambiguous(request)
        try:
            return self.parameters.model_validate({**request.query, **request.match_info})
        except ValidationError as error:
            raise self._translated(error) from None

    def _refuse_ambiguous(self, request: web.Request) -> None:
        """Raises BadQuery for a parameter that is repeated, or that is part of the path."""
        query = request.query
        if repeated := sorted({name for name in query if len(query.getall(name)) > 1}):
            raise _bad_query(tuple(FieldError(pointer=name, detail="given more than once") for name in repeated))
        if shadowing := sorted(self.in_path & query.keys()):
            raise _bad_query(tuple(FieldError(pointer=name, detail="unknown parameter") for name in shadowing))

    def _translated(self, error: ValidationError) -> CatalogError:
        """The validation error as an error of the request."""
        errors = field_errors(error, _parameter)
        if any(field_error.pointer in self.in_path for field_error in errors):
            return NotFound("There is nothing at this address.", errors=errors)
        return _bad_query(errors)


def field_errors(error: ValidationError, pointer: Callable[[tuple[int | str, ...]], str]) -> tuple[FieldError, ...]:
    """The first errors of a validation, without the input. `pointer` converts pydantic's locations."""
    return tuple(
        FieldError(pointer=pointer(details["loc"]), detail=_detail(details["type"], details["msg"]))
        for details in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_ERRORS]
    )


def _parameter(loc: tuple[int | str, ...]) -> str:
    return str(loc[0]) if loc else "query"


def _detail(kind: str, message: str) -> str:
    return "unknown parameter" if kind == "extra_forbidden" else message.removeprefix("Value error, ")


def _bad_query(errors: tuple[FieldError, ...]) -> BadQuery:
    return BadQuery("; ".join(f"{error.pointer}: {error.detail}" for error in errors), errors=errors)
