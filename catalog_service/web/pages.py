"""The pages for people: one function a page, over the same read functions as the API.

Pages are for whoever may read: `access` decides before they are reached.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import aiohttp_jinja2
import jinja2
from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import contract, documents, relations, resources, search, storylines
from catalog_service.db import Database
from catalog_service.errors import BadQuery, NotFound
from catalog_service.keys import DATABASE, ERROR_PAGE
from catalog_service.web import assets, marking, presenting

PAGE = 50
# So many relations stand beside a text; a page of their own has all.
BESIDE = 20
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
    """All documents, newest first, or those that match `q`."""
    asked = _asked(request, {"q", "cursor"})
    words = asked.get("q", "").strip()
    context = await (_found(request, words, asked.get("cursor")) if words else _listed(request, asked.get("cursor")))
    return _page(request, "documents.html", {"q": words, "warnings": (), "heading": "", **context})


async def _listed(request: web.Request, cursor: str | None) -> dict[str, Any]:
    page = await _database(request).read(documents.find, documents.Filter(), limit=PAGE, cursor=cursor)
    entries = [presenting.Entry(each) for each in page.documents]
    return {"entries": entries, "next": _next("/", page.next)}


async def _found(request: web.Request, words: str, cursor: str | None) -> dict[str, Any]:
    results = await _database(request).read(
        search.find, search.Query(q=words, limit=PAGE, cursor=cursor, total="exact")
    )
    count = results.total.documents if results.total else len(results.hits)
    return {
        "entries": [presenting.entry(hit) for hit in results.hits],
        "next": _next("/", results.next, q=words),
        "heading": f"{count:,} {'document' if count == 1 else 'documents'} for {words}",
        "warnings": results.query.warnings,
    }


async def document(request: web.Request) -> web.Response:
    """One version of a document to read, the current one unless `version` says otherwise, with all its versions."""
    asked = _asked(request, {"version"})
    context = await _database(request).read(_document, _uuid(request), _number(asked.get("version")))
    return _page(request, "document.html", context, status=410 if context["status"] == "withdrawn" else 200)


def _document(session: Session, name: UUID, number: int | None) -> dict[str, Any]:
    status = documents.status(session, name)
    numbers = documents.numbers(session, name)
    shown = documents.version(session, name, number or numbers.current)
    page = relations.of_document(session, str(name), versions=shown.version, limit=BESIDE)
    return {
        "status": status,
        "story": _story_of(session, name) if status == "current" and shown.version == numbers.current else None,
        "version": shown,
        "latest": numbers.current,
        "versions": [presenting.version_line(each) for each in documents.versions(session, name)],
        "relations": [presenting.relation_line(each, str(name)) for each in page.relations],
        "more": page.next is not None,
    }


async def document_relations(request: web.Request) -> web.Response:
    """All that a version of a document shares with others, in pages."""
    asked = _asked(request, {"version", "cursor"})
    number = _number(asked.get("version"))
    context = await _database(request).read(_relations, _uuid(request), number, asked.get("cursor"))
    return _page(request, "relations.html", context)


def _relations(session: Session, name: UUID, number: int | None, cursor: str | None) -> dict[str, Any]:
    shown = documents.version(session, name, number or documents.numbers(session, name).current)
    page = relations.of_document(session, str(name), versions=shown.version, limit=PAGE, cursor=cursor)
    here = f"/documents/{name}/relations"
    return {
        "version": shown,
        "relations": [presenting.relation_line(each, str(name)) for each in page.relations],
        "next": _next(here, page.next, version=str(shown.version)),
    }


async def changes(request: web.Request) -> web.Response:
    """What changed from one version of a document to another, word by word."""
    _asked(request, set())
    first, second = _number(request.match_info["first"]), _number(request.match_info["second"])
    context = await _database(request).read(_changes, _uuid(request), first, second)
    return _page(request, "changes.html", context)


def _changes(session: Session, name: UUID, first: int | None, second: int | None) -> dict[str, Any]:
    before, after = documents.version(session, name, first or 0), documents.version(session, name, second or 0)
    diff = documents.changes(session, name, before.version, after.version)
    return {
        "document": name,
        "title": after.title,
        "earlier_title": before.title,
        "first": before.version,
        "second": after.version,
        "added": diff.summary.words_added,
        "removed": diff.summary.words_removed,
        "paragraphs": marking.compared(marking.pieces(before.text, after.text, diff.ops)),
    }


async def relation(request: web.Request) -> web.Response:
    """The two texts of a relation side by side, the shared passages marked."""
    _asked(request, set())
    return _page(request, "relation.html", await _database(request).read(_relation, request.match_info["id"]))


def _relation(session: Session, name: str) -> dict[str, Any]:
    found = relations.one(session, name)
    a, b = (documents.version(session, end.document, end.version) for end in (found.a, found.b))
    return {
        "heading": presenting.HEADINGS[found.type],
        "explanation": presenting.explanation(found),
        "sides": presenting.sides(found, a, b),
    }


async def story(request: web.Request) -> web.Response:
    """The documents of a story, the earliest published first, in pages."""
    asked = _asked(request, {"cursor"})
    name = _uuid(request)
    told = await _database(request).read(storylines.one, name, limit=PAGE, cursor=asked.get("cursor"))
    context = {
        "story": told,
        "entries": [presenting.Entry(each) for each in told.documents],
        "next": _next(f"/stories/{name}", told.next),
    }
    return _page(request, "story.html", context)


def _story_of(session: Session, document: UUID) -> resources.StoryMembership | None:
    return documents.by_ids(session, [str(document)])[str(document)].story


async def static(request: web.Request) -> web.Response:
    """A static file under its hashed name, to be kept for ever."""
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
    return f"{page}?{urlencode({**query, 'cursor': cursor})}" if cursor else None


def _asked(request: web.Request, known: set[str]) -> Mapping[str, str]:
    """The query of the page. Raises BadQuery for a parameter it does not have."""
    if unknown := sorted(set(request.query) - known):
        errors = tuple(contract.FieldError(pointer=name, detail="unknown parameter") for name in unknown)
        raise BadQuery("This page does not know what was asked of it.", errors=errors)
    return request.query


def _uuid(request: web.Request) -> UUID:
    text = request.match_info["id"]
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"{text[:100]!r} is no id.") from None


def _number(text: str | None) -> int | None:
    """A version's number. Raises NotFound for what cannot be one."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(f"{text[:100]!r} is no version's number.")
    return int(text)
