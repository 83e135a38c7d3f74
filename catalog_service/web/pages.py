"""The web pages: one handler for each page, over the same read functions as the API.

All pages need the scope `read`; `access` has checked it before a handler runs.
"""

import functools
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import aiohttp_jinja2
import jinja2
from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import changes as change_log
from catalog_service import contract, document_versions, documents, marking, search, stories
from catalog_service.errors import BadQuery, NotFound
from catalog_service.keys import DATABASE, DIFFERENCES, ERROR_PAGE
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import queries, related_documents
from catalog_service.resources import Diff, Relation, Version
from catalog_service.store.db import Database
from catalog_service.store.prepared import NamedRow
from catalog_service.web import assets, log, presenting

PAGE = 50
# The number of relations shown beside a text; a separate page lists all of them.
MAX_RELATIONS_BESIDE = 20
# The number of entries of the change log beside a text.
MAX_LOG_BESIDE = 20
ASSETS = web.AppKey("assets", assets.Assets)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def setup(app: web.Application) -> None:
    """Adds the pages and their static files to the root application."""
    app[ASSETS] = assets.load()
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.PackageLoader("catalog_service.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters={"web_address": presenting.web_address},
    )
    environment.globals["static"] = app[ASSETS].path
    app[ERROR_PAGE] = error_page
    app.router.add_get("/", front)
    app.router.add_get("/documents/{id}", document)
    app.router.add_get("/documents/{id}/relations", document_relations)
    app.router.add_get("/documents/{id}/changes/{first}..{second}", changes)
    app.router.add_get("/relations/{id}", relation)
    app.router.add_get("/stories/{id}", story)
    app.router.add_get("/static/{name:.+}", static)


async def front(request: web.Request) -> web.Response:
    """All documents, the newest first; with `q`, the documents that match it."""
    query = _query(request, {"q", "cursor"})
    words, cursor = query.get("q", "").strip(), query.get("cursor")
    context = await (_search_results(request, words, cursor) if words else _newest(request, cursor))
    return _page(request, "documents.html", {"q": words, "warnings": (), "heading": "", **context})


async def _newest(request: web.Request, cursor: str | None) -> dict[str, Any]:
    page = await _database(request).read(documents.find, documents.Filter(), limit=PAGE, cursor=cursor)
    entries = [presenting.ListedDocument(document) for document in page.documents]
    return {"entries": entries, "next": _next("/", page.next)}


async def _search_results(request: web.Request, words: str, cursor: str | None) -> dict[str, Any]:
    results = await _database(request).read(
        search.find, search.Query(q=words, limit=PAGE, cursor=cursor, total="exact")
    )
    count = results.total.documents if results.total else len(results.hits)
    return {
        "entries": [presenting.listed_document(hit) for hit in results.hits],
        "next": _next("/", results.next, q=words),
        "heading": f"{count:,} {'document' if count == 1 else 'documents'} for {words}",
        "warnings": results.query.warnings,
    }


async def document(request: web.Request) -> web.Response:
    """The text of one version of a document, by default the current one, with the list of its versions."""
    query = _query(request, {"version"})
    context = await _database(request).read(_document, _uuid(request), _number(query.get("version")))
    return _page(request, "document.html", context, status=410 if context["status"] == "withdrawn" else 200)


def _document(session: Session, document_id: UUID, number: int | None) -> dict[str, Any]:
    row = documents.readable(session, document_id)
    version = _named_as_now(document_versions.version(session, document_id, number or row.number), row)
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


def _named_as_now(version: Version, row: NamedRow) -> Version:
    """The version with the present path of its document if it is the current one: a rename makes no version."""
    return version.model_copy(update={"path": row.path}) if version.version == row.number else version


async def document_relations(request: web.Request) -> web.Response:
    """All relations of a version of a document, in pages."""
    query = _query(request, {"version", "cursor"})
    number = _number(query.get("version"))
    context = await _database(request).read(_relations, _uuid(request), number, query.get("cursor"))
    return _page(request, "relations.html", context)


def _relations(session: Session, document_id: UUID, number: int | None, cursor: str | None) -> dict[str, Any]:
    row = documents.readable(session, document_id)
    version = _named_as_now(document_versions.version(session, document_id, number or row.number), row)
    related = related_documents.find(session, str(document_id), number, limit=PAGE, cursor=cursor)
    query = {} if number is None else {"version": str(number)}
    return {
        "version": version,
        "relations": [presenting.relation_line(document) for document in related.documents],
        "next": _next(f"/documents/{document_id}/relations", related.next, **query),
    }


async def changes(request: web.Request) -> web.Response:
    """The word diff of two versions of a document."""
    _query(request, set())
    document_id = _uuid(request)
    first, second = (_number(request.match_info[name]) or 0 for name in ("first", "second"))
    render = functools.partial(_changes, request)
    return await request.config_dict[DIFFERENCES].between((document_id, first), (document_id, second), render)


def _changes(request: web.Request, before: Version, after: Version, diff: Diff) -> web.Response:
    context = {
        "document": after.id,
        "title": after.title,
        "earlier_title": before.title,
        "first": before.version,
        "second": after.version,
        "extent": marking.extent(diff.summary.words_added, diff.summary.words_removed, diff.summary.moved),
        "paragraphs": marking.compared(marking.pieces(before.text, after.text, diff.ops)),
    }
    return _page(request, "changes.html", context)


async def relation(request: web.Request) -> web.Response:
    """The two texts of a relation side by side, with the shared passages marked."""
    _query(request, set())
    relation, context = await _database(request).read(_relation, request.match_info["id"])
    if relation.type in COPY_TYPES:
        a, b = ((end.document, end.version) for end in (relation.a, relation.b))
        differences = await request.config_dict[DIFFERENCES].between(a, b, presenting.differences_of_copies)
    else:
        differences = presenting.differences(relation.differs)
    return _page(request, "relation.html", {**context, "differences": differences})


def _relation(session: Session, relation_id: str) -> tuple[Relation, dict[str, Any]]:
    relation = queries.one(session, relation_id)
    rows = [documents.readable(session, end.document) for end in (relation.a, relation.b)]
    names = related_documents.names_of(relation)
    is_current = all(
        (row.id, row.number, row.status) == (*name, "current") for row, name in zip(rows, names, strict=True)
    )
    a, b = (
        _named_as_now(document_versions.version(session, UUID(row.id), number), row)
        for row, (_, number) in zip(rows, names, strict=True)
    )
    return relation, {
        "heading": presenting.wording_of(relation).heading,
        "explanation": presenting.explanation(relation),
        "ended": None if is_current else _ended(session, relation),
        "sides": presenting.sides(relation, a, b),
    }


def _ended(session: Session, relation: Relation) -> presenting.EndedRelation:
    names = related_documents.names_of(relation)
    ending = related_documents.first_ending(relation, related_documents.read_endings(session, names))
    return presenting.ended(ending, {names[1][0]: "the second document", names[0][0]: "the first document"})


async def story(request: web.Request) -> web.Response:
    """The documents of a story, the earliest published first, in pages."""
    query = _query(request, {"cursor"})
    story_id = _uuid(request)
    page = await _database(request).read(stories.one, story_id, limit=PAGE, cursor=query.get("cursor"))
    context = {
        "story": page,
        "entries": [presenting.ListedDocument(document) for document in page.documents],
        "next": _next(f"/stories/{story_id}", page.next),
    }
    return _page(request, "story.html", context)


async def static(request: web.Request) -> web.Response:
    """A static file under its hashed name, with headers that let browsers cache it for ever."""
    asset = request.app[ASSETS].files.get(request.match_info["name"])
    if asset is None:
        raise NotFound(f"There is no static file {request.match_info['name']!r}.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=asset.content, content_type=asset.media_type, headers=headers)


def error_page(request: web.Request, problem: contract.Problem) -> web.Response:
    """The problem as a page."""
    return _page(request, "error.html", {"problem": problem}, status=problem.status)


def _page(request: web.Request, template: str, context: Mapping[str, Any], status: int = 200) -> web.Response:
    response = aiohttp_jinja2.render_template(template, request, {"q": "", **context}, status=status)
    response.headers.update(HEADERS)
    return response


def _database(request: web.Request) -> Database:
    return request.config_dict[DATABASE]


def _next(page: str, cursor: str | None, **query: str) -> str | None:
    """The address of the next page of a list; None when there is none."""
    return f"{page}?{urlencode({**query, 'cursor': cursor})}" if cursor else None


def _query(request: web.Request, names: set[str]) -> Mapping[str, str]:
    """The query parameters of the request. Raises BadQuery for a parameter that is not in `names`."""
    if unknown := sorted(set(request.query) - names):
        errors = tuple(contract.FieldError(pointer=name, detail="unknown parameter") for name in unknown)
        raise BadQuery(f"This page has no parameter {', '.join(unknown)}.", errors=errors)
    return request.query


def _uuid(request: web.Request) -> UUID:
    text = request.match_info["id"]
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"{text[:100]!r} is not an id.") from None


def _number(text: str | None) -> int | None:
    """The number of a version; None for None. Raises NotFound for a text that is no number of a version."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(f"{text[:100]!r} is not the number of a version.")
    return int(text)
