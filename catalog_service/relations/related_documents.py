"""The documents that a document is or was related to: each of them once, with one relation.

The relation is the one between current versions if there is one, else that of the newest versions. A relation between
versions that are not current has ended: its documents were changed or withdrawn since.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy import Select, and_, case, func, literal, select, true, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from catalog_service import resources
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import links, rendering
from catalog_service.store import paging
from catalog_service.store.conditions import not_redacted
from catalog_service.store.moments import AsOf
from catalog_service.store.tables import Document, DocumentState, Relation, valid_at

# A document's id and the number of one of its versions.
VersionName: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Ending:
    """When a relation ended, as a time and a `seq`, and what happened then to which of its documents."""

    seq: int
    time: datetime
    document: str
    reason: Literal["changed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """A related document with its present path; `ending` is None if the relation holds, or was never current."""

    id: str
    path: str
    relation: resources.Relation
    is_current: bool
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class RelatedDocuments:
    """One page of related documents."""

    documents: Sequence[RelatedDocument]
    next: str | None


@dataclass(frozen=True, slots=True)
class OfDocument:
    """Selects what is related to a document: to any of its versions, or to the version `number`."""

    document: str
    number: int | None = None


def find(
    session: Session, filter_: OfDocument, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> RelatedDocuments:
    """One page of the related documents, now or as of a moment.

    Relations between versions that are current then come first. Of these, and of the others, copies come last, because
    there may be thousands of them, and the largest coverage comes first. All pages show the same snapshot. Raises
    CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    document, number = filter_.document, filter_.number
    position = paging.begin(session, ("related documents", document, number), cursor, as_of)
    at = position.snapshot.seq
    best = _select_ranked(document, number, _current_number(session, document, at), at).subquery()
    order = (best.c.ended, best.c.copy, best.c.coverage, best.c.id)
    page = select(best).where(best.c.rank == 1).order_by(*order).limit(limit + 1)
    if position.after is not None:
        page = page.where(tuple_(*order) > tuple_(*position.after))
    rows, more = position.page(session.execute(page).all(), limit)
    last = rows[-1] if more else None
    after = position.cursor([last.ended, last.copy, last.coverage, last.id]) if last else None
    return RelatedDocuments(_related(session, rows, at), after)


def _current_number(session: Session, document: str, at: int) -> int | None:
    """The number of a document's current version as of the seq `at`; None while it is withdrawn."""
    statement = select(DocumentState.number).where(DocumentState.document == document, valid_at(DocumentState, at))
    return session.scalars(statement.where(DocumentState.status == "current")).one_or_none()


def _select_ranked(document: str, number: int | None, current: int | None, at: int) -> Select[*tuple[Any, ...]]:
    """The relations of a document; the one of each other document that is to be shown has `rank` 1.

    `current` is the number of the document's current version. Columns: id, seq, other, ended, copy, coverage, rank.
    """
    sides = []
    for own, other in links.DIRECTIONS:
        state = aliased(DocumentState)
        is_current = and_(literal(current) == own[1], state.document.is_not(None))
        columns = (
            Relation.id, Relation.seq, other[0].label("other"), own[1].label("own_number"), other[1].label("number"),
            case((is_current, 0), else_=1).label("ended"),
            case((Relation.type.in_(COPY_TYPES), 1), else_=0).label("copy"),
            (-Relation.coverage_a - Relation.coverage_b).label("coverage"),
        )  # fmt: skip
        statement = (
            select(*columns)
            .outerjoin(state, links.is_current_state(state, other, at))
            .where(own[0] == document, other[0] != document, links.in_force(at=at), not_redacted(other[0]))
        )
        sides.append(statement if number is None else statement.where(own[1] == number))
    rows = union_all(*sides).subquery()
    newest = (rows.c.ended, rows.c.own_number.desc(), rows.c.number.desc(), rows.c.id)
    return select(rows, func.row_number().over(partition_by=rows.c.other, order_by=newest).label("rank"))


def _related(session: Session, rows: Sequence[Any], at: int) -> list[RelatedDocument]:
    if not rows:
        return []
    keys = [(row.id, row.seq) for row in rows]
    stored = session.scalars(select(Relation).where(tuple_(Relation.id, Relation.seq).in_(keys)))
    relations = {relation.id: relation for relation in rendering.resources_of(session, stored.all())}
    names = {name for row in rows if row.ended for name in names_of(relations[row.id])}
    endings = read_endings(session, names, at)
    paths = _paths(session, [row.other for row in rows])
    return [
        RelatedDocument(
            row.other, paths[row.other], relations[row.id], not row.ended, first_ending(relations[row.id], endings)
        )
        for row in rows
    ]


def _paths(session: Session, documents: Collection[str]) -> dict[str, str]:
    statement = select(Document.id, Document.path).where(Document.id.in_(documents))
    return {row.id: row.path for row in session.execute(statement)}


def names_of(relation: resources.Relation) -> tuple[VersionName, VersionName]:
    """The versions of both sides."""
    return (str(relation.a.document), relation.a.version), (str(relation.b.document), relation.b.version)


def first_ending(relation: resources.Relation, endings: Mapping[VersionName, Ending]) -> Ending | None:
    """The ending of the side that ceased to be current first; None if both are current, or were never so."""
    ended = [endings[name] for name in names_of(relation) if name in endings]
    return min(ended, key=lambda ending: ending.seq, default=None)


def read_endings(session: Session, names: Collection[VersionName], at: int | None = None) -> dict[VersionName, Ending]:
    """How these versions ceased to be current, now or as of the seq `at`.

    Versions that are current, or never were, are left out.
    """
    if not names:
        return {}
    begun = true() if at is None else DocumentState.seq <= at
    until = DocumentState.until_seq if at is None else case((DocumentState.until_seq <= at, DocumentState.until_seq))
    ended = (
        select(DocumentState.document, DocumentState.number, func.max(until).label("seq"))
        .where(tuple_(DocumentState.document, DocumentState.number).in_(sorted(names)))
        .where(DocumentState.status == "current", begun)
        .group_by(DocumentState.document, DocumentState.number)
        .having(func.count() == func.count(until))
    ).subquery()
    following = aliased(DocumentState)
    statement = select(ended, following.recorded_at, following.status).join(
        following, and_(following.document == ended.c.document, following.seq == ended.c.seq)
    )
    return {
        (row.document, row.number): Ending(
            row.seq, row.recorded_at, row.document, "changed" if row.status == "current" else "withdrawn"
        )
        for row in session.execute(statement)
    }
