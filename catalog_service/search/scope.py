"""The scope of a search: the documents that match its filters and its plan, as of one `seq`.

The statements of a search are prepared, one for each form of a scope: see `store.prepared`.
"""

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from catalog_service import documents
from catalog_service.relations import filing
from catalog_service.search import postgres, sqlite
from catalog_service.search.plan import Plan
from catalog_service.search.results import Query, Versions
from catalog_service.store import arrays
from catalog_service.store.conditions import AT, not_redacted
from catalog_service.store.prepared import Prepared
from catalog_service.store.tables import DocumentState, Membership, Version, current_version, unindexed, valid_at

ENGINES = {"sqlite": sqlite, "postgresql": postgres}
PUBLISHED = filing.published(Version)
# The forms that each statement is kept for; a client can make any number of them.
MAX_FORMS = 128
CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    **documents.CONDITIONS,
    "status": unindexed(DocumentState.status) == sa.bindparam("status"),
    "story": DocumentState.document.in_(
        sa.select(Membership.document).where(Membership.story == sa.bindparam("story"), valid_at(Membership, AT))
    ),
}
# The moment of a match in a search of all versions is that of the version.
OF_VERSIONS: Mapping[str, ColumnElement[bool]] = {
    "recorded_start": Version.recorded_at >= sa.bindparam("recorded_start"),
    "recorded_end": Version.recorded_at < sa.bindparam("recorded_end"),
}
_FILTERS = [field.name for field in fields(documents.Filter)]


@dataclass(frozen=True, slots=True)
class Form:
    """What the text of a scope's statements depends on; everything else is the value of a parameter.

    `conditions` are names of `CONDITIONS`, and the plans are parametrised. With `listed`, only `:documents` are
    selected; with `readable`, only those that are not redacted now.
    """

    dialect: str
    versions: Versions
    conditions: frozenset[str]
    readable: bool
    listed: bool
    plan: Plan | None
    better: Plan | None

    def select(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  Any columns.
        """Selects the columns, of DocumentState and Version, for each document that matches."""
        return self.select_with_entry(*columns)[0]

    def select_with_entry(self, *columns: Any) -> tuple[Select[Any], ColumnElement[int]]:  # noqa: ANN401  Any columns.
        """The statement of `select`, and the column of the entry numbers that it can be ordered by.

        In descending order of this column, FTS5 reads only the rows that are fetched. Of several versions of a document
        that match, the newest is selected.
        """
        if self.versions == "latest":
            return self._matches(*columns)
        newest = self._matches(sa.func.max(Version.seq).label("entry"))[0].group_by(Version.document)
        if self.better is not None:
            better, _ = replace(self, plan=self.better)._matches(Version.document)
            newest = newest.where(Version.document.not_in(better))
        entries = newest.subquery()
        statement = sa.select(*columns).select_from(entries).join(Version, Version.seq == entries.c.entry)
        state = sa.and_(DocumentState.document == Version.document, valid_at(DocumentState, AT))
        return statement.join(DocumentState, state), entries.c.entry

    def select_matched_versions(self) -> Select[str, int]:
        """Selects the document and the number of each version that matches."""
        return self._matches(Version.document, Version.number)[0].order_by(Version.document, Version.number)

    def select_among(self) -> Select[int]:
        """Selects those of the entries `:among` that match the plan; the filters are not applied."""
        assert self.plan is not None
        return sa.select(ENGINES[self.dialect].matching(self.plan, among=True).c.entry)

    def _matches(self, *columns: Any) -> tuple[Select[Any], ColumnElement[int]]:  # noqa: ANN401  Any columns.
        """Selects the columns for each version that matches, and the column of the entry numbers."""
        state = current_version(DocumentState)
        if self.versions == "all":
            state = sa.and_(DocumentState.document == Version.document, Version.seq <= AT)
        conditions = (valid_at(DocumentState, AT), *self._conditions())
        if self.plan is None:
            return sa.select(*columns).select_from(Version).join(DocumentState, state).where(
                *conditions
            ), Version.seq.expression
        matching = ENGINES[self.dialect].matching(self.plan)
        statement = sa.select(*columns).select_from(matching).join(Version, Version.seq == matching.c.entry)
        return statement.join(DocumentState, state).where(*conditions), matching.c.entry

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        conditions = {**CONDITIONS, **OF_VERSIONS} if self.versions == "all" else CONDITIONS
        yield from (conditions[name] for name in sorted(self.conditions))
        if self.listed:
            yield arrays.any_of(Version.document, arrays.parameter("documents"))
        if self.readable:
            yield not_redacted(DocumentState.document)


@dataclass(frozen=True, slots=True)
class SearchScope:
    """The documents that a query selects as of the seq `at`: by its filters and, if it has words, by a plan.

    `past` says that `at` may be before the present: documents that were redacted since then have no content any more.
    With `documents`, others are not selected, and neither are documents with a version that matches the plan `better`.
    """

    session: Session
    query: Query
    at: int
    plan: Plan | None = None
    past: bool = False
    documents: Collection[str] | None = None
    better: Plan | None = None

    def with_plan(self, plan: Plan | None, better: Plan | None = None) -> "SearchScope":
        """The same filters with another plan."""
        return replace(self, plan=plan, better=better)

    def of_documents(self, documents: Collection[str]) -> "SearchScope":
        """The same scope, among these documents only."""
        return replace(self, documents=documents)

    def form(self) -> tuple[Form, dict[str, Any]]:
        """The form of the scope's statements, and the values of their parameters."""
        query, dialect = self.query, self.session.get_bind().dialect.name
        values = documents.values_of(documents.Filter(**{name: getattr(query, name) for name in _FILTERS}))
        conditions = frozenset(values)
        plans: dict[str, Plan | None] = {}
        # Only a search of all versions excludes documents by a better match.
        better = self.better if query.versions == "all" else None
        for name, plan in {"plan": self.plan, "better": better}.items():
            plans[name], terms = ENGINES[dialect].parametrised(plan, name) if plan is not None else (None, {})
            values |= terms
        form = Form(
            dialect=dialect,
            versions=query.versions,
            conditions=conditions,
            readable=self.past and query.status != "redacted",
            listed=self.documents is not None,
            **plans,
        )
        return form, {**values, "at": self.at, "documents": list(self.documents or ())}

    def matching_among(self, entries: Collection[int]) -> set[int]:
        """The numbers of those of the entries that match the plan; the filters are not applied."""
        if self.plan is None or not entries:
            return set(entries)
        form, values = self.form()
        return {row.entry for row in _select_among(form).rows(self.session, **values, among=list(entries))}


@functools.lru_cache(MAX_FORMS)
def _select_among(form: Form) -> Prepared:
    return Prepared(form.select_among)
