"""Relations: what two versions are to each other. Written by history, read by everyone.

A relation is stored once for its unordered pair of (document, observation), the lesser side as `a`. It is shown with
the side that quotes, or else the later one, as `a`.
"""

import functools
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from catalog_service import changes, contract, paging, resources, ties
from catalog_service.counter import WriterTurn
from catalog_service.errors import EventRefused, NotFound
from catalog_service.relation_types import COPY_TYPES, RelationType
from catalog_service.stories import Link
from catalog_service.tables import Document, Receipt, Relation, Version, valid_at

Side = tuple[str, int]
Scope = Literal["current", "all"]
_SIDES = (ties.A, ties.B)


@dataclass(frozen=True, slots=True)
class Links:
    """The relations that appeared and those that ended."""

    appeared: tuple[Link, ...] = ()
    ended: tuple[Link, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.appeared or self.ended)

    def __add__(self, other: "Links") -> "Links":
        return Links(self.appeared + other.appeared, self.ended + other.ended)


def add(session: Session, turn: WriterTurn, own: Side, found: Sequence[contract.Relation]) -> Links:
    """Adds what a new observation told; what others told of it stays. Raises EventRefused."""
    return _put(session, turn, own, found, complete=False)


def replace(session: Session, turn: WriterTurn, own: Side, found: Sequence[contract.Relation]) -> Links:
    """Makes `found` the full set of relations of one observation. Raises EventRefused.

    What it was to texts that their documents no longer say is history, of which a new judgement knows nothing.
    """
    return _put(session, turn, own, found, complete=True)


def _put(session: Session, turn: WriterTurn, own: Side, found: Sequence[contract.Relation], *, complete: bool) -> Links:
    drafts = {draft.pair: draft for draft in (_draft(own, each) for each in found)}
    links = Links()
    for row in session.scalars(select(Relation).where(_has_side(own), valid_at(Relation))):
        draft = drafts.get(((row.a_document, row.a_observation), (row.b_document, row.b_observation)))
        if draft and draft.content == _content(row):
            del drafts[draft.pair]
        elif draft or (complete and _is_judged_again(session, own, row)):
            links += _end(session, turn, row)
    for draft in drafts.values():
        links += _store(session, turn, draft)
    return links


def _is_judged_again(session: Session, own: Side, row: Relation) -> bool:
    """Whether the other side is what its document says now, or is not known yet."""
    sides = {(row.a_document, row.a_observation): row.a_version, (row.b_document, row.b_observation): row.b_version}
    [(other, version)] = [(side, version) for side, version in sides.items() if side != own]
    document = session.get(Document, other[0])
    return document is None or version is None or (document.status, document.number) == ("current", version)


def lapse(session: Session, turn: WriterTurn, document: str, number: int) -> Links:
    """Ends what a version is to what others say now, as it comes back and tells it anew.

    While it was gone others were judged without it, and whatever they were to it was left as history. Nobody was told
    that it ended, only that the document was gone: so this is told now.
    """
    ended: list[Link] = []
    for own, other in (_SIDES, _SIDES[::-1]):
        told = select(Relation).where(own[0] == document, own[1] == number, valid_at(Relation))
        now = or_(other[1].is_(None), and_(Document.status == "current", Document.number == other[1]))
        for row in session.scalars(told.outerjoin(Document, Document.id == other[0]).where(now)):
            ended += _end(session, turn, row).ended
    return Links(ended=tuple(ended))


def resolve(session: Session, turn: WriterTurn, side: Side, number: int) -> Links:
    """Tells the relations that waited for this observation which version it became."""
    links = Links()
    # In order of observations, so that of two about the same versions the newer one stays.
    waiting = select(Relation).where(_has_side(side), Relation.seq == ties.PENDING)
    for row in session.scalars(waiting.order_by(Relation.a_observation, Relation.b_observation)):
        if (row.a_document, row.a_observation) == side:
            row.a_version = number
        else:
            row.b_version = number
        if row.a_version and row.b_version:
            links += _appear(session, turn, row)
    return links


@dataclass(frozen=True, slots=True)
class _Draft:
    """A relation as it will be stored."""

    pair: tuple[Side, Side]
    content: dict[str, Any]

    @property
    def id(self) -> str:
        """The same for the same pair, however often it is judged."""
        told = "|".join(f"{document}:{observation}" for document, observation in self.pair)
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def _draft(own: Side, found: contract.Relation) -> _Draft:
    other = (str(found.other.document), found.other.observation)
    if own == other:
        raise EventRefused(f"Observation {own[1]} of {own[0]} is said to be related to itself.")
    own_first = own < other
    covered = (found.coverage.own, found.coverage.other)
    content = {
        "type": found.type,
        "jaccard": found.jaccard,
        "coverage_a": covered[0 if own_first else 1],
        "coverage_b": covered[1 if own_first else 0],
        "passages": [_stored_passage(each, own_first) for each in found.passages],
    }
    return _Draft((own, other) if own_first else (other, own), content)


def _stored_passage(passage: contract.Passage, own_first: bool) -> dict[str, Any]:
    turned = {"insert": "delete", "delete": "insert", "replace": "replace"}
    sides = [(passage.own, passage.quoted), (passage.other, passage.other_quoted)]
    (a, quoted_a), (b, quoted_b) = sides if own_first else reversed(sides)
    edits = [
        {"op": each.op if own_first else turned[each.op], "a": list(pair[0]), "b": list(pair[1])}
        for each in passage.edits
        for pair in [(each.a, each.b) if own_first else (each.b, each.a)]
    ]
    return {
        "a": list(a),
        "b": list(b),
        "words": passage.words,
        "quoted_a": [list(span) for span in quoted_a],
        "quoted_b": [list(span) for span in quoted_b],
        "verbatim": passage.verbatim,
        "edits": edits,
    }


def _content(row: Relation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("type", "jaccard", "coverage_a", "coverage_b", "passages")}


def _has_side(side: Side) -> ColumnElement[bool]:
    return or_(
        and_(Relation.a_document == side[0], Relation.a_observation == side[1]),
        and_(Relation.b_document == side[0], Relation.b_observation == side[1]),
    )


def _store(session: Session, turn: WriterTurn, draft: _Draft) -> Links:
    (a, b) = draft.pair
    row = Relation(
        id=draft.id,
        seq=ties.PENDING,
        a_document=a[0],
        a_observation=a[1],
        a_version=version_of(session, a),
        b_document=b[0],
        b_observation=b[1],
        b_version=version_of(session, b),
        recorded_at=turn.now,
        **draft.content,
    )
    session.add(row)
    session.flush()
    return _appear(session, turn, row) if row.a_version and row.b_version else Links()


def version_of(session: Session, side: Side) -> int | None:
    """The version that an observation became, when it is recorded."""
    asked = select(func.max(Receipt.number)).where(Receipt.document == side[0], Receipt.observation == side[1])
    return session.scalar(asked)


def _appear(session: Session, turn: WriterTurn, row: Relation) -> Links:
    """Both versions are known: the relation is there, and takes the place of an older one of the same versions."""
    same = and_(
        Relation.a_document == row.a_document,
        Relation.a_version == row.a_version,
        Relation.b_document == row.b_document,
        Relation.b_version == row.b_version,
        Relation.id != row.id,
        valid_at(Relation),
    )
    links = Links()
    for older in session.scalars(select(Relation).where(same)):
        links += _end(session, turn, older)
    row.seq = _append(session, turn, "relation.added.v1", row)
    row.recorded_at = turn.now
    session.flush()
    return links + Links(appeared=(_link(row),))


def _end(session: Session, turn: WriterTurn, row: Relation) -> Links:
    if row.seq == ties.PENDING:
        session.delete(row)
        session.flush()
        return Links()
    row.until_seq = _append(session, turn, "relation.withdrawn.v1", row)
    return Links(ended=(_link(row),))


def _link(row: Relation) -> Link:
    return Link(row.type, row.a_document, row.b_document)


def _append(session: Session, turn: WriterTurn, type_: str, row: Relation) -> int:
    sides = [
        {"document": row.a_document, "version": row.a_version},
        {"document": row.b_document, "version": row.b_version},
    ]
    return changes.append(session, turn, type_, None, None, relation=row.id, type=row.type, sides=sides)


# Reading


def counts(session: Session, documents: Collection[str], at: int | None = None) -> dict[str, dict[str, int]]:
    """How many relations of each type each document has between versions that are current, now or `at` a seq."""
    found: dict[str, dict[str, int]] = {document: {} for document in documents}
    asked = {"documents": list(documents), "at": at}
    for document, type_, count in session.execute(_counted(now=at is None), asked):
        found[document][type_] = count
    return found


@functools.cache
def _counted(*, now: bool) -> Select[str, str, int]:
    linked = ties.links(tuple(RelationType), now=now).subquery()
    return select(linked.c.document, linked.c.type, func.count()).group_by(linked.c.document, linked.c.type)


def of_document(
    session: Session,
    document: str,
    *,
    versions: Scope | int = "current",
    limit: int,
    cursor: str | None = None,
) -> resources.Relations:
    """The relations of a document: those between current versions, those of one of its versions, or of all.

    In pages of one snapshot; those that share most first, and copies last, of which there may be thousands. Raises
    CursorInvalid, CursorMismatch, CursorExpired.
    """
    place = paging.begin(session, ("relations of", document, versions), cursor)
    of_a, of_b = Relation.a_document == document, Relation.b_document == document
    if isinstance(versions, int):
        of_a, of_b = and_(of_a, Relation.a_version == versions), and_(of_b, Relation.b_version == versions)
    order = (case((Relation.type.in_(COPY_TYPES), 1), else_=0), -Relation.coverage_a - Relation.coverage_b, Relation.id)
    asked = (
        _asked("all" if isinstance(versions, int) else versions, place.snapshot.seq)
        .where(or_(of_a, of_b))
        .order_by(*order)
    )
    if place.after is not None:
        asked = asked.where(tuple_(*order) > tuple_(*place.after))
    rows, more = place.page(list(session.scalars(asked.limit(limit + 1))), limit)
    last = rows[-1] if more else None
    return resources.Relations(
        relations=tuple(_resources(session, rows)),
        next=place.cursor([int(last.type in COPY_TYPES), -last.coverage_a - last.coverage_b, last.id])
        if last
        else None,
        snapshot=place.snapshot,
    )


def find(
    session: Session, *, type_: str | None = None, scope: Scope = "current", limit: int, cursor: str | None
) -> resources.Relations:
    """All relations, newest first, in pages of one snapshot. Raises CursorInvalid, CursorMismatch, CursorExpired."""
    place = paging.begin(session, ("relations", type_, scope), cursor)
    asked = _asked(scope, place.snapshot.seq)
    if type_ is not None:
        asked = asked.where(Relation.type == type_)
    if place.after is not None:
        asked = asked.where(Relation.seq < place.after)
    rows, more = place.page(list(session.scalars(asked.order_by(Relation.seq.desc()).limit(limit + 1))), limit)
    return resources.Relations(
        relations=tuple(_resources(session, rows)),
        next=place.cursor(rows[-1].seq) if more else None,
        snapshot=place.snapshot,
    )


def one(session: Session, relation: str) -> resources.Relation:
    """One relation, also between versions that are history. Raises NotFound."""
    row = session.scalars(_asked("all").where(Relation.id == relation)).one_or_none()
    if row is None:
        raise NotFound(f"There is no relation {relation[:100]!r}.")
    return _resources(session, [row])[0]


def _asked(scope: Scope, at: int | None = None) -> Select[Relation]:
    asked = select(Relation).where(ties.in_force(at=at))
    if scope == "all":
        return asked
    for document, version in _SIDES:
        asked = ties.join_current(asked, document, version, at)
    return asked


def _resources(session: Session, rows: Iterable[Relation]) -> list[resources.Relation]:
    rows = list(rows)
    names = {(row.a_document, row.a_version) for row in rows} | {(row.b_document, row.b_version) for row in rows}
    ends = _ends(session, {document for document, _ in names})
    return [_resource(row, ends) for row in rows]


@dataclass(frozen=True, slots=True)
class _End:
    """What is shown of one side, and when it was published."""

    shown: resources.RelationEnd
    published: str | None
    sequence: int | None


def _ends(session: Session, documents: Collection[str]) -> dict[tuple[str, int], _End]:
    columns = (Version.document, Version.number, Version.digest, Version.title, Version.path)
    asked = select(*columns, Version.published, Version.details).where(Version.document.in_(documents))
    return {
        (row.document, row.number): _End(
            resources.RelationEnd(
                document=row.document, version=row.number, digest=row.digest, title=row.title, path=row.path
            ),
            row.published,
            (row.details.get("wire") or {}).get("sequence"),
        )
        for row in session.execute(asked)
    }


def _resource(row: Relation, ends: Mapping[tuple[str, int], _End]) -> resources.Relation:
    assert row.a_version is not None
    assert row.b_version is not None
    sides = (ends[row.a_document, row.a_version], ends[row.b_document, row.b_version])
    turned = _quoted(row, "quoted_b") > _quoted(row, "quoted_a") or (
        _quoted(row, "quoted_b") == _quoted(row, "quoted_a") and (sides[1].published or "") > (sides[0].published or "")
    )
    names = ("b", "a") if turned else ("a", "b")
    first, second = reversed(sides) if turned else sides
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
            "passages": sorted((_passage(each, names) for each in row.passages), key=lambda each: each["a"]),
            "recorded_at": row.recorded_at,
        }
    )


def _quoted(row: Relation, side: str) -> int:
    """How many characters of one side stand in quotation marks."""
    return sum(end - start for passage in row.passages for start, end in passage[side])


def _passage(stored: Mapping[str, Any], names: tuple[str, str]) -> dict[str, Any]:
    turned = {"insert": "delete", "delete": "insert", "replace": "replace"} if names[0] == "b" else {}
    edits = [
        {"op": turned.get(each["op"], each["op"]), "a": each[names[0]], "b": each[names[1]]} for each in stored["edits"]
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
    """Which side was published earlier and how we know; a bare date does not part two filings of one day."""
    if first.published and second.published:
        known = min(len(first.published), len(second.published))
        dates = first.published[:known], second.published[:known]
        if dates[0] != dates[1]:
            return ("a" if dates[0] < dates[1] else "b"), "published"
    if first.sequence is not None and second.sequence is not None and first.sequence != second.sequence:
        return ("a" if first.sequence < second.sequence else "b"), "wire"
    return None, None
