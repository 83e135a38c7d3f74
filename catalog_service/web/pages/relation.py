"""The page of a relation: what two texts share, passage by passage, and both texts beside each other."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import document_versions, documents
from catalog_service.relation_types import STORY_TYPES
from catalog_service.relations import queries, related_documents
from catalog_service.resources import Relation, Version
from catalog_service.web import layout, naming, presenting
from catalog_service.web.comparing.view import View
from catalog_service.web.overlap import sentences, view
from catalog_service.web.pages import compare


@dataclass(frozen=True, slots=True)
class Read:
    """A relation with both of its versions; `ended` says until when it was so, if it is not between current ones."""

    relation: Relation
    a: Version
    b: Version
    is_current: bool
    ended: presenting.EndedRelation | None


async def one(request: web.Request) -> web.Response:
    """The passages of a relation as pairs; of two filings of a story, their words compared unless asked for pairs."""
    query = layout.parameters(request, {"passage", "view", "part"})
    read = await layout.database(request).read(_read, request.match_info["id"])
    is_story = read.relation.type in STORY_TYPES
    if is_story and query.get("view") != "passages":
        return await _compared(request, read, *compare.shown(query.get("view"), query.get("part")))
    chosen = layout.number(query.get("passage")) or 1
    # Long passages are compared to the letter, so in a thread.
    overlap = await asyncio.to_thread(view.build, read.relation, read.a, read.b, chosen, is_current=read.is_current)
    address = str(request.url.origin() / "relations" / read.relation.id)
    return layout.answer(
        request, "relation.html", {"read": read, "overlap": overlap, "address": address, "is_story": is_story}
    )


async def _compared(request: web.Request, read: Read, shown: View, part: int) -> web.Response:
    """The words of both texts compared: of the source, if it is known, with the other one."""
    first, second = (read.a, read.b) if read.relation.source == "a" else (read.b, read.a)
    heading = sentences.story_heading(read.relation)
    asked = compare.Asked(heading, (), shown, part, f"/relations/{read.relation.id}", {}, read.relation, read.ended)
    return await compare.respond(request, asked, (first.id, first.version), (second.id, second.version))


def _read(session: Session, relation_id: str) -> Read:
    relation = queries.one(session, relation_id)
    rows = [documents.readable(session, end.document) for end in (relation.a, relation.b)]
    names = related_documents.names_of(relation)
    is_current = all(
        (row.id, row.number, row.status) == (*name, "current") for row, name in zip(rows, names, strict=True)
    )
    a, b = (
        presenting.named_as_now(document_versions.version(session, UUID(row.id), number), row)
        for row, (_, number) in zip(rows, names, strict=True)
    )
    return Read(relation, a, b, is_current, None if is_current else _ended(session, relation, a, b))


def _ended(session: Session, relation: Relation, a: Version, b: Version) -> presenting.EndedRelation:
    endings = related_documents.read_endings(session, related_documents.names_of(relation))
    ending = related_documents.first_ending(relation, endings)
    return presenting.ended(ending, dict(zip((str(a.id), str(b.id)), naming.both(a, b), strict=True)))
