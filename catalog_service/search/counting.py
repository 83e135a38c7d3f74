"""How many hits there are in all, and of what: each hit counts once, as the document that is shown."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog_service.search.grouping import Groups
from catalog_service.search.results import Collapse, Facet, Total
from catalog_service.search.scope import PUBLISHED, Scope
from catalog_service.tables import Version

MONTH = len("2024-09")
# Documents without a publisher, language or date are counted under the empty name.
COLUMNS: dict[Facet, sa.ColumnElement[str]] = {
    "kind": Version.kind.expression,
    "publisher": sa.func.coalesce(Version.publisher, ""),
    "language": sa.func.coalesce(Version.language, ""),
    "month": sa.func.substr(PUBLISHED, 1, MONTH),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What was asked to be counted."""

    total: Total | None
    facets: dict[Facet, dict[str, int]]


def count(groups: Groups) -> Counted:
    """The hits on all pages, the stories they are of, and their facets, each of which sums up to the total.

    A document without a story is a story of its own.
    """
    scope, query = groups.scope, groups.scope.query
    exact = query.total == "exact"
    if not exact and not query.facets:
        return Counted(None, {})
    hidden = _hidden(groups, query.collapse)
    total = None
    if exact:
        found = scope.session.execute(scope.select(sa.func.count())).scalar_one()
        retold = hidden if query.collapse == "stories" else _hidden(groups, "stories")
        total = Total(documents=found - len(hidden), stories=found - len(retold), relation="eq")
    return Counted(total, {name: _facet(scope, name, hidden) for name in query.facets})


def _hidden(groups: Groups, collapse: Collapse) -> list[sa.Row[Any]]:
    return [row for group in groups.everywhere(collapse) for row in group.hidden]


def _facet(scope: Scope, name: Facet, hidden: list[sa.Row[Any]]) -> dict[str, int]:
    value = COLUMNS[name].label("value")
    asked = scope.select(value, sa.func.count().label("hits")).group_by(value)
    counted = Counter({row.value: row.hits for row in scope.session.execute(asked)})
    counted.subtract(_value(row, name) for row in hidden)
    return {each: count for each, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])) if count}


def _value(row: sa.Row[Any], name: Facet) -> str:
    return (row.published[:MONTH] if name == "month" else getattr(row, name)) or ""
