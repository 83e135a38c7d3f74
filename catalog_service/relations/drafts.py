"""Drafts of relations: what an event reports of a pair, in the form in which it is stored. Pure."""

import hashlib
from dataclasses import dataclass
from typing import Any

from catalog_service import contract
from catalog_service.errors import EventRefused
from catalog_service.store.rows import RelationRow, Side


@dataclass(frozen=True, slots=True)
class Draft:
    """A relation as it will be stored."""

    pair: tuple[Side, Side]
    content: dict[str, Any]

    @property
    def id(self) -> str:
        """The id of the pair: a new judgement of the same pair keeps it."""
        name = "|".join(f"{document}:{observation}" for document, observation in self.pair)
        return hashlib.sha256(name.encode()).hexdigest()[:32]


def draft(own: Side, reported: contract.Relation) -> Draft:
    """The relation that an event of observation `own` reports. Raises EventRefused for a relation to itself."""
    other = (str(reported.other.document), reported.other.observation)
    if own == other:
        raise EventRefused(f"Observation {own[1]} of {own[0]} is reported as related to itself.")
    own_first = own < other
    coverage = (reported.coverage.own, reported.coverage.other)
    content = {
        "type": reported.type.value,
        "jaccard": reported.jaccard,
        "coverage_a": coverage[0 if own_first else 1],
        "coverage_b": coverage[1 if own_first else 0],
        "passages": [_stored_passage(passage, own_first) for passage in reported.passages],
        "passages_omitted": reported.passages_omitted,
    }
    return Draft((own, other) if own_first else (other, own), content)


def _stored_passage(passage: contract.Passage, own_first: bool) -> dict[str, Any]:
    reversed_op = {"insert": "delete", "delete": "insert", "replace": "replace"}
    sides = [(passage.own, passage.quoted), (passage.other, passage.other_quoted)]
    (a, quoted_a), (b, quoted_b) = sides if own_first else reversed(sides)
    edits = [
        {"op": edit.op if own_first else reversed_op[edit.op], "a": list(spans[0]), "b": list(spans[1])}
        | ({"kind": edit.kind} if edit.kind else {})
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


def stored_content(row: RelationRow) -> dict[str, Any]:
    """The content of a stored relation, as a draft has it."""
    names = ("type", "jaccard", "coverage_a", "coverage_b", "passages", "passages_omitted")
    return {name: getattr(row, name) for name in names}
