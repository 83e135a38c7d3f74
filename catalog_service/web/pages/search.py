"""The page of a search; without words, the list of all documents, the newest first."""

from typing import Any

from aiohttp import web

from catalog_service import documents, search
from catalog_service.web import layout, presenting
from catalog_service.web.layout import PAGE


async def results(request: web.Request) -> web.Response:
    """All documents, the newest first; with `q`, the documents that match it."""
    query = layout.parameters(request, {"q", "cursor"})
    words, cursor = query.get("q", "").strip(), query.get("cursor")
    context = await (_matching(request, words, cursor) if words else _all(request, cursor))
    return layout.answer(request, "search.html", {"q": words, "warnings": (), "heading": "", **context})


async def _all(request: web.Request, cursor: str | None) -> dict[str, Any]:
    page = await layout.database(request).read(documents.find, documents.Filter(), limit=PAGE, cursor=cursor)
    entries = [presenting.ListedDocument(document) for document in page.documents]
    return {"entries": entries, "next": layout.next_page("/search", page.next)}


async def _matching(request: web.Request, words: str, cursor: str | None) -> dict[str, Any]:
    query = search.Query(q=words, limit=PAGE, cursor=cursor, total="exact")
    results = await layout.database(request).read(search.find, query)
    count = results.total.documents if results.total else len(results.hits)
    return {
        "entries": [presenting.listed_document(hit) for hit in results.hits],
        "next": layout.next_page("/search", results.next, q=words),
        "heading": f"{count:,} {'document' if count == 1 else 'documents'} for {words}",
        "warnings": results.query.warnings,
    }
