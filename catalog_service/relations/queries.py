"""Relations, the read side: pages of relations between versions, and counts of them."""

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Select, String, and_, case, cast, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from catalog_service import resources
from catalog_service.errors import NotFound
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import links, rendering
from catalog_service.relations.copies import select_copies
from catalog_service.store import moments, paging
from catalog_service.store.conditions import not_redacted
from catalog_service.store.moments import AsOf
from catalog_service.store.prepared import Prepared, Reader
from catalog_service.store.rows import PENDING
from catalog_service.store.tables import Relation

# Relations between current versions, or between any versions.
VersionScope = Literal["current", "all"]


@dataclass(frozen=True, slots=True)
class Related:
    """The relations of documents between current versions.

    `counts` has the number of relations of each type that a document has, `copies` the documents that are copies in
    their story. `partners` has the other side of a copy relation of each document that has any, `classes` the number
    of copies of a partner.
    """

    counts: dict[str, dict[str, int]]
    copies: set[str] = field(default_factory=set)
    partners: dict[str, str] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)

    def duplicates(self, document: str) -> int:
        """The number of other documents in the document's equivalence class.

        Copies have a relation to the representative only. So a document with one copy relation is in the class of the
        other side, and a document with several is the representative. Copies further away are not counted.
        """
        copies = sum(self.counts[document].get(type_, 0) for type_ in COPY_TYPES)
        return max(copies, self.classes.get(self.partners[document], 0)) if copies == 1 else copies


def related(
    reader: Reader,
    documents: Sequence[str],
    filings: Sequence[str] = (),
    at: int | None = None,
    *,
    classes: bool = True,
) -> Related:
    """The relations of each document to others, between current versions, and those of `filings` that are copies.

    The versions are current now, or as of the seq `at`. `filings` are some of the documents; none of them may be the
    head of its story. Without `classes`, no document may have copies of copies. One statement reads everything.
    """
    result = Related({document: {} for document in documents})
    one = len(documents) == 1
    statement = _select_related(now=at is None, copies=bool(filings), classes=classes, one=one)
    values = (documents[0], documents[0]) if one else (documents, filings)
    for document, type_, count, partner in statement.rows(reader, documents=values[0], filings=values[1], at=at):
        if type_ is not None:
            result.counts[document][type_] = count
            if type_ in COPY_TYPES:
                result.partners[document] = partner
        elif count:
            result.classes[document] = count
        else:
            result.copies.add(document)
    return result


@functools.cache
def _select_related(*, now: bool, copies: bool, classes: bool, one: bool) -> Prepared:
    return Prepared(lambda: _counts(now=now, copies=copies, classes=classes, one=one))


def _counts(*, now: bool, copies: bool, classes: bool, one: bool) -> Select[*tuple[Any, ...]]:
    """Columns: document, type of relation, number of relations, partner (the other side of one of them).

    Without a type, a row with a number has that of the copies of a partner, and one without is of a copy in its story.
    """
    relations = links.select_related(now=now, one=one).subquery()
    key, none = (relations.c.document, relations.c.type), cast(null(), String)
    partner = func.min(relations.c.other).label("partner")
    counts = select(*key, func.count().label("number"), partner).group_by(*key).cte("counts")
    parts: list[Select[*tuple[Any, ...]]] = [select(counts)]
    if copies:
        copied = select_copies(now=now, one=one).subquery()
        parts.append(select(copied.c.document, none, literal(0), none))
    if classes:
        has_one_copy = and_(counts.c.type.in_(COPY_TYPES), counts.c.number == 1)
        partners = select(counts.c.partner).where(has_one_copy).distinct().subquery()
        copies_of_partner = links.count_copies(partners.c.partner, links.moment(now=now))
        parts.append(select(partners.c.partner, none, copies_of_partner, none))
    rows = union_all(*parts).subquery()
    return select(rows.c.document, rows.c.type, rows.c.number, rows.c.partner)


@dataclass(frozen=True, slots=True)
class Filter:
    """Selects relations: of one type or of all, between current versions or any."""

    type_: str | None = None
    versions: VersionScope = "current"


@dataclass(frozen=True, slots=True)
class OfDocument:
    """Selects the relations of a document: between current versions, of all its versions, or of one."""

    document: str
    versions: VersionScope | int = "current"


def of_document(
    session: Session, filter_: OfDocument, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> resources.Relations:
    """One page of the relations of a document, now or as of a moment.

    The relation with the largest coverage comes first. Copies come last: there may be thousands of them. All pages show
    the same snapshot. Raises CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    document, versions = filter_.document, filter_.versions
    place = paging.begin(session, ("relations of", document, versions), cursor, as_of)
    of_a, of_b = Relation.a_document == document, Relation.b_document == document
    if isinstance(versions, int):
        of_a, of_b = and_(of_a, Relation.a_version == versions), and_(of_b, Relation.b_version == versions)
    order = (case((Relation.type.in_(COPY_TYPES), 1), else_=0), -Relation.coverage_a - Relation.coverage_b, Relation.id)
    statement = (
        _select("all" if isinstance(versions, int) else versions, place.snapshot.seq)
        .where(or_(of_a, of_b))
        .order_by(*order)
    )
    if place.after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*place.after))
    rows, more = place.page(list(session.scalars(statement.limit(limit + 1))), limit)
    last = rows[-1] if more else None
    return resources.Relations(
        relations=tuple(rendering.resources_of(session, rows)),
        next=place.cursor([int(last.type in COPY_TYPES), -last.coverage_a - last.coverage_b, last.id])
        if last
        else None,
        snapshot=place.snapshot,
    )


def find(
    session: Session, filter_: Filter, *, limit: int, cursor: str | None = None, as_of: AsOf | None = None
) -> resources.Relations:
    """One page of all relations, the newest first, now or as of a moment; all pages show the same snapshot.

    Raises CursorInvalid, CursorMismatch, CursorExpired, FutureMoment.
    """
    # The plain text of the type: its `repr` is part of the cursors that earlier releases gave.
    query = ("relations", filter_.type_ and str(filter_.type_), filter_.versions)
    place = paging.begin(session, query, cursor, as_of)
    statement = _select(filter_.versions, place.snapshot.seq)
    if filter_.type_ is not None:
        statement = statement.where(Relation.type == filter_.type_)
    if place.after is not None:
        statement = statement.where(Relation.seq < place.after)
    rows, more = place.page(list(session.scalars(statement.order_by(Relation.seq.desc()).limit(limit + 1))), limit)
    return resources.Relations(
        relations=tuple(rendering.resources_of(session, rows)),
        next=place.cursor(rows[-1].seq) if more else None,
        snapshot=place.snapshot,
    )


def one(session: Session, relation: str, as_of: AsOf | None = None) -> resources.Relation:
    """One relation, whether or not its versions are current. Raises NotFound, FutureMoment."""
    at = moments.resolve(session, as_of) if as_of else None
    row = session.scalars(_select("all", at).where(Relation.id == relation)).one_or_none()
    if row is None:
        raise NotFound(f"There is no relation {relation[:100]!r}.")
    return rendering.resources_of(session, [row])[0]


def among(session: Session, documents: Collection[str], limit: int) -> list[resources.Relation]:
    """The first `limit` relations that these documents have now, except those of copies."""
    sides = or_(Relation.a_document.in_(documents), Relation.b_document.in_(documents))
    statement = _select("current").where(sides, Relation.type.not_in(COPY_TYPES)).order_by(Relation.seq).limit(limit)
    return rendering.resources_of(session, list(session.scalars(statement))) if documents else []


def between(session: Session, documents: Collection[str]) -> list[resources.Relation]:
    """The relations of these documents to each other, between current versions."""
    statement = _select("current").where(Relation.a_document.in_(documents), Relation.b_document.in_(documents))
    return rendering.resources_of(session, session.scalars(statement).all())


def as_reported(session: Session, names: Collection[tuple[str, int]]) -> dict[tuple[str, int], resources.Relation]:
    """Relations by their id and the `seq` of an entry of the change log about them, as they were from then on."""
    statement = select(Relation).where(Relation.id.in_({id_ for id_, _ in names}), Relation.seq != PENDING)
    rows = [
        row
        for row in session.scalars(statement.where(*(not_redacted(document) for document, _ in (links.A, links.B))))
        if None not in (row.a_version, row.b_version)
    ]
    rendered = {
        (row.id, row.seq): relation for row, relation in zip(rows, rendering.resources_of(session, rows), strict=True)
    }
    found = {
        name: max((seq for id_, seq in rendered if id_ == name[0] and seq <= name[1]), default=None) for name in names
    }
    return {name: rendered[name[0], seq] for name, seq in found.items() if seq is not None}


def _select(scope: VersionScope, at: int | None = None) -> Select[Relation]:
    """The relations in this scope, now or as of the seq `at`."""
    statement = select(Relation).where(links.in_force(at=at))
    statement = statement.where(*(not_redacted(document) for document, _ in (links.A, links.B)))
    if scope == "all":
        return statement
    for version in (links.A, links.B):
        statement = links.where_current(statement, version, at)
    return statement
