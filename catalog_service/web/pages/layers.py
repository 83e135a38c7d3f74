"""The palimpsest view of a document: under each sentence its earlier wordings, and the documents that share it."""

from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import document_versions, documents
from catalog_service.errors import NotFound
from catalog_service.keys import DIFFERENCES
from catalog_service.relations import related_documents
from catalog_service.relations.related_documents import OfDocument
from catalog_service.resources import Version
from catalog_service.web import change_words, layers, layout, text_parts
from catalog_service.web.pages.document import MAX_RELATIONS_BESIDE, places_of

# The number of earlier versions that a text is compared with, if they are not longer than these characters.
MAX_LAYERS = 10
LONGEST = 100_000


async def one(request: web.Request) -> web.Response:
    """The text of a version, by default the current one, with the layers of each sentence."""
    query = layout.parameters(request, {"version", "part"})
    number, part = layout.number(query.get("version")), layout.number(query.get("part")) or 1
    compare = request.app[DIFFERENCES].compare
    context = await layout.database(request).read(_one, layout.uuid(request), number, part, compare)
    return layout.answer(request, "layers.html", context)


def _one(
    session: Session, document_id: UUID, number: int | None, part: int, compare: change_words.Compare
) -> dict[str, Any]:
    """Raises NotFound, Redacted."""
    row = documents.readable(session, document_id)
    version = document_versions.version(session, document_id, number or row.number)
    asked = None if version.version == row.number else version.version
    related = related_documents.find(session, OfDocument(str(document_id), asked), limit=MAX_RELATIONS_BESIDE)
    places = places_of(session, version, related.documents)
    steps = _steps(session, version, compare)
    parts = text_parts.parts(version.paragraphs)
    if part > len(parts):
        raise NotFound(f"The text has no part {part:,}; it has {len(parts):,}.")
    return {
        "version": version,
        "paragraphs": [
            (slice_.anchor, layers.sentences(version.text, slice_.span, steps, places)) for slice_ in parts[part - 1]
        ],
        "taken_out": [(each, layers.phrase(each.text)) for each in layers.taken_out(steps, version.text)],
        "oldest": steps[-1].before.version if steps else version.version,
        "part": part,
        "parts": len(parts),
    }


def _steps(session: Session, version: Version, compare: change_words.Compare) -> list[layers.Step]:
    """The steps from a version back to earlier ones; they end before a text that is too long to be compared."""
    numbers = range(max(1, version.version - MAX_LAYERS), version.version + 1)
    names = {(str(version.id), number) for number in numbers}
    by_number = {each.version: each for each in document_versions.texts(session, names, LONGEST)}
    steps: list[layers.Step] = []
    for number in reversed(numbers):
        before, after = by_number.get(number - 1), by_number.get(number)
        if before is None or after is None:
            break
        steps.append(layers.Step(before, after, compare(before, after)))
    return steps
