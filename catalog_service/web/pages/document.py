"""The page of a document: the text of one of its versions, with its timeline, margin and relations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import changes as change_log
from catalog_service import document_versions, documents, marking, resources
from catalog_service.errors import NotFound
from catalog_service.keys import DIFFERENCES
from catalog_service.relations import related_documents
from catalog_service.relations.related_documents import OfDocument
from catalog_service.store import moments
from catalog_service.store.moments import AsOf
from catalog_service.web import change_words, layout, log, margin, naming, presenting, removals, text_parts, timeline
from catalog_service.web.layout import PAGE

# The number of relations shown with a text; a separate page lists all of them.
MAX_RELATIONS_BESIDE = 20
# The numbers of versions and of entries of the change log in the timeline.
MAX_VERSIONS = 200
MAX_LOG = 50
# Of versions whose change is a few words, so many are compared with the one before, if their texts are not longer than
# these characters.
MAX_COMPARED = 8
LONGEST_COMPARED = 100_000


@dataclass(frozen=True, slots=True)
class View:
    """What a request asks to see of a document: a version or a moment, a part of its text, a span of it.

    `part` counts from 1; the part with the span `found` is shown if there is no `part`.
    """

    version: int | None = None
    as_of: AsOf | None = None
    part: int | None = None
    found: marking.Span | None = None
    is_substantial: bool = False


async def one(request: web.Request) -> web.Response:
    """The text of one version of a document, by default the current one, with all that is known about it."""
    view = _view(layout.parameters(request, {"version", "as_of", "part", "at", "changes"}))
    compare = request.app[DIFFERENCES].compare
    context = await layout.database(request).read(_one, layout.uuid(request), view, compare)
    context["origin"] = str(request.url.origin())
    return layout.answer(request, "document.html", context, status=410 if context["status"] == "withdrawn" else 200)


def _view(query: Mapping[str, str]) -> View:
    """Raises NotFound, BadQuery."""
    return View(
        layout.number(query.get("version")),
        layout.moment(query.get("as_of")),
        layout.number(query.get("part")),
        layout.span(query["at"]) if "at" in query else None,
        query.get("changes") == "substantial",
    )


def _one(session: Session, document_id: UUID, view: View, compare: change_words.Compare) -> dict[str, Any]:
    """Raises NotFound, Redacted, FutureMoment."""
    row = documents.readable(session, document_id)
    at = moments.resolve(session, view.as_of) if view.as_of else None
    then = row if at is None else documents.readable(session, document_id, at)
    number = view.version or then.number
    version = presenting.named_as_now(document_versions.version(session, document_id, number), row)
    entries = change_log.places(session, str(document_id), MAX_LOG)
    of_document = OfDocument(str(document_id), view.version)
    related = related_documents.find(session, of_document, limit=MAX_RELATIONS_BESIDE, as_of=view.as_of)
    was_current = then.status == "current" and version.version == then.number
    return {
        "document": str(document_id),
        "version": version,
        "status": then.status,
        "latest": row,
        "as_of": view.as_of.written if view.as_of else None,
        "withdrawal": log.withdrawal(entries) if then.status == "withdrawn" and not view.as_of else None,
        "story": documents.one(session, document_id, at).story if was_current else None,
        "relations": [presenting.relation_line(document) for document in related.documents],
        "takers": [
            presenting.relation_line(document) for document in presenting.takers(str(document_id), related.documents)
        ],
        "all_relations": layout.address(f"/documents/{document_id}/relations", **_asked(view))
        if related.next
        else None,
        **_text(version, places_of(session, version, related.documents), view),
        **_timeline(session, version, entries, view, compare),
    }


def _asked(view: View) -> dict[str, str | int]:
    """The version and the moment that a request named, as parameters of other addresses."""
    version: dict[str, str | int] = {} if view.version is None else {"version": view.version}
    return version | ({} if view.as_of is None else {"as_of": view.as_of.written})


def places_of(
    session: Session, version: resources.Version, related: Sequence[related_documents.RelatedDocument]
) -> list[margin.Place]:
    """The places of the text that related documents have, with the names of these."""
    document = str(version.id)
    wanted = margin.other_versions(document, related)
    others = document_versions.by_names(session, wanted) if wanted else []
    names = {(str(other.id), other.version): naming.text(other) for other in others}
    return margin.places(document, version.version, related, names)


def _text(version: resources.Version, places: Sequence[margin.Place], view: View) -> dict[str, Any]:
    """One part of the text, with its margin. Raises NotFound for a part that does not exist."""
    parts = text_parts.parts(version.paragraphs)
    part = view.part - 1 if view.part else text_parts.containing(parts, view.found[0] if view.found else 0)
    if not 0 <= part < len(parts):
        raise NotFound(f"The text has no part {part + 1:,}; it has {len(parts):,}.")
    removed = removals.of_version(version)
    marks = text_parts.Marks(places, removed.placed, view.found)
    return {
        "paragraphs": text_parts.paragraphs(version.text, parts[part], marks),
        "part": part + 1,
        "parts": len(parts),
        "removed": removed,
    }


def _timeline(
    session: Session,
    version: resources.Version,
    log_entries: Sequence[resources.LogEntry],
    view: View,
    compare: change_words.Compare,
) -> dict[str, Any]:
    """The entries of the timeline; the changes of a few of them are read from the texts."""
    summaries = document_versions.summaries(session, version.id, MAX_VERSIONS)
    wanted = timeline.to_be_compared(summaries, MAX_COMPARED)
    names = {(str(version.id), number - before) for number in wanted for before in (0, 1)}
    texts = document_versions.texts(session, names, LONGEST_COMPARED) if names else []
    changes = timeline.changes_of_texts(texts, wanted, compare)
    entries = timeline.entries(summaries, log_entries, changes, version.version)
    substantial = [entry for entry in entries if entry.is_substantial]
    return {
        "entries": substantial if view.is_substantial else entries,
        "is_substantial": view.is_substantial,
        "count_of_entries": len(entries),
        "substantial": len(substantial),
        "earlier": summaries[-1].version - 1,
    }


async def related(request: web.Request) -> web.Response:
    """All relations of a version of a document, in pages."""
    query = layout.parameters(request, {"version", "as_of", "cursor"})
    view = View(layout.number(query.get("version")), layout.moment(query.get("as_of")))
    context = await layout.database(request).read(_related, layout.uuid(request), view, query.get("cursor"))
    return layout.answer(request, "relations.html", context)


def _related(session: Session, document_id: UUID, view: View, cursor: str | None) -> dict[str, Any]:
    """Raises NotFound, Redacted, FutureMoment, CursorInvalid, CursorMismatch, CursorExpired."""
    row = documents.readable(session, document_id)
    then = documents.readable(session, document_id, moments.resolve(session, view.as_of)) if view.as_of else row
    version = presenting.named_as_now(document_versions.version(session, document_id, view.version or then.number), row)
    of_document = OfDocument(str(document_id), view.version)
    related = related_documents.find(session, of_document, limit=PAGE, cursor=cursor, as_of=view.as_of)
    return {
        "version": version,
        "as_of": view.as_of.written if view.as_of else None,
        "relations": [presenting.relation_line(document) for document in related.documents],
        "next": layout.next_page(f"/documents/{document_id}/relations", related.next, **_asked(view)),
    }
