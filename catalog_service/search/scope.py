"""The scope of a search: the documents that match its filters and its plan, as of one `seq`."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog_service import dates
from catalog_service.relations import filing
from catalog_service.search import postgres, sqlite
from catalog_service.search.plan import Plan
from catalog_service.search.results import Query
from catalog_service.store.conditions import not_redacted
from catalog_service.store.tables import DocumentState, Membership, Version, current_version, unindexed, valid_at

ENGINES = {"sqlite": sqlite, "postgresql": postgres}
PUBLISHED = filing.published(Version)


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

    def matching_among(self, entries: Collection[int]) -> set[int]:
        """The numbers of those of the entries that match the plan; the filters are not applied."""
        if self.plan is None or not entries:
            return set(entries)
        matching = ENGINES[self.session.get_bind().dialect.name].matching(self.plan, entries)
        return set(self.session.scalars(sa.select(matching.c.entry)))

    def select(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  Any columns.
        """Selects the columns, of DocumentState and Version, for each document that matches."""
        return self.select_with_entry(*columns)[0]

    def select_with_entry(self, *columns: Any) -> tuple[Select[Any], ColumnElement[int]]:  # noqa: ANN401  Any columns.
        """The statement of `select`, and the column of the entry numbers that it can be ordered by.

        In descending order of this column, FTS5 reads only the rows that are fetched. Of several versions of a document
        that match, the newest is selected.
        """
        if self.query.versions == "latest":
            return self._matches(*columns)
        newest = self._matches(sa.func.max(Version.seq).label("entry"))[0].group_by(Version.document)
        if self.better is not None:
            better, _ = self.with_plan(self.better)._matches(Version.document)
            newest = newest.where(Version.document.not_in(better))
        entries = newest.subquery()
        statement = sa.select(*columns).select_from(entries).join(Version, Version.seq == entries.c.entry)
        state = sa.and_(DocumentState.document == Version.document, valid_at(DocumentState, self.at))
        return statement.join(DocumentState, state), entries.c.entry

    def matched_versions(self) -> Select[str, int]:
        """Selects the document and the number of each version that matches."""
        return self._matches(Version.document, Version.number)[0].order_by(Version.document, Version.number)

    def _matches(self, *columns: Any) -> tuple[Select[Any], ColumnElement[int]]:  # noqa: ANN401  Any columns.
        """Selects the columns for each version that matches, and the column of the entry numbers."""
        state = current_version(DocumentState)
        if self.query.versions == "all":
            state = sa.and_(DocumentState.document == Version.document, Version.seq <= self.at)
        conditions = (valid_at(DocumentState, self.at), *self._conditions())
        if self.plan is None:
            return sa.select(*columns).select_from(Version).join(DocumentState, state).where(
                *conditions
            ), Version.seq.expression
        matching = ENGINES[self.session.get_bind().dialect.name].matching(self.plan)
        statement = sa.select(*columns).select_from(matching).join(Version, Version.seq == matching.c.entry)
        return statement.join(DocumentState, state).where(*conditions), matching.c.entry

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        query = self.query
        equal: dict[ColumnElement[Any], str | None] = {
            unindexed(DocumentState.status): query.status,
            DocumentState.collection.expression: query.collection,
            DocumentState.path.expression: query.path,
            Version.kind.expression: query.kind,
            Version.publisher.expression: query.publisher,
            Version.language.expression: query.language,
            Version.change["significance"].as_string(): query.significance,
        }
        yield from (column == value for column, value in equal.items() if value is not None)
        if self.documents is not None:
            yield Version.document.in_(self.documents)
        if self.past and query.status != "redacted":
            yield not_redacted(DocumentState.document)
        if query.story is not None:
            in_story = sa.and_(Membership.story == query.story, valid_at(Membership, self.at))
            yield DocumentState.document.in_(sa.select(Membership.document).where(in_story))
        start, end = query.published
        yield from _between(Version.published, start, dates.sort_bound(end) if end else None)
        start, end = query.recorded
        moments = dates.start(start) if start else None, dates.end(end) if end else None
        recorded_at = DocumentState.recorded_at if query.versions == "latest" else Version.recorded_at
        yield from _between(recorded_at, *moments)


def _between(column: InstrumentedAttribute[Any], start: object, end: object) -> Iterator[ColumnElement[bool]]:
    """The conditions that the column is in the range from `start` to `end` (exclusive); None is an open end."""
    if start is not None:
        yield column >= start
    if end is not None:
        yield column < end
