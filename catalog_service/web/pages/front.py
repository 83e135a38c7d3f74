"""The front page: the newspaper of changes, the numbers of the catalog, and its first documents."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import overview
from catalog_service.keys import DIFFERENCES
from catalog_service.web import folder, layout, listing
from catalog_service.web.news import edit_words, reading
from catalog_service.web.pages.changes import NEWS

# The items and documents that the page shows, and the entries of the change log that the items are made from.
ITEMS = 12
DOCUMENTS = 12
ENTRIES = 200
# The facets that the page shows of each kind.
FACETS = 5


async def newest(request: web.Request) -> web.Response:
    """The front page. A search at this page's address, where it was before, is redirected."""
    query = layout.parameters(request, {"q", "sort"})
    if "q" in query:
        return web.Response(status=308, headers={"Location": layout.address("/search", q=query["q"])})
    order = layout.choice(query.get("sort"), overview.ORDERS)
    compare = request.app[DIFFERENCES].compare
    now = datetime.now(UTC)
    context, glance = await asyncio.gather(
        layout.database(request).read(_front, compare, order, now), folder.glance(request)
    )
    return layout.answer(request, "front.html", {**context, "folder": glance})


def _front(session: Session, compare: reading.Compare, order: overview.Order, now: datetime) -> dict[str, Any]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    page = reading.page(session, compare, NEWS, ENTRIES)
    # That documents were read again with newer rules is no news, unless there is no other.
    items = [item for item in page.items if item.kind != edit_words.READ_AGAIN] or page.items
    facets = overview.facets(session)
    return {
        "numbers": overview.numbers(session, midnight),
        "most": overview.MOST_COUNTED,
        "items": items[:ITEMS],
        "today": now.date().isoformat(),
        "documents": [listing.line(document) for document in overview.first(session, order, DOCUMENTS)],
        "order": order,
        "orders": overview.ORDERS,
        "facets": {name: list(counts.items())[:FACETS] for name, counts in facets.items()},
        "faceted": overview.FACETED,
    }
