"""The page that checks a quotation: the document with these words first, and the altered words. Nothing is stored."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import contract, document_versions, overview
from catalog_service.errors import IngestAway, TooLarge
from catalog_service.keys import INGEST
from catalog_service.relations import queries
from catalog_service.resources import Relation, Version
from catalog_service.web import layout, quotation
from catalog_service.web.quotation import Reference

# Code points of a text that can be checked.
LONGEST = 100_000
# Fewer words are not compared by the ingest service.
FEWEST_WORDS = 8
# Versions with longer texts (as JSON) are named without their passages.
LONGEST_VERSION = 2_000_000


async def ask(request: web.Request) -> web.Response:
    """The form for a quotation."""
    layout.parameters(request, set())
    return layout.answer(request, "match.html", {"text": "", "state": "asked"})


async def check(request: web.Request) -> web.Response:
    """Where the text of the form comes from. Raises BadBody, TooLarge."""
    text = await _text(request)
    if not text.strip():
        return layout.answer(request, "match.html", {"text": "", "state": "asked"})
    try:
        matches = (await request.app[INGEST].match(text)).matches[: quotation.MOST_DOCUMENTS]
    except IngestAway as away:
        context = {"text": text, "state": "away", "since": contract.format_time(away.since)}
        return layout.answer(request, "match.html", context, status=away.status)
    return layout.answer(request, "match.html", await _checked(request, text, matches))


async def _checked(request: web.Request, text: str, matches: tuple[contract.Match, ...]) -> dict[str, Any]:
    versions, relations, looked_in = await layout.database(request).read(_read, matches)
    return {
        "text": text,
        "state": "checked",
        "is_short": len(text.split()) < FEWEST_WORDS,
        "found": await asyncio.to_thread(quotation.found, text, matches, versions, relations),
        "missing": [match for match in matches if quotation.reference(match) not in versions],
        "looked_in": looked_in,
        "most": overview.MOST_COUNTED,
    }


async def _text(request: web.Request) -> str:
    """The field `text` of the form. Raises BadBody, TooLarge."""
    text = (await layout.form(request)).get("text", "")
    if len(text) > LONGEST:
        raise TooLarge(f"The text may have {LONGEST:,} characters.")
    return text


def _read(
    session: Session, matches: tuple[contract.Match, ...]
) -> tuple[dict[Reference, Version], list[Relation], int]:
    """The versions of the matches, the relations between their documents, and the number of all documents."""
    references = [quotation.reference(match) for match in matches]
    versions = document_versions.of_observations(session, references, LONGEST_VERSION)
    relations = queries.between(session, {document for document, _ in references})
    return versions, relations, overview.numbers(session, datetime.now(UTC)).documents
