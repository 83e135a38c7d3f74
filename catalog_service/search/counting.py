"""The total and the facets of a search. A group of copies counts as one hit, that of its shown document."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog_service.search.grouping import Groups
from catalog_service.search.results import Collapse, Facet, Total
from catalog_service.search.scope import PUBLISHED, SearchScope
from catalog_service.store.tables import Version

MONTH = len("2024-09")
# Documents without a publisher, language or date are counted under the empty name.
COLUMNS: dict[Facet, sa.ColumnElement[str]] = {
    "kind": Version.kind.expression,
    "publisher": sa.func.coalesce(Version.publisher, ""),
    "language": sa.func.coalesce(Version.language, ""),
    "month": sa.func.substr(PUBLISHED, 1, MONTH),
}


@dataclass(frozen=True, slots=True)
class SearchCounts:
    """The counts that the query asks for."""

    total: Total | None
    facets: dict[Facet, dict[str, int]]


def count(groups: Groups) -> SearchCounts:
    """The numbers of hits and of stories on all pages, and the facets; each facet sums up to the total of hits.

    A document without a story counts as a story of its own.
    """
    scope, query = groups.scope, groups.scope.query
    exact = query.total == "exact"
    if not exact and not query.facets:
        return SearchCounts(None, {})
    hidden = _hidden(groups, query.collapse)
    total = None
    if exact:
        matches = scope.session.execute(scope.select(sa.func.count())).scalar_one()
        same_story = hidden if query.collapse == "stories" else _hidden(groups, "stories")
        total = Total(documents=matches - len(hidden), stories=matches - len(same_story), relation="eq")
    return SearchCounts(total, {name: _facet(scope, name, hidden) for name in query.facets})


def _hidden(groups: Groups, collapse: Collapse) -> list[sa.Row[Any]]:
    """The matching documents that are not shown because their group shows another."""
    return [row for group in groups.of_all_matches(collapse) for row in group.hidden]


def _facet(scope: SearchScope, name: Facet, hidden: list[sa.Row[Any]]) -> dict[str, int]:
    value = COLUMNS[name].label("value")
    statement = scope.select(value, sa.func.count().label("hits")).group_by(value)
    counts = Counter({row.value: row.hits for row in scope.session.execute(statement)})
    counts.subtract(_value(row, name) for row in hidden)
    return {key: count for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count}


def _value(row: sa.Row[Any], name: Facet) -> str:
    return (row.published[:MONTH] if name == "month" else getattr(row, name)) or ""
