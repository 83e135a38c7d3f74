"""The total and the facets of a search. A group of copies counts as one hit, that of its shown document."""

import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from catalog_service.relation_types import STORY_TYPES
from catalog_service.search.grouping import Groups
from catalog_service.search.results import Collapse, Facet, Total
from catalog_service.search.scope import MAX_FORMS, PUBLISHED, Form, SearchScope
from catalog_service.store.prepared import NamedRow, Prepared
from catalog_service.store.rows import PENDING
from catalog_service.store.tables import DocumentState, Relation, Version

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


@dataclass(slots=True)
class _Matches:
    """How many matches are counted, in all and by the values of each facet, and which of them have links.

    The matches up to the seq `above` are not counted; it is 0 if all are.
    """

    facets: dict[Facet, Counter[str]]
    counted: int = 0
    above: int = 0
    linked: list[str] = field(default_factory=list)


def count(groups: Groups) -> SearchCounts:
    """The numbers of hits and of stories on all pages, and the facets; each facet sums up to the total of hits.

    A document without a story counts as a story of its own. Of more than `MAX_COUNTED` matches the newest are counted:
    then the total is a lower bound.
    """
    query = groups.scope.query
    exact = query.total == "exact"
    if not exact and not query.facets:
        return SearchCounts(None, {})
    matches = _read(groups.scope, linked=exact or query.collapse != "none")
    hidden = _hidden(groups, query.collapse, matches)
    total = None
    if exact:
        same_story = hidden if query.collapse == "stories" else _hidden(groups, "stories", matches)
        total = Total(
            documents=matches.counted - len(hidden),
            stories=matches.counted - len(same_story),
            relation="gte" if matches.above else "eq",
        )
    return SearchCounts(total, {name: _facet(matches.facets[name], name, hidden) for name in query.facets})


def _read(scope: SearchScope, *, linked: bool) -> _Matches:
    """Reads the matches once; with `linked`, also which of them have links."""
    form, values = scope.form()
    statement = _select_counts(form, scope.query.facets, linked=linked)
    matches = _Matches(facets={name: Counter() for name in scope.query.facets})
    for name, value, number in statement.rows(scope.session, **values, most=MAX_COUNTED, limit=MAX_COUNTED + 1):
        if name == "counted":
            matches.counted = min(number, MAX_COUNTED)
        elif name == "above":
            matches.above = number or 0
        elif name == "linked":
            matches.linked.append(value)
        else:
            matches.facets[name][value] = number
    return matches


@functools.lru_cache(MAX_FORMS)
def _select_counts(form: Form, facets: tuple[Facet, ...], *, linked: bool) -> Prepared:
    """The fields of `_Matches` in rows with the columns name, value and number.

    One statement over one list of at most `:limit` matches, because the index may take long to read.
    """

    def build() -> sa.Select[*tuple[Any, ...]]:
        columns = (DocumentState.document.label("document"), *(COLUMNS[name].label(name) for name in facets))
        statement, entry = form.select_with_entry(*columns)
        newest = statement.add_columns(entry.label("entry")).order_by(entry.desc())
        matches = newest.limit(sa.bindparam("limit", type_=sa.Integer)).cte("matches").prefix_with("MATERIALIZED")
        number = sa.func.count()
        more = sa.case((number > sa.bindparam("most", type_=sa.Integer), sa.func.min(matches.c.entry)), else_=0)
        last_uncounted = sa.select(more).select_from(matches).scalar_subquery()
        is_counted = matches.c.entry > last_uncounted
        parts = [
            _part("counted", sa.literal(""), number).select_from(matches),
            _part("above", sa.literal(""), last_uncounted),
            *(_part(name, matches.c[name], number).where(is_counted).group_by(matches.c[name]) for name in facets),
        ]
        if linked:
            of_relations = sa.union_all(*map(_select_linked, (Relation.a_document, Relation.b_document)))
            is_linked = matches.c.document.in_(of_relations)
            parts.append(_part("linked", matches.c.document, sa.literal(0)).where(is_counted, is_linked))
        rows = sa.union_all(*parts).subquery()
        return sa.select(rows.c.name, rows.c.value, rows.c.number)

    return Prepared(build)


def _part(name: str, value: sa.ColumnElement[str], number: sa.ColumnElement[int]) -> sa.Select[str, str, int]:
    return sa.select(sa.literal(name).label("name"), value.label("value"), number.label("number"))


def _select_linked(side: Any) -> sa.Select[str]:  # noqa: ANN401  A column.
    return sa.select(side).where(Relation.type.in_(STORY_TYPES), Relation.seq != PENDING)


def _hidden(groups: Groups, collapse: Collapse, matches: _Matches) -> list[NamedRow]:
    """The counted documents that are not shown because their group shows another."""
    by_shown = {group.shown.document: group for group in groups.of_documents(collapse, matches.linked).values()}
    return [row for group in by_shown.values() for row in group.hidden if row.seq > matches.above]


def _facet(counted: Counter[str], name: Facet, hidden: list[NamedRow]) -> dict[str, int]:
    counts = counted.copy()
    counts.subtract(_value(row, name) for row in hidden)
    return {key: count for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count}


def _value(row: NamedRow, name: Facet) -> str:
    return (row.published[:MONTH] if name == "month" else getattr(row, name)) or ""
