"""Relations between two versions, with the passages that they share."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy.orm import Session

from catalog_service import contract, document_versions, resources
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import OfDocument, Paged, Short
from catalog_service.errors import CursorInvalid, CursorMismatch, NotFound, Redacted
from catalog_service.keys import DATABASE
from catalog_service.relations import queries


class DocumentRelationsParameters(OfDocument, Paged):
    """Names a document and which of its versions, and the page."""

    versions: Annotated[str, Field(pattern=r"^(current|all|[1-9][0-9]{0,8})$")] = "current"


class RelationListParameters(Paged):
    """The filters of a list of relations, and the page."""

    type: contract.RelationType | None = None
    versions: Literal["current", "all"] = "current"


class OfRelation(Parameters):
    """Names one relation."""

    id: Short


async def of_document(request: web.Request, parameters: DocumentRelationsParameters) -> web.Response:
    """The relations of the current version of a document, of all its versions, or of one: in pages, copies last."""
    page = await request.config_dict[DATABASE].read(_of_document, parameters)
    return answer(page, links=answers.next_page(request, page.next))


def _of_document(session: Session, parameters: DocumentRelationsParameters) -> resources.Relations:
    document_versions.numbers(session, parameters.id)
    scope: queries.VersionScope = "all" if parameters.versions == "all" else "current"
    versions = int(parameters.versions) if parameters.versions.isdigit() else scope
    return queries.of_document(
        session, str(parameters.id), versions=versions, limit=parameters.limit, cursor=parameters.cursor
    )


async def find(request: web.Request, parameters: RelationListParameters) -> web.Response:
    """Relations between current versions, or all relations with `versions=all`: the newest first, in pages."""
    page = await request.config_dict[DATABASE].read(
        queries.find,
        type_=parameters.type,
        scope=parameters.versions,
        limit=parameters.limit,
        cursor=parameters.cursor,
    )
    return answer(page, links=answers.next_page(request, page.next))


async def one(request: web.Request, parameters: OfRelation) -> web.Response:
    """One relation, also one between versions that are no longer current."""
    relation = await request.config_dict[DATABASE].read(queries.one, parameters.id)
    return answer(relation, modified=relation.recorded_at)


OPERATIONS = (
    Operation(
        "GET", "/v1/documents/{id}/relations", of_document, DocumentRelationsParameters,
        {200: Content(resources.Relations)},
        (NotFound, Redacted, CursorInvalid, CursorMismatch),
    ),
    Operation(
        "GET", "/v1/relations", find, RelationListParameters, {200: Content(resources.Relations)},
        (CursorInvalid, CursorMismatch),
    ),
    Operation("GET", "/v1/relations/{id}", one, OfRelation, {200: Content(resources.Relation)}, (NotFound,)),
)  # fmt: skip
