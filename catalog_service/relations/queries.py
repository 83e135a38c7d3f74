"""Relations, the read side: pages of relations between versions, and counts of them.

A relation is shown with the side that quotes the other as `a`. If neither side quotes more than the other, `a` is the
side that was published later.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import Select, String, and_, case, cast, func, literal, null, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from catalog_service import resources
from catalog_service.errors import NotFound
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import links
from catalog_service.relations.copies import select_copies
from catalog_service.store import paging
from catalog_service.store.prepared import Prepared, Reader
from catalog_service.store.tables import Relation, Version

# Relations between current versions, or between any versions.
VersionScope = Literal["current", "all"]
# A document's id and the number of one of its versions.
_VersionName: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Related:
    """The number of relations of each type that each document has, and the documents that are copies in their story."""

    counts: dict[str, dict[str, int]]
    copies: set[str]


def related(reader: Reader, documents: Sequence[str], filings: Sequence[str] = (), at: int | None = None) -> Related:
    """The relations of each document to others, between current versions, and those of `filings` that are copies.

    The versions are current now, or as of the seq `at`. `filings` are some of the documents; none of them may be the
    head of its story. One statement reads everything.
    """
    result = Related({document: {} for document in documents}, set())
    one = len(documents) == 1
    statement = _select_related(now=at is None, copies=bool(filings), one=one)
    values = (documents[0], documents[0]) if one else (documents, filings)
    for document, type_, count in statement.rows(reader, documents=values[0], filings=values[1], at=at):
        if type_ is None:
            result.copies.add(document)
        else:
            result.counts[document][type_] = count
    return result


@functools.cache
def _select_related(*, now: bool, copies: bool, one: bool) -> Prepared:
    return Prepared(lambda: _counts(now=now, copies=copies, one=one))


def _counts(*, now: bool, copies: bool, one: bool) -> Select[*tuple[Any, ...]]:
    """Columns: document, type of relation (None for a copy), number of relations."""
    relations = links.select_related(now=now, one=one).subquery()
    columns = (relations.c.document, relations.c.type, func.count().label("count"))
    counts = select(*columns).group_by(relations.c.document, relations.c.type)
    if not copies:
        return counts
    copied = select_copies(one=one).subquery()
    rows = union_all(counts, select(copied.c.id, cast(null(), String), literal(0))).subquery()
    return select(rows.c.document, rows.c.type, rows.c.count)


def of_document(
    session: Session,
    document: str,
    *,
    versions: VersionScope | int = "current",
    limit: int,
    cursor: str | None = None,
) -> resources.Relations:
    """One page of the relations of a document: between current versions, of one of its versions, or of all versions.

    The relation with the largest coverage comes first. Copies come last: there may be thousands of them. All pages show
    the same snapshot. Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    place = paging.begin(session, ("relations of", document, versions), cursor)
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
        relations=tuple(_resources(session, rows)),
        next=place.cursor([int(last.type in COPY_TYPES), -last.coverage_a - last.coverage_b, last.id])
        if last
        else None,
        snapshot=place.snapshot,
    )


def find(
    session: Session, *, type_: str | None = None, scope: VersionScope = "current", limit: int, cursor: str | None
) -> resources.Relations:
    """One page of all relations, the newest first; all pages show the same snapshot.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    # The plain text of the type: its `repr` is part of the cursors that earlier releases gave.
    place = paging.begin(session, ("relations", type_ and str(type_), scope), cursor)
    statement = _select(scope, place.snapshot.seq)
    if type_ is not None:
        statement = statement.where(Relation.type == type_)
    if place.after is not None:
        statement = statement.where(Relation.seq < place.after)
    rows, more = place.page(list(session.scalars(statement.order_by(Relation.seq.desc()).limit(limit + 1))), limit)
    return resources.Relations(
        relations=tuple(_resources(session, rows)),
        next=place.cursor(rows[-1].seq) if more else None,
        snapshot=place.snapshot,
    )


def one(session: Session, relation: str) -> resources.Relation:
    """One relation, whether or not its versions are current. Raises NotFound."""
    row = session.scalars(_select("all").where(Relation.id == relation)).one_or_none()
    if row is None:
        raise NotFound(f"There is no relation {relation[:100]!r}.")
    return _resources(session, [row])[0]


def _select(scope: VersionScope, at: int | None = None) -> Select[Relation]:
    """The relations in this scope, now or as of the seq `at`."""
    statement = select(Relation).where(links.in_force(at=at))
    if scope == "all":
        return statement
    for version in (links.A, links.B):
        statement = links.where_current(statement, version, at)
    return statement


def _resources(session: Session, rows: Sequence[Relation]) -> list[resources.Relation]:
    ends = _ends(session, {end for row in rows for end in _names(row)})
    return [_resource(row, ends) for row in rows]


def _names(row: Relation) -> tuple[_VersionName, _VersionName]:
    """The versions of both sides. Both are known, because only relations in force are read."""
    assert row.a_version is not None
    assert row.b_version is not None
    return (row.a_document, row.a_version), (row.b_document, row.b_version)


@dataclass(frozen=True, slots=True)
class _End:
    """One side of a relation as it is shown, with its publication date and its sequence number."""

    shown: resources.RelationEnd
    published: str | None
    sequence: int | None


def _ends(session: Session, names: Collection[_VersionName]) -> dict[_VersionName, _End]:
    """The versions of these names, and no other versions of their documents."""
    columns = (Version.document, Version.number, Version.digest, Version.title, Version.path)
    statement = select(*columns, Version.published, Version.details).where(
        tuple_(Version.document, Version.number).in_(sorted(names))
    )
    return {
        (row.document, row.number): _End(
            resources.RelationEnd(
                document=row.document, version=row.number, digest=row.digest, title=row.title, path=row.path
            ),
            row.published,
            (row.details.get("wire") or {}).get("sequence"),
        )
        for row in session.execute(statement)
    }


def _resource(row: Relation, ends: Mapping[_VersionName, _End]) -> resources.Relation:
    sides = tuple(ends[name] for name in _names(row))
    swapped = _quoted(row, "quoted_b") > _quoted(row, "quoted_a") or (
        _quoted(row, "quoted_b") == _quoted(row, "quoted_a") and (sides[1].published or "") > (sides[0].published or "")
    )
    names = ("b", "a") if swapped else ("a", "b")
    first, second = reversed(sides) if swapped else sides
    earlier, basis = _earlier(first, second)
    return resources.Relation.model_validate(
        {
            "id": row.id,
            "type": row.type,
            "a": first.shown,
            "b": second.shown,
            "jaccard": row.jaccard,
            "coverage": {"a": getattr(row, f"coverage_{names[0]}"), "b": getattr(row, f"coverage_{names[1]}")},
            "earlier": earlier,
            "earlier_basis": basis,
            "passages": sorted(
                (_passage(passage, names) for passage in row.passages), key=lambda passage: passage["a"]
            ),
            "recorded_at": row.recorded_at,
        }
    )


def _quoted(row: Relation, side: str) -> int:
    """The number of characters of one side that are in quotation marks."""
    return sum(end - start for passage in row.passages for start, end in passage[side])


def _passage(stored: Mapping[str, Any], names: tuple[str, str]) -> dict[str, Any]:
    reversed_op = {"insert": "delete", "delete": "insert", "replace": "replace"} if names[0] == "b" else {}
    edits = [
        {"op": reversed_op.get(edit["op"], edit["op"]), "a": edit[names[0]], "b": edit[names[1]]}
        for edit in stored["edits"]
    ]
    return {
        "a": stored[names[0]],
        "b": stored[names[1]],
        "words": stored["words"],
        "quoted": stored[f"quoted_{names[0]}"],
        "verbatim": stored["verbatim"],
        "edits": edits,
    }


def _earlier(first: _End, second: _End) -> tuple[str | None, str | None]:
    """The side that was published earlier, and the basis of this answer; None if neither date nor sequence decides.

    Dates are compared as far as both are written: a bare date is not earlier than a time on the same day.
    """
    if first.published and second.published:
        length = min(len(first.published), len(second.published))
        dates = first.published[:length], second.published[:length]
        if dates[0] != dates[1]:
            return ("a" if dates[0] < dates[1] else "b"), "published"
    if first.sequence is not None and second.sequence is not None and first.sequence != second.sequence:
        return ("a" if first.sequence < second.sequence else "b"), "wire"
    return None, None
