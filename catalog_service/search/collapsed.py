"""The documents that a hit represents: copies of its text, or other filings of its story."""

import heapq
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog_service.relations.rendering import differences
from catalog_service.resources import Differences, Document
from catalog_service.search.grouping import Group
from catalog_service.search.results import Collapsed, CollapsedDocument, Query
from catalog_service.search.scope import SearchScope
from catalog_service.store import arrays
from catalog_service.store.conditions import AT
from catalog_service.store.prepared import NamedRow, Prepared
from catalog_service.store.rows import PENDING
from catalog_service.store.tables import DocumentState, Relation, Version, current_version, is_current, valid_at

Pair: TypeAlias = tuple[str, str]
# The collapsed documents that a hit lists; it counts all of them.
MAX_LISTED = 5


def read(scope: SearchScope, groups: Iterable[Group | None]) -> Mapping[str, CollapsedDocument]:
    """The listed documents of all groups of a page, by their ids. One statement; none if no document is collapsed."""
    listed = [row.document for group in groups if group for row in _listed(group)]
    if not listed:
        return {}
    rows = _select_listed.rows(scope.session, documents=listed, at=scope.at)
    return {
        row.document: CollapsedDocument(
            id=row.document,
            collection=row.collection,
            path=row.path,
            title=row.title,
            publisher=row.publisher,
            published=row.published,
        )
        for row in rows
    }


@Prepared
def _select_listed() -> sa.Select[*tuple[Any, ...]]:
    columns = (DocumentState.collection, DocumentState.path, Version.title, Version.publisher, Version.published)
    statement = sa.select(DocumentState.document, *columns).join(Version, current_version(DocumentState))
    listed = arrays.any_of(DocumentState.document, arrays.parameter("documents"))
    return statement.where(listed, valid_at(DocumentState, AT))


def differing(scope: SearchScope, groups: Mapping[str, Group | None]) -> Mapping[Pair, Differences]:
    """What differs between the current versions of each hit and of each listed document of its story, by the pair.

    One statement; none if copies are collapsed: they differ in other words at most.
    """
    pairs = [_pair(hit, row.document) for hit, group in groups.items() if group for row in _listed(group)]
    if not pairs or scope.query.collapse != "stories":
        return {}
    sides = {f"side{number}": list({pair[number] for pair in pairs}) for number in range(2)}
    rows = _select_differing.rows(scope.session, **sides, at=scope.at)
    counted = {(row.a_document, row.b_document): differences(row.passages) for row in rows}
    return {
        pair: Differences.model_validate(counts)
        for pair, counts in counted.items()
        if counts is not None and pair in pairs
    }


@Prepared
def _select_differing() -> sa.Select[*tuple[Any, ...]]:
    """The passages of the relations between current versions of documents in `:side0` and in `:side1`."""
    sides = [(Relation.a_document, Relation.a_version), (Relation.b_document, Relation.b_version)]
    statement = sa.select(Relation.a_document, Relation.b_document, Relation.passages).where(
        *(arrays.any_of(column, arrays.parameter(f"side{number}")) for number, (column, _) in enumerate(sides)),
        Relation.seq != PENDING,
        valid_at(Relation, AT),
    )
    for side in sides:
        state = aliased(DocumentState)
        statement = statement.join(state, sa.and_(is_current(side, state), valid_at(state, AT)))
    return statement


def _pair(one: str, other: str) -> Pair:
    """Two documents in the order of a relation."""
    return (one, other) if one < other else (other, one)


def of_hit(
    query: Query,
    shown: Document,
    group: Group | None,
    listed: Mapping[str, CollapsedDocument],
    differs: Mapping[Pair, Differences],
) -> Collapsed | None:
    """The documents that the hit `shown` represents; None if it represents itself only."""
    if group is None or not group.hidden or query.collapse == "none":
        return None
    return Collapsed(
        story=shown.story.id if shown.story else None,
        count=len(group.hidden),
        because=query.collapse,
        documents=tuple(
            listed[row.document].model_copy(update={"differs": differs.get(_pair(str(shown.id), row.document))})
            for row in _listed(group)
            if row.document in listed
        ),
    )


def _listed(group: Group) -> Collection[NamedRow]:
    """The first of the hidden documents in the order in which they were filed."""
    return heapq.nsmallest(MAX_LISTED, group.hidden, key=lambda row: (row.published, row.sequence, row.document))
