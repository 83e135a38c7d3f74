"""The page of a comparison: what changed from one version of a document to another."""

import functools
from uuid import UUID

from aiohttp import web

from catalog_service import documents, marking
from catalog_service.keys import DIFFERENCES
from catalog_service.resources import Diff, Version
from catalog_service.web import layout


async def versions(request: web.Request) -> web.Response:
    """The word diff of two versions of a document, by default of the current one and the one before it."""
    query = layout.parameters(request, {"from", "to"})
    document_id = layout.uuid(request)
    second = layout.number(query.get("to")) or await _current(request, document_id)
    first = layout.number(query.get("from")) or max(second - 1, 1)
    render = functools.partial(_compared, request)
    return await request.config_dict[DIFFERENCES].between((document_id, first), (document_id, second), render)


async def _current(request: web.Request, document_id: UUID) -> int:
    """The number of the current version of the document. Raises NotFound, Redacted."""
    row = await layout.database(request).read(documents.readable, document_id)
    return int(row.number)


async def redirect(request: web.Request) -> web.Response:
    """The address that this page had before: /documents/{id}/changes/1..2. Raises NotFound."""
    first, second = (layout.number(request.match_info[name]) for name in ("first", "second"))
    location = layout.address(f"/documents/{layout.uuid(request)}/compare", **{"from": first, "to": second})
    return web.Response(status=308, headers={"Location": location})


def _compared(request: web.Request, before: Version, after: Version, diff: Diff) -> web.Response:
    context = {
        "document": after.id,
        "title": after.title,
        "earlier_title": before.title,
        "first": before.version,
        "second": after.version,
        "extent": marking.extent(diff.summary.words_added, diff.summary.words_removed, diff.summary.moved),
        "paragraphs": marking.compared(marking.pieces(before.text, after.text, diff.ops)),
    }
    return layout.answer(request, "compare.html", context)
