"""The catalog at a glance, for the front page: its numbers, its facets, and its first documents in some order.

Each statement reads a bounded number of rows, however large the catalog is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from catalog_service import documents, resources
from catalog_service.relation_types import STORY_TYPES
from catalog_service.relations import links
from catalog_service.store.tables import Change, Document, DocumentState, Relation, Story, Version, valid_at

# Rows that a number counts; a number as high as this means "at least".
MOST_COUNTED = 10_000
DAY = timedelta(days=1)
# The documents, the newest first, that facets count.
FACETED = 2_000
# The entries of the change log among which the documents that changed last are looked for.
RECENT = 20_000
Order: TypeAlias = Literal["changed", "published", "recorded"]
ORDERS: tuple[Order, ...] = get_args(Order)
# The facets by the name of the parameter that selects them in a search.
FACETS: Mapping[str, Any] = {
    "kind": Version.kind,
    "publisher": Version.publisher,
    "month": func.substr(Version.published, 1, 4),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many there are: current documents, stories, passages shared by current documents, changes since a time."""

    documents: int
    stories: int
    passages: int
    changes: int


def numbers(session: Session, since: datetime) -> Numbers:
    """The numbers of the catalog; passages are those of relations, except the ones that make a story."""
    current = select(literal(1)).select_from(Document).where(Document.status == "current")
    changed = select(literal(1)).select_from(Change).where(Change.time >= since, Change.document.is_not(None))
    stories = select(literal(1)).select_from(Story).where(valid_at(Story))
    counts = [_counted(statement).scalar_subquery() for statement in (current, stories, changed)]
    row = session.execute(select(*counts, _passages().scalar_subquery())).one()
    return Numbers(documents=row[0], stories=row[1], changes=row[2], passages=row[3] or 0)


def _counted(statement: Select[int]) -> Select[int]:
    return select(func.count()).select_from(statement.limit(MOST_COUNTED).subquery())


def daily(session: Session, days: Sequence[datetime]) -> list[int]:
    """The number of entries of the change log on each of these days, which are given by their beginnings in UTC."""
    counts = [
        _counted(select(literal(1)).select_from(Change).where(Change.time >= day, Change.time < day + DAY))
        for day in days
    ]
    return list(session.execute(select(*(count.scalar_subquery() for count in counts))).one())


def _passages() -> Select[int]:
    """The number of passages of those of the newest relations that are between current versions."""
    listed = func.json_array_length(Relation.passages) + Relation.passages_omitted
    columns = (*links.A, *links.B, listed.label("passages"))
    newest = select(*columns).where(links.in_force(), Relation.type.not_in(STORY_TYPES)).order_by(Relation.seq.desc())
    rows = newest.limit(MOST_COUNTED).subquery().c
    # Subqueries by the key, not joins: SQLite would join states by the number of their version.
    current = [
        select(Document.number).where(Document.id == document, Document.status == "current").scalar_subquery() == number
        for document, number in ((rows.a_document, rows.a_version), (rows.b_document, rows.b_version))
    ]
    return select(func.sum(rows.passages)).where(*current)


def facets(session: Session) -> dict[str, dict[str, int]]:
    """The number of the newest FACETED documents by kind, by publisher and by year, the most frequent first."""
    newest = (
        select(DocumentState.document, DocumentState.number)
        .where(DocumentState.status == "current", valid_at(DocumentState))
        .order_by(DocumentState.created_seq.desc())
        .limit(FACETED)
    ).subquery()
    columns = [column.label(name) for name, column in FACETS.items()]
    of_newest = (Version.document == newest.c.document) & (Version.number == newest.c.number)
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for row in session.execute(select(*columns).join(newest, of_newest)):
        for name, value in row._mapping.items():
            counts[name][value] += bool(value)
    return {name: dict(counter.most_common()) for name, counter in counts.items()}


def first(session: Session, order: Order, limit: int) -> Sequence[resources.Document]:
    """The first current documents: those that changed, were published or were recorded last.

    Documents without a date are not among those published last.
    """
    if order == "published":
        statement = documents.with_version().where(DocumentState.status == "current", Version.published.is_not(None))
        statement = statement.order_by(Version.published.desc(), DocumentState.created_seq.desc()).limit(limit)
        return documents.described(session, session.execute(statement).all())
    changed = _changed_last(session, limit) if order == "changed" else []
    if len(changed) == limit:
        return changed
    # Those that did not change recently follow in the order in which they were recorded.
    newest = documents.find(session, documents.Filter(), limit=limit).documents
    return list({each.id: each for each in (*changed, *newest)}.values())[:limit]


def _changed_last(session: Session, limit: int) -> list[resources.Document]:
    """The current documents that changed last, among the last `RECENT` entries of the change log."""
    last = func.max(Change.seq)
    statement = (
        select(Change.document)
        .join(Document, Document.id == Change.document)
        .where(Document.status == "current", Change.seq > select(func.max(Change.seq)).scalar_subquery() - RECENT)
        .group_by(Change.document)
        .order_by(last.desc())
        .limit(limit)
    )
    ids = [str(document) for document in session.scalars(statement)]
    by_id = documents.by_ids(session, ids) if ids else {}
    return [by_id[id_] for id_ in ids]
