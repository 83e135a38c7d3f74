"""Relations between two versions, with the passages that they share."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy.orm import Session

from catalog_service import contract, documents, resources
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation
from catalog_service.api.parameters import AtMoment, OfDocument, Paged, Short
from catalog_service.errors import CursorInvalid, CursorMismatch, FutureMoment, NotFound, Redacted
from catalog_service.keys import DATABASE
from catalog_service.relations import queries
from catalog_service.store import moments


class DocumentRelationsParameters(OfDocument, Paged, AtMoment):
    """Names a document and which of its versions, the page and the moment."""

    versions: Annotated[str, Field(pattern=r"^(current|all|[1-9][0-9]{0,8})$")] = "current"


class RelationListParameters(Paged, AtMoment):
    """The filters of a list of relations, the page and the moment."""

    type: contract.RelationType | None = None
    versions: Literal["current", "all"] = "current"


class OfRelation(AtMoment):
    """Names one relation, and the moment."""

    id: Short


async def of_document(request: web.Request, parameters: DocumentRelationsParameters) -> web.Response:
    """The relations of the current version of a document, of all its versions, or of one: in pages, copies last."""
    page = await request.app[DATABASE].read(_of_document, parameters)
    return answer(page, links=answers.next_page(request, page.next))


def _of_document(session: Session, parameters: DocumentRelationsParameters) -> resources.Relations:
    as_of = parameters.moment()
    documents.readable(session, parameters.id, moments.resolve(session, as_of) if as_of else None)
    scope: queries.VersionScope = "all" if parameters.versions == "all" else "current"
    versions = int(parameters.versions) if parameters.versions.isdigit() else scope
    filter_ = queries.OfDocument(str(parameters.id), versions)
    return queries.of_document(session, filter_, limit=parameters.limit, cursor=parameters.cursor, as_of=as_of)


async def find(request: web.Request, parameters: RelationListParameters) -> web.Response:
    """Relations between current versions, or all relations with `versions=all`: the newest first, in pages."""
    page = await request.app[DATABASE].read(
        queries.find,
        queries.Filter(parameters.type, parameters.versions),
        limit=parameters.limit,
        cursor=parameters.cursor,
        as_of=parameters.moment(),
    )
    return answer(page, links=answers.next_page(request, page.next))


async def one(request: web.Request, parameters: OfRelation) -> web.Response:
    """One relation, also one between versions that are no longer current."""
    relation = await request.app[DATABASE].read(queries.one, parameters.id, parameters.moment())
    return answer(relation, modified=relation.recorded_at)


OPERATIONS = (
    Operation(
        "GET", "/v1/documents/{id}/relations", of_document, DocumentRelationsParameters,
        {200: Content(resources.Relations)},
        (NotFound, Redacted, CursorInvalid, CursorMismatch, FutureMoment),
    ),
    Operation(
        "GET", "/v1/relations", find, RelationListParameters, {200: Content(resources.Relations)},
        (CursorInvalid, CursorMismatch, FutureMoment),
    ),
    Operation(
        "GET", "/v1/relations/{id}", one, OfRelation, {200: Content(resources.Relation)}, (NotFound, FutureMoment)
    ),
)  # fmt: skip
