"""The total and the facets of a search. A group of copies counts as one hit, that of its shown document."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog_service.search.grouping import Groups
from catalog_service.search.results import Collapse, Facet, Total
from catalog_service.search.scope import PUBLISHED, SearchScope
from catalog_service.store.tables import Version

MONTH = len("2024-09")
# Matches that totals and facets count.
MAX_COUNTED = 100_000
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

    A document without a story counts as a story of its own. Of more than `MAX_COUNTED` matches the newest are counted:
    then the total is a lower bound.
    """
    scope, query = groups.scope, groups.scope.query
    exact = query.total == "exact"
    if not exact and not query.facets:
        return SearchCounts(None, {})
    matches = _count(scope)
    above = _last_uncounted(scope) if matches > MAX_COUNTED else 0
    linked = groups.linked_matches(above) if exact or query.collapse != "none" else ()
    hidden = _hidden(groups, query.collapse, linked, above)
    total = None
    if exact:
        same_story = hidden if query.collapse == "stories" else _hidden(groups, "stories", linked, above)
        counted = min(matches, MAX_COUNTED)
        total = Total(
            documents=counted - len(hidden), stories=counted - len(same_story), relation="gte" if above else "eq"
        )
    return SearchCounts(total, {name: _facet(scope, above, name, hidden) for name in query.facets})


def _count(scope: SearchScope) -> int:
    """The number of matches, at most one more than are counted."""
    matches = scope.select(Version.seq).limit(MAX_COUNTED + 1).subquery()
    return scope.session.execute(sa.select(sa.func.count()).select_from(matches)).scalar_one()


def _last_uncounted(scope: SearchScope) -> int:
    """The `seq` of the newest matching version that is not counted."""
    statement, entry = scope.select_with_entry(Version.seq)
    return int(scope.session.execute(statement.order_by(entry.desc()).offset(MAX_COUNTED).limit(1)).scalar_one())


def _counted(scope: SearchScope, above: int, *columns: Any) -> sa.Select[Any]:  # noqa: ANN401  Any columns.
    """Selects the columns for the matches that are counted."""
    statement = scope.select(*columns)
    return statement.where(Version.seq > above) if above else statement


def _hidden(groups: Groups, collapse: Collapse, linked: Collection[str], above: int) -> list[sa.Row[Any]]:
    """The counted documents that are not shown because their group shows another; `linked` are those with links."""
    by_shown = {group.shown.document: group for group in groups.of_documents(collapse, linked).values()}
    return [row for group in by_shown.values() for row in group.hidden if row.seq > above]


def _facet(scope: SearchScope, above: int, name: Facet, hidden: list[sa.Row[Any]]) -> dict[str, int]:
    value = COLUMNS[name].label("value")
    statement = _counted(scope, above, value, sa.func.count().label("hits")).group_by(value)
    counts = Counter({row.value: row.hits for row in scope.session.execute(statement)})
    counts.subtract(_value(row, name) for row in hidden)
    return {key: count for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count}


def _value(row: sa.Row[Any], name: Facet) -> str:
    return (row.published[:MONTH] if name == "month" else getattr(row, name)) or ""
