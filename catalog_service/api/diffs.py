"""What differs between two versions, of one document or of two."""

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from catalog_service import contract, documents, resources
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import Number, OfDocument
from catalog_service.errors import BadQuery, NotFound, Redacted
from catalog_service.keys import DATABASE

VersionName = Annotated[
    str, Field(pattern=r"^[0-9a-fA-F-]{36}@[0-9]{1,10}$", description="A document's id, @, and a version's number.")
]


class Between(OfDocument):
    """Two versions of one document."""

    first: Number = Field(alias="from")
    second: Number = Field(alias="to")


class Compared(Parameters):
    """Two versions of any documents."""

    a: VersionName
    b: VersionName


async def changes(request: web.Request, asked: Between) -> web.Response:
    """What changed from one version of a document to another, word by word."""
    return await _diff(request, (asked.id, asked.first), (asked.id, asked.second))


async def compare(request: web.Request, asked: Compared) -> web.Response:
    """What differs between any two versions, word by word."""
    return await _diff(request, _named("a", asked.a), _named("b", asked.b))


def _named(parameter: str, written: str) -> tuple[UUID, int]:
    """The version that is named. Raises BadQuery."""
    document, _, number = written.partition("@")
    try:
        return UUID(document), int(number)
    except ValueError:
        found = contract.FieldError(pointer=parameter, detail="is not a document's id, @, and a version's number")
        raise BadQuery(f"{parameter} {found.detail}.", errors=(found,)) from None


async def _diff(request: web.Request, first: tuple[UUID, int], second: tuple[UUID, int]) -> web.Response:
    """The diff of two versions; they never change, so what a client has of them is good until they are erased."""
    found = await request.config_dict[DATABASE].read(documents.compare, first, second)
    return answer(request, found, etag=f"{first[0]}@{first[1]}..{second[0]}@{second[1]}")


OPERATIONS = (
    Operation(
        "GET", "/v1/documents/{id}/changes/{from}..{to}", changes, Between, {200: Content(resources.Diff)},
        (NotFound, Redacted), conditional=True,
    ),
    Operation(
        "GET", "/v1/compare", compare, Compared, {200: Content(resources.Diff)}, (BadQuery, NotFound, Redacted),
        conditional=True,
    ),
)  # fmt: skip
