"""Relations: what two versions are to each other. Written by history, read by everyone.

A relation is stored once for its unordered pair of (document, observation), the lesser side as `a`. It is shown with
the side that quotes, or else the later one, as `a`.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from catalog_service import changes, contract, counter, cursors, resources, stories
from catalog_service.counter import Turn
from catalog_service.errors import NotFound
from catalog_service.tables import Document, Receipt, Relation, Version

Side = tuple[str, int]
Scope = Literal["current", "all"]


def add(session: Session, turn: Turn, own: Side, found: Sequence[contract.Relation]) -> set[str]:
    """Adds what a new observation told; what others told of it stays. Returns the documents whose links changed."""
    return _put(session, turn, own, found, complete=False)


def replace(session: Session, turn: Turn, own: Side, found: Sequence[contract.Relation]) -> set[str]:
    """Makes `found` the full set of relations of one observation; returns the documents whose links changed."""
    return _put(session, turn, own, found, complete=True)


def _put(session: Session, turn: Turn, own: Side, found: Sequence[contract.Relation], *, complete: bool) -> set[str]:
    drafts = {draft.pair: draft for draft in (_draft(own, each) for each in found)}
    touched: set[str] = set()
    for row in session.scalars(select(Relation).where(_has_side(own), Relation.ended_seq.is_(None))):
        draft = drafts.get(((row.a_document, row.a_observation), (row.b_document, row.b_observation)))
        if draft and draft.content == _content(row):
            del drafts[draft.pair]
        elif draft or complete:
            touched |= _end(session, turn, row)
    for draft in drafts.values():
        touched |= _store(session, turn, draft)
    return touched


def resolve(session: Session, turn: Turn, side: Side, number: int) -> set[str]:
    """Tells the relations that waited for this observation which version it became; returns the documents linked."""
    touched: set[str] = set()
    for row in session.scalars(select(Relation).where(_has_side(side), Relation.ended_seq.is_(None))):
        if (row.a_document, row.a_observation) == side:
            waited, row.a_version = row.a_version is None, number
        else:
            waited, row.b_version = row.b_version is None, number
        if waited and row.a_version and row.b_version:
            touched |= _appear(session, turn, row)
    return touched


@dataclass(frozen=True, slots=True)
class _Draft:
    """A relation as it will be stored."""

    pair: tuple[Side, Side]
    content: dict[str, Any]


def _draft(own: Side, found: contract.Relation) -> _Draft:
    other = (str(found.other.document), found.other.observation)
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


def _store(session: Session, turn: Turn, draft: _Draft) -> set[str]:
    (a, b) = draft.pair
    row = Relation(
        id=uuid.uuid4().hex,
        a_document=a[0],
        a_observation=a[1],
        a_version=_number(session, a),
        b_document=b[0],
        b_observation=b[1],
        b_version=_number(session, b),
        recorded_at=turn.now,
        seq=turn.next(),
        **draft.content,
    )
    session.add(row)
    session.flush()
    return _appear(session, turn, row) if row.a_version and row.b_version else set()


def _number(session: Session, side: Side) -> int | None:
    """The version that an observation became, when it is recorded."""
    asked = select(func.max(Receipt.number)).where(Receipt.document == side[0], Receipt.observation == side[1])
    return session.scalar(asked)


def _appear(session: Session, turn: Turn, row: Relation) -> set[str]:
    """Both versions are known: the relation is there, and takes the place of an older one of the same versions."""
    same = and_(
        Relation.a_document == row.a_document,
        Relation.a_version == row.a_version,
        Relation.b_document == row.b_document,
        Relation.b_version == row.b_version,
        Relation.id != row.id,
        Relation.ended_seq.is_(None),
    )
    session.execute(update(Relation).where(same).values(ended_seq=turn.seq))
    _append(session, turn, "relation.added.v1", row)
    return {row.a_document, row.b_document}


def _end(session: Session, turn: Turn, row: Relation) -> set[str]:
    row.ended_seq = turn.next()
    if row.a_version is None or row.b_version is None:
        return set()
    _append(session, turn, "relation.withdrawn.v1", row)
    return {row.a_document, row.b_document}


def _append(session: Session, turn: Turn, type_: str, row: Relation) -> None:
    sides = [
        {"document": row.a_document, "version": row.a_version},
        {"document": row.b_document, "version": row.b_version},
    ]
    changes.append(session, turn, type_, None, None, relation=row.id, type=row.type, sides=sides)


# Reading


def counts(session: Session, documents: Collection[str]) -> dict[str, dict[str, int]]:
    """How many current relations of each type each document has."""
    found: dict[str, dict[str, int]] = {document: {} for document in documents}
    linked = stories.links(documents, ("duplicate", "revision", "excerpt", "reuse")).subquery()
    asked = select(linked.c.document, linked.c.type, func.count()).group_by(linked.c.document, linked.c.type)
    for document, type_, count in session.execute(asked):
        found[document][type_] = count
    return found


def of_document(
    session: Session, document: str, *, version: int | None = None, scope: Scope = "current"
) -> list[resources.Relation]:
    """The relations of a document: the current ones, those of one version, or all there ever were.

    `version` asks for those of that version with the current versions of other documents.
    """
    sides = [(Relation.a_document, Relation.a_version, "b"), (Relation.b_document, Relation.b_version, "a")]
    rows: list[Relation] = []
    for own, own_version, _ in sides:
        asked = _asked(scope if version is None else "all").where(own == document)
        if version is not None:
            asked = asked.where(own_version == version)
        rows += session.scalars(asked)
    found = _resources(session, rows)
    return sorted(found, key=lambda each: (-sum(passage.words for passage in each.passages), each.id))


def find(
    session: Session, *, type_: str | None = None, scope: Scope = "current", limit: int, cursor: str | None
) -> resources.Relations:
    """All relations, newest first, in pages."""
    key, query, now = counter.cursor_key(session), ("relations", type_, scope), counter.snapshot(session)
    asked = _asked(scope)
    if type_ is not None:
        asked = asked.where(Relation.type == type_)
    if cursor is not None:
        asked = asked.where(Relation.seq < cursors.open_(key, query, cursor)["seq"])
    rows = list(session.scalars(asked.order_by(Relation.seq.desc()).limit(limit + 1)))
    more = cursors.seal(key, query, {"seq": rows[limit - 1].seq}) if len(rows) > limit else None
    return resources.Relations(relations=tuple(_resources(session, rows[:limit])), next=more, snapshot=now)


def one(session: Session, relation: str) -> resources.Relation:
    """One relation, also when it is history. Raises NotFound."""
    row = session.get(Relation, relation)
    if row is None or row.a_version is None or row.b_version is None:
        raise NotFound(f"There is no relation {relation[:100]!r}.")
    return _resources(session, [row])[0]


def _asked(scope: Scope) -> Any:  # noqa: ANN401  A select of relations.
    asked = select(Relation).where(Relation.a_version.is_not(None), Relation.b_version.is_not(None))
    if scope == "all":
        return asked
    a, b = aliased(Document), aliased(Document)
    return (
        asked.where(Relation.ended_seq.is_(None))
        .join(a, and_(a.id == Relation.a_document, a.number == Relation.a_version, a.status == "current"))
        .join(b, and_(b.id == Relation.b_document, b.number == Relation.b_version, b.status == "current"))
    )


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
