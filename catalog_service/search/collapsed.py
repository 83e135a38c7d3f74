"""The documents that a hit represents: copies of its text, or other filings of its story."""

import heapq
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from catalog_service.resources import Document
from catalog_service.search.grouping import Group
from catalog_service.search.results import Collapsed, CollapsedDocument, Query
from catalog_service.search.scope import SearchScope
from catalog_service.store.tables import DocumentState, Version, current_version, valid_at

# The collapsed documents that a hit lists; it counts all of them.
MAX_LISTED = 5


def read(scope: SearchScope, groups: Iterable[Group | None]) -> Mapping[str, CollapsedDocument]:
    """The listed documents of all groups of a page, by their ids. One statement; none if no document is collapsed."""
    listed = [row.document for group in groups if group for row in _listed(group)]
    if not listed:
        return {}
    columns = (DocumentState.collection, DocumentState.path, Version.title, Version.publisher, Version.published)
    statement = sa.select(DocumentState.document, *columns).join(Version, current_version(DocumentState))
    rows = scope.session.execute(statement.where(DocumentState.document.in_(listed), valid_at(DocumentState, scope.at)))
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


def of_hit(
    query: Query, shown: Document, group: Group | None, listed: Mapping[str, CollapsedDocument]
) -> Collapsed | None:
    """The documents that the hit `shown` represents; None if it represents itself only."""
    if group is None or not group.hidden or query.collapse == "none":
        return None
    return Collapsed(
        story=shown.story.id if shown.story else None,
        count=len(group.hidden),
        because=query.collapse,
        documents=tuple(listed[row.document] for row in _listed(group) if row.document in listed),
    )


def _listed(group: Group) -> Collection[sa.Row[Any]]:
    """The first of the hidden documents in the order in which they were filed."""
    return heapq.nsmallest(MAX_LISTED, group.hidden, key=lambda row: (row.published, row.sequence, row.document))
