"""Relations: what two versions are to each other, with the passages they share."""

from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field
from sqlalchemy.orm import Session

from catalog_service import documents, relations, resources
from catalog_service.api import answers
from catalog_service.api.answers import answer
from catalog_service.api.operations import Content, Operation, Parameters
from catalog_service.api.parameters import OfDocument, Paged, Short
from catalog_service.errors import CursorInvalid, CursorMismatch, NotFound, Redacted
from catalog_service.keys import DATABASE


class OfDocumentVersions(OfDocument, Paged):
    """A document, and which of its versions."""

    versions: Annotated[str, Field(pattern=r"^(current|all|[1-9][0-9]{0,8})$")] = "current"


class Wanted(Paged):
    """Which relations."""

    type: resources.RelationType | None = None
    versions: Literal["current", "all"] = "current"


class OfRelation(Parameters):
    """One relation."""

    id: Short


async def of_document(request: web.Request, asked: OfDocumentVersions) -> web.Response:
    """The relations of a document, of its current version, of all versions, or of one: in pages, copies last."""
    page = await request.config_dict[DATABASE].read(_of_document, asked)
    return answer(request, page, links=answers.next_page(request, page.next))


def _of_document(session: Session, asked: OfDocumentVersions) -> resources.Relations:
    documents.numbers(session, asked.id)
    scope: relations.Scope = "all" if asked.versions == "all" else "current"
    versions = int(asked.versions) if asked.versions.isdigit() else scope
    return relations.of_document(session, str(asked.id), versions=versions, limit=asked.limit, cursor=asked.cursor)


async def find(request: web.Request, asked: Wanted) -> web.Response:
    """Relations, the newest first, in pages; those between current versions unless all are asked for."""
    page = await request.config_dict[DATABASE].read(
        relations.find, type_=asked.type, scope=asked.versions, limit=asked.limit, cursor=asked.cursor
    )
    return answer(request, page, links=answers.next_page(request, page.next))


async def one(request: web.Request, asked: OfRelation) -> web.Response:
    """One relation, also when it is history."""
    found = await request.config_dict[DATABASE].read(relations.one, asked.id)
    return answer(request, found, modified=found.recorded_at)


OPERATIONS = (
    Operation(
        "GET", "/v1/documents/{id}/relations", of_document, OfDocumentVersions, {200: Content(resources.Relations)},
        (NotFound, Redacted, CursorInvalid, CursorMismatch),
    ),
    Operation(
        "GET", "/v1/relations", find, Wanted, {200: Content(resources.Relations)}, (CursorInvalid, CursorMismatch)
    ),
    Operation("GET", "/v1/relations/{id}", one, OfRelation, {200: Content(resources.Relation)}, (NotFound,)),
)  # fmt: skip
