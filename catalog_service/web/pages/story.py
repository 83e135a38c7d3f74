"""The page of a story: its documents, the earliest published first."""

from aiohttp import web

from catalog_service import stories
from catalog_service.web import layout, presenting
from catalog_service.web.layout import PAGE


async def one(request: web.Request) -> web.Response:
    """The documents of a story, the earliest published first, in pages."""
    query = layout.parameters(request, {"cursor"})
    story_id = layout.uuid(request)
    page = await layout.database(request).read(stories.one, story_id, limit=PAGE, cursor=query.get("cursor"))
    context = {
        "story": page,
        "entries": [presenting.ListedDocument(document) for document in page.documents],
        "next": layout.next_page(f"/stories/{story_id}", page.next),
    }
    return layout.answer(request, "story.html", context)
