"""The page of a relation: its two texts, with the passages they share."""

from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy.orm import Session

from catalog_service import document_versions, documents
from catalog_service.keys import DIFFERENCES
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import queries, related_documents
from catalog_service.resources import Relation
from catalog_service.web import layout, presenting


async def one(request: web.Request) -> web.Response:
    """The two texts of a relation side by side, with the shared passages marked."""
    layout.parameters(request, set())
    relation, context = await layout.database(request).read(_one, request.match_info["id"])
    if relation.type in COPY_TYPES:
        a, b = ((end.document, end.version) for end in (relation.a, relation.b))
        differences = await request.config_dict[DIFFERENCES].between(a, b, presenting.differences_of_copies)
    else:
        differences = presenting.differences(relation.differs)
    return layout.answer(request, "relation.html", {**context, "differences": differences})


def _one(session: Session, relation_id: str) -> tuple[Relation, dict[str, Any]]:
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
    return relation, {
        "heading": presenting.wording_of(relation).heading,
        "explanation": presenting.explanation(relation),
        "ended": None if is_current else _ended(session, relation),
        "sides": presenting.sides(relation, a, b),
    }


def _ended(session: Session, relation: Relation) -> presenting.EndedRelation:
    names = related_documents.names_of(relation)
    ending = related_documents.first_ending(relation, related_documents.read_endings(session, names))
    return presenting.ended(ending, {names[1][0]: "the second document", names[0][0]: "the first document"})
