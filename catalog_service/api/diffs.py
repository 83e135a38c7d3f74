"""Word diffs of two versions, of one document or of two."""

from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from catalog_service import contract, diff_resources, diffing, document_versions, resources
from catalog_service.api import answers
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import Number, OfDocument
from catalog_service.errors import BadQuery, NotFound, Redacted
from catalog_service.keys import DIFFERENCES, POINTS

VersionName = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-fA-F-]{36}@[0-9]{1,10}$", description="The id of a document, @, and the number of a version."
    ),
]


class ChangesParameters(OfDocument):
    """Two versions of one document."""

    first: Number = Field(alias="from")
    second: Number = Field(alias="to")


class CompareParameters(Parameters):
    """Two versions of any documents."""

    a: VersionName
    b: VersionName


async def changes(request: web.Request, parameters: ChangesParameters) -> web.Response:
    """The word diff of two versions of a document."""
    return await _diff(request, (parameters.id, parameters.first), (parameters.id, parameters.second))


async def compare(request: web.Request, parameters: CompareParameters) -> web.Response:
    """The word diff of any two versions."""
    return await _diff(request, _parse_name("a", parameters.a), _parse_name("b", parameters.b))


def _parse_name(parameter: str, name: str) -> tuple[UUID, int]:
    """The document's id and the version's number in the name of a version. Raises BadQuery."""
    document, _, number = name.partition("@")
    try:
        return UUID(document), int(number)
    except ValueError:
        detail = "must be the id of a document, @, and the number of a version"
        error = contract.FieldError(pointer=parameter, detail=detail)
        raise BadQuery(f"{parameter} {detail}.", errors=(error,)) from None


async def _diff(request: web.Request, first: tuple[UUID, int], second: tuple[UUID, int]) -> web.Response:
    """The diff of two versions. Versions never change: the ETag consists of their names and the way of diffing."""
    etag = answers.strong(f"{first[0]}@{first[1]}..{second[0]}@{second[1]};{diffing.WAY}")
    if answers.is_named(request, etag):
        # The diff has not changed, but a version may have been redacted.
        await request.app[POINTS].look_up(document_versions.heads, first, second)
        return answers.not_modified(etag)
    body = await request.app[DIFFERENCES].between(first, second, _body)
    return answers.of_body(body, etag=etag)


def _body(_before: resources.Version, _after: resources.Version, diff: diff_resources.Diff) -> bytes:
    return answers.body(diff)


OPERATIONS = (
    Operation(
        "GET", "/v1/documents/{id}/changes/{from}..{to}", changes, ChangesParameters,
        {200: Content(diff_resources.Diff)}, (NotFound, Redacted), conditional=True,
    ),
    Operation(
        "GET", "/v1/compare", compare, CompareParameters, {200: Content(diff_resources.Diff)},
        (BadQuery, NotFound, Redacted), conditional=True,
    ),
)  # fmt: skip
