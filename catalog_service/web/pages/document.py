"""The page of a document: the text of one of its versions, with its versions, relations and source."""

from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import changes as change_log
from catalog_service import document_versions, documents
from catalog_service.relations import related_documents
from catalog_service.web import layout, log, presenting
from catalog_service.web.layout import PAGE

# The number of relations shown beside a text; a separate page lists all of them.
MAX_RELATIONS_BESIDE = 20
# The number of entries of the change log beside a text.
MAX_LOG_BESIDE = 20


async def one(request: web.Request) -> web.Response:
    """The text of one version of a document, by default the current one, with the list of its versions."""
    query = layout.parameters(request, {"version"})
    context = await layout.database(request).read(_one, layout.uuid(request), layout.number(query.get("version")))
    return layout.answer(request, "document.html", context, status=410 if context["status"] == "withdrawn" else 200)


def _one(session: Session, document_id: UUID, number: int | None) -> dict[str, Any]:
    row = documents.readable(session, document_id)
    version = presenting.named_as_now(document_versions.version(session, document_id, number or row.number), row)
    is_current = row.status == "current" and version.version == row.number
    entries = change_log.places(session, str(document_id), MAX_LOG_BESIDE)
    related = related_documents.find(session, str(document_id), number, limit=MAX_RELATIONS_BESIDE)
    return {
        "status": row.status,
        "withdrawal": log.withdrawal(entries) if row.status == "withdrawn" else None,
        "path": row.path,
        "log": log.lines(entries),
        "story": documents.one(session, document_id).story if is_current else None,
        "version": version,
        "latest": row.number,
        "versions": [presenting.version_line(summary) for summary in document_versions.summaries(session, document_id)],
        "relations": [presenting.relation_line(document) for document in related.documents],
        "more": related.next,
        "number": number,
    }


async def related(request: web.Request) -> web.Response:
    """All relations of a version of a document, in pages."""
    query = layout.parameters(request, {"version", "cursor"})
    number = layout.number(query.get("version"))
    context = await layout.database(request).read(_related, layout.uuid(request), number, query.get("cursor"))
    return layout.answer(request, "relations.html", context)


def _related(session: Session, document_id: UUID, number: int | None, cursor: str | None) -> dict[str, Any]:
    row = documents.readable(session, document_id)
    version = presenting.named_as_now(document_versions.version(session, document_id, number or row.number), row)
    related = related_documents.find(session, str(document_id), number, limit=PAGE, cursor=cursor)
    query = {} if number is None else {"version": str(number)}
    return {
        "version": version,
        "relations": [presenting.relation_line(document) for document in related.documents],
        "next": layout.next_page(f"/documents/{document_id}/relations", related.next, **query),
    }
