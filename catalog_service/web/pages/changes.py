"""The page of changes: all items of the newspaper, in pages, by what happened."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from catalog_service import changes
from catalog_service.errors import CursorExpired
from catalog_service.keys import DIFFERENCES
from catalog_service.web import layout
from catalog_service.web.news import reading

# Entries of the change log on one page.
ENTRIES = 100
# What happened, by the name of the filter: the name of its link, and its types in the change log.
DOCUMENT_TYPES = tuple(type_ for type_ in changes.TYPES if type_.startswith("document."))
RELATION_TYPES = tuple(type_ for type_ in changes.TYPES if type_.startswith("relation."))
NEWS = DOCUMENT_TYPES + RELATION_TYPES
FILTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": ("everything", NEWS),
    "new": ("new documents", ("document.created.v1",)),
    "edited": ("edits", ("document.changed.v1",)),
    "shared": ("shared text", RELATION_TYPES),
    "renamed": ("renamed files", ("document.moved.v1",)),
    "withdrawn": (
        "withdrawn and restored",
        ("document.withdrawn.v1", "document.restored.v1", "document.redacted.v1"),
    ),
    "stories": ("stories", ("story.changed.v1",)),
}


async def listed(request: web.Request) -> web.Response:
    """One page of items, the newest first. A cursor of a catalog that was restored since offers to begin again."""
    query = layout.parameters(request, {"show", "cursor"})
    show = layout.choice(query.get("show"), tuple(FILTERS))
    shared = {"show": show, "filters": FILTERS, "today": datetime.now(UTC).date().isoformat()}
    compare = request.app[DIFFERENCES].compare
    try:
        page = await layout.database(request).read(
            reading.page, compare, FILTERS[show][1], ENTRIES, query.get("cursor")
        )
    except CursorExpired:
        return layout.answer(
            request, "changes.html", {**shared, "items": (), "next": None, "expired": True}, status=410
        )
    context: dict[str, Any] = {"items": page.items, "next": layout.next_page("/changes", page.next, show=show)}
    return layout.answer(request, "changes.html", {**shared, **context, "expired": False})
