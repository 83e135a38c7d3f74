"""Relations, the write side: adds, replaces and withdraws the relations that events report.

A relation is stored once for its unordered pair of (document, observation), the lesser side as `a`. A relation to an
observation that is not recorded yet is stored as pending, and added when that observation becomes a version.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from catalog_service import changes, contract
from catalog_service.errors import EventRefused
from catalog_service.relations import links
from catalog_service.relations.components import RelatedPair
from catalog_service.store.counter import WriterTurn
from catalog_service.store.tables import Document, Receipt, Relation, valid_at

# One side of a relation: a document and its observation.
Side = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RelationChanges:
    """The relations that were added and those that were withdrawn."""

    added: tuple[RelatedPair, ...] = ()
    withdrawn: tuple[RelatedPair, ...] = ()

    @property
    def any(self) -> bool:
        """Whether a relation was added or withdrawn."""
        return bool(self.added or self.withdrawn)

    def __add__(self, other: "RelationChanges") -> "RelationChanges":
        return RelationChanges(self.added + other.added, self.withdrawn + other.withdrawn)


def add(session: Session, turn: WriterTurn, own: Side, reported: Sequence[contract.Relation]) -> RelationChanges:
    """Adds the relations that the event of a new observation reports.

    Relations to this observation that other events reported remain. Raises EventRefused.
    """
    return _put(session, turn, own, reported, complete=False)


def replace(session: Session, turn: WriterTurn, own: Side, reported: Sequence[contract.Relation]) -> RelationChanges:
    """Makes the reported relations the full set of relations of one observation.

    Relations to versions that are not current remain: a re-judgement compares current versions only.
    Raises EventRefused.
    """
    return _put(session, turn, own, reported, complete=True)


def _put(
    session: Session, turn: WriterTurn, own: Side, reported: Sequence[contract.Relation], *, complete: bool
) -> RelationChanges:
    """Stores the reported relations that are new or different; `complete` withdraws those that are not reported."""
    drafts = {draft.pair: draft for draft in (_draft(own, relation) for relation in reported)}
    relation_changes = RelationChanges()
    for row in session.scalars(select(Relation).where(_has_side(own), valid_at(Relation))):
        draft = drafts.get(((row.a_document, row.a_observation), (row.b_document, row.b_observation)))
        if draft and draft.content == _content(row):
            del drafts[draft.pair]
        elif draft or (complete and _is_judged_again(session, own, row)):
            relation_changes += _withdraw(session, turn, row)
    for draft in drafts.values():
        relation_changes += _store(session, turn, draft)
    return relation_changes


def _is_judged_again(session: Session, own: Side, row: Relation) -> bool:
    """Whether the other side is the current version of its document, or is not recorded yet."""
    sides = {(row.a_document, row.a_observation): row.a_version, (row.b_document, row.b_observation): row.b_version}
    [(other, version)] = [(side, version) for side, version in sides.items() if side != own]
    document = session.get(Document, other[0])
    return document is None or version is None or (document.status, document.number) == ("current", version)


def withdraw_current(session: Session, turn: WriterTurn, document: str, number: int) -> RelationChanges:
    """Withdraws the relations of a version to current versions and to observations that are not recorded yet.

    Called when the document is restored: its event carries the full set again. While the document was withdrawn, others
    were re-judged without it, and their relations to it remained in the table.
    """
    withdrawn: list[RelatedPair] = []
    for own, other in links.DIRECTIONS:
        relations = select(Relation).where(own[0] == document, own[1] == number, valid_at(Relation))
        other_is_current = and_(Document.status == "current", Document.number == other[1])
        statement = relations.outerjoin(Document, Document.id == other[0]).where(
            or_(other[1].is_(None), other_is_current)
        )
        for row in session.scalars(statement):
            withdrawn += _withdraw(session, turn, row).withdrawn
    return RelationChanges(withdrawn=tuple(withdrawn))


def resolve_pending(session: Session, turn: WriterTurn, side: Side, number: int) -> RelationChanges:
    """Stores the number of the version that an observation became, in the relations that are pending for it.

    Adds those whose other version is recorded too.
    """
    relation_changes = RelationChanges()
    # In order of observations: of two relations between the same versions, the one judged later remains.
    pending = select(Relation).where(_has_side(side), Relation.seq == links.PENDING)
    for row in session.scalars(pending.order_by(Relation.a_observation, Relation.b_observation)):
        if (row.a_document, row.a_observation) == side:
            row.a_version = number
        else:
            row.b_version = number
        if row.a_version and row.b_version:
            relation_changes += _add(session, turn, row)
    return relation_changes


@dataclass(frozen=True, slots=True)
class _Draft:
    """A relation as it will be stored."""

    pair: tuple[Side, Side]
    content: dict[str, Any]

    @property
    def id(self) -> str:
        """The id of the pair: a new judgement of the same pair keeps it."""
        name = "|".join(f"{document}:{observation}" for document, observation in self.pair)
        return hashlib.sha256(name.encode()).hexdigest()[:32]


def _draft(own: Side, reported: contract.Relation) -> _Draft:
    other = (str(reported.other.document), reported.other.observation)
    if own == other:
        raise EventRefused(f"Observation {own[1]} of {own[0]} is reported as related to itself.")
    own_first = own < other
    coverage = (reported.coverage.own, reported.coverage.other)
    content = {
        "type": reported.type,
        "jaccard": reported.jaccard,
        "coverage_a": coverage[0 if own_first else 1],
        "coverage_b": coverage[1 if own_first else 0],
        "passages": [_stored_passage(passage, own_first) for passage in reported.passages],
    }
    return _Draft((own, other) if own_first else (other, own), content)


def _stored_passage(passage: contract.Passage, own_first: bool) -> dict[str, Any]:
    reversed_op = {"insert": "delete", "delete": "insert", "replace": "replace"}
    sides = [(passage.own, passage.quoted), (passage.other, passage.other_quoted)]
    (a, quoted_a), (b, quoted_b) = sides if own_first else reversed(sides)
    edits = [
        {"op": edit.op if own_first else reversed_op[edit.op], "a": list(spans[0]), "b": list(spans[1])}
        for edit in passage.edits
        for spans in [(edit.a, edit.b) if own_first else (edit.b, edit.a)]
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


def _store(session: Session, turn: WriterTurn, draft: _Draft) -> RelationChanges:
    (a, b) = draft.pair
    row = Relation(
        id=draft.id,
        seq=links.PENDING,
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
    return _add(session, turn, row) if row.a_version and row.b_version else RelationChanges()


def version_of(session: Session, side: Side) -> int | None:
    """The number of the version that an observation became; None when it is not recorded."""
    numbers = select(func.max(Receipt.number)).where(Receipt.document == side[0], Receipt.observation == side[1])
    return session.scalar(numbers)


def _add(session: Session, turn: WriterTurn, row: Relation) -> RelationChanges:
    """Adds a relation whose versions are both recorded, and withdraws older relations between the same versions."""
    same_versions = and_(
        Relation.a_document == row.a_document,
        Relation.a_version == row.a_version,
        Relation.b_document == row.b_document,
        Relation.b_version == row.b_version,
        Relation.id != row.id,
        valid_at(Relation),
    )
    relation_changes = RelationChanges()
    for older in session.scalars(select(Relation).where(same_versions)):
        relation_changes += _withdraw(session, turn, older)
    row.seq = _append_change(session, turn, "relation.added.v1", row)
    row.recorded_at = turn.now
    session.flush()
    return relation_changes + RelationChanges(added=(_pair(row),))


def _withdraw(session: Session, turn: WriterTurn, row: Relation) -> RelationChanges:
    """Withdraws a relation; a pending one, which was never added, is deleted."""
    if row.seq == links.PENDING:
        session.delete(row)
        session.flush()
        return RelationChanges()
    row.until_seq = _append_change(session, turn, "relation.withdrawn.v1", row)
    return RelationChanges(withdrawn=(_pair(row),))


def _pair(row: Relation) -> RelatedPair:
    return RelatedPair(row.type, row.a_document, row.b_document)


def _append_change(session: Session, turn: WriterTurn, type_: str, row: Relation) -> int:
    sides = [
        {"document": row.a_document, "version": row.a_version},
        {"document": row.b_document, "version": row.b_version},
    ]
    return changes.append(session, turn, type_, None, None, relation=row.id, type=row.type, sides=sides)
