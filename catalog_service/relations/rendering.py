"""Relations as the API shows them: the quoting side first, with the source and the earlier side.

A relation is shown with the side that quotes the other as `a`. If neither side quotes more than the other, `a` is the
side that was published later. A passage counts as a quotation only where one side alone has quotation marks: if both
have them, both may quote a third text.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from catalog_service import resources
from catalog_service.store.tables import Relation, Version

# A document's id and the number of one of its versions.
_VersionName: TypeAlias = tuple[str, int]
# One of the sides of a relation, and how it is known; None if nothing decides.
_Choice: TypeAlias = tuple[resources.RelationSide | None, resources.Basis | None]


def resources_of(session: Session, rows: Sequence[Relation]) -> list[resources.Relation]:
    """The relations as resources, with both of their versions, which one statement reads."""
    ends = _ends(session, {end for row in rows for end in _names(row)})
    return [_resource(row, ends) for row in rows]


def _names(row: Relation) -> tuple[_VersionName, _VersionName]:
    """The versions of both sides. Both are known, because only relations in force are read."""
    assert row.a_version is not None
    assert row.b_version is not None
    return (row.a_document, row.a_version), (row.b_document, row.b_version)


@dataclass(frozen=True, slots=True)
class _End:
    """One side of a relation as it is shown, with what orders the sides."""

    shown: resources.RelationEnd
    published: str | None
    sequence: int | None
    recorded_at: datetime


def _ends(session: Session, names: Collection[_VersionName]) -> dict[_VersionName, _End]:
    """The versions of these names, and no other versions of their documents."""
    columns = (Version.document, Version.number, Version.digest, Version.title, Version.path)
    statement = select(*columns, Version.published, Version.details, Version.recorded_at).where(
        tuple_(Version.document, Version.number).in_(sorted(names))
    )
    return {
        (row.document, row.number): _End(
            resources.RelationEnd(
                document=row.document, version=row.number, digest=row.digest, title=row.title, path=row.path
            ),
            row.published,
            (row.details.get("wire") or {}).get("sequence"),
            row.recorded_at,
        )
        for row in session.execute(statement)
    }


def _resource(row: Relation, ends: Mapping[_VersionName, _End]) -> resources.Relation:
    sides = tuple(ends[name] for name in _names(row))
    quoted = _quoted(row, "a") - _quoted(row, "b")
    swapped = quoted < 0 or (quoted == 0 and (sides[1].published or "") > (sides[0].published or ""))
    names = ("b", "a") if swapped else ("a", "b")
    first, second = reversed(sides) if swapped else sides
    earlier, basis = _earlier(first, second)
    source, source_basis = ("b", "quotes") if quoted else _source(first, second)
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
            "source": source,
            "source_basis": source_basis,
            "differs": differences(row.passages),
            "passages": sorted(
                (_passage(passage, names) for passage in row.passages), key=lambda passage: passage["a"]
            ),
            "passages_omitted": row.passages_omitted,
            "recorded_at": row.recorded_at,
        }
    )


def _quoted(row: Relation, side: str) -> int:
    """The characters in quotation marks on this side, of the passages that have none on the other side."""
    own, other = f"quoted_{side}", "quoted_b" if side == "a" else "quoted_a"
    return sum(end - start for passage in row.passages if not passage[other] for start, end in passage[own])


def _passage(stored: Mapping[str, Any], names: tuple[str, str]) -> dict[str, Any]:
    reversed_op = {"insert": "delete", "delete": "insert", "replace": "replace"} if names[0] == "b" else {}
    edits = [
        {
            "op": reversed_op.get(edit["op"], edit["op"]),
            "a": edit[names[0]],
            "b": edit[names[1]],
            "kind": edit.get("kind"),
        }
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


def differences(passages: Iterable[Mapping[str, Any]]) -> dict[str, int] | None:
    """The number of edits of each kind; None if an edit was recorded without a kind."""
    kinds = Counter(edit.get("kind") for passage in passages for edit in passage["edits"])
    return None if kinds[None] else {f"{kind}s": count for kind, count in kinds.items()}


def _earlier(first: _End, second: _End) -> _Choice:
    """The side that was published earlier.

    Dates are compared as far as both are written: a bare date is not earlier than a time on the same day.
    """
    length = min(len(first.published or ""), len(second.published or ""))
    if side := _lesser((first.published or "")[:length], (second.published or "")[:length]):
        return side, "published"
    if None not in (first.sequence, second.sequence) and (side := _lesser(first.sequence, second.sequence)):
        return side, "wire"
    return None, None


def _source(first: _End, second: _End) -> _Choice:
    """The side that the text comes from if neither quotes: the earlier one, or else the one that was recorded first.

    Versions that were recorded in one transaction, such as those of the first scan of a folder, have no order.
    """
    earlier = _earlier(first, second)
    if earlier[0] is None and (side := _lesser(first.recorded_at, second.recorded_at)):
        return side, "recorded"
    return earlier


def _lesser(a: Any, b: Any) -> resources.RelationSide | None:  # noqa: ANN401  Two values of one type.
    """The side with the lesser value; None if they are equal."""
    return None if a == b else "a" if a < b else "b"
