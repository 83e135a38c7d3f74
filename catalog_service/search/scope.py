"""The documents a search is about, as they were at one moment, and what is asked of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from catalog_service import dates
from catalog_service.search import postgres, sqlite
from catalog_service.search.plan import Plan
from catalog_service.search.results import Query
from catalog_service.tables import Document, DocumentState, Version, alive

ENGINES = {"sqlite": sqlite, "postgresql": postgres}
PUBLISHED = sa.func.coalesce(Version.published, "")
SEQUENCE = sa.func.coalesce(Version.details["wire"]["sequence"].as_integer(), 0)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a query selects at the seq `at`: by its filters, and by a plan where it has words."""

    session: Session
    query: Query
    at: int
    plan: Plan | None = None

    def following(self, plan: Plan) -> "Scope":
        """The same filters with another plan."""
        return replace(self, plan=plan)

    def hold(self, entries: Collection[int]) -> set[int]:
        """Those of the entries that match."""
        if self.plan is None:
            return set(entries)
        matching = ENGINES[self.session.get_bind().dialect.name].matching(self.plan, entries)
        return set(self.session.scalars(sa.select(matching.c.entry)))

    def select(self, *columns: Any) -> Select[Any]:  # noqa: ANN401  Whatever can be selected.
        """A statement with one row for each document that matches, over its version, its state and `entry`."""
        return self.numbered(*columns)[0]

    def numbered(self, *columns: Any) -> tuple[Select[Any], ColumnElement[int]]:  # noqa: ANN401
        """The same, and what numbers the entries; FTS5 reads them in descending order without looking at all."""
        current = sa.and_(Version.document == DocumentState.document, Version.number == DocumentState.number)
        conditions = (alive(DocumentState, self.at), *self._conditions())
        if self.plan is None:
            return sa.select(*columns).select_from(Version).join(DocumentState, current).where(
                *conditions
            ), Version.seq.expression
        matching = ENGINES[self.session.get_bind().dialect.name].matching(self.plan)
        asked = sa.select(*columns).select_from(matching).join(Version, Version.seq == matching.c.entry)
        return asked.join(DocumentState, current).where(*conditions), matching.c.entry

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        query = self.query
        equal: dict[ColumnElement[Any], str | None] = {
            # As no index has it: a search does not begin with all documents of a status.
            DocumentState.status.concat(""): query.status,
            DocumentState.collection.expression: query.collection,
            DocumentState.path.expression: query.path,
            Version.kind.expression: query.kind,
            Version.publisher.expression: query.publisher,
            Version.language.expression: query.language,
            Version.change["significance"].as_string(): query.significance,
        }
        yield from (column == value for column, value in equal.items() if value is not None)
        if query.story is not None:
            yield DocumentState.document.in_(sa.select(Document.id).where(Document.story == query.story))
        start, end = query.published
        yield from _between(Version.published, start, dates.sort_bound(end) if end else None)
        start, end = query.recorded
        moments = dates.start(start) if start else None, dates.end(end) if end else None
        yield from _between(DocumentState.recorded_at, *moments)


def _between(column: InstrumentedAttribute[Any], start: object, end: object) -> Iterator[ColumnElement[bool]]:
    """From `start` to before `end`."""
    if start is not None:
        yield column >= start
    if end is not None:
        yield column < end
