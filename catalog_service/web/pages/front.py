"""The front page: the documents that were recorded last."""

from aiohttp import web

from catalog_service import documents
from catalog_service.web import layout, presenting

NEWEST = 20


async def newest(request: web.Request) -> web.Response:
    """The newest documents. A search at this page's address, where it was before, is redirected."""
    query = layout.parameters(request, {"q"})
    if "q" in query:
        return web.Response(status=308, headers={"Location": layout.address("/search", q=query["q"])})
    page = await layout.database(request).read(documents.find, documents.Filter(), limit=NEWEST)
    return layout.answer(
        request, "front.html", {"entries": [presenting.ListedDocument(each) for each in page.documents]}
    )
