"""For a phrase, the documents that have or had it, with the first and the last version that has it.

The catalog knows when it saw a version, not when somebody wrote it. So a phrase is present at one time and absent at a
later one; when it was deleted between them is not known.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery, SearchTooExpensive
from catalog_service.resources import Moment, Resource, Significance, Snapshot, Status
from catalog_service.search import grammar, plan
from catalog_service.search.finding import MAX_SECONDS
from catalog_service.search.grammar import FIELDS, Field
from catalog_service.search.plan import Plan
from catalog_service.search.scope import ENGINES, MAX_FORMS
from catalog_service.store import arrays, deadline, paging
from catalog_service.store.conditions import AT
from catalog_service.store.prepared import NamedRow, Prepared
from catalog_service.store.tables import Document, Version

QUOTES = re.compile('["“”]')
COLUMNS = (
    Version.document, Version.observation, Version.number, Version.title, Version.recorded_at, Version.observed_at,
    Version.seq, Version.change,
)  # fmt: skip


class PhraseVersion(Resource):
    """A version, when it was seen, and how it differs from the one before; `significance` is null for the first one."""

    version: int
    title: str
    observed_at: Moment
    recorded_at: Moment
    seq: int
    significance: Significance | None


class PhraseDocument(Resource):
    """A document that has or had the phrase, in `versions` of its versions.

    `absent` is the version after the last one with the phrase; null if there is none. A phrase may also be absent from
    versions between the first and the last one.
    """

    document: UUID
    collection: str
    path: str
    status: Status
    versions: int
    first: PhraseVersion
    last: PhraseVersion
    absent: PhraseVersion | None


class Phrases(Resource):
    """One page of documents, in the order in which the phrase first appeared in them."""

    phrase: str
    documents: tuple[PhraseDocument, ...]
    next: str | None
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class PhraseQuery:
    """A phrase, and where it is looked for. Each cursor contains a hash of the `repr`, as with `changes.Filter`."""

    phrase: str
    within: tuple[Field, ...] = FIELDS
    collection: str | None = None


def find(session: Session, query: PhraseQuery, *, limit: int, cursor: str | None = None) -> Phrases:
    """The documents that have or had the phrase. Raises BadQuery, SearchTooExpensive, CursorInvalid, CursorMismatch."""
    leaf = _parsed(query.phrase)
    position = paging.begin(session, query, cursor)
    dialect = session.get_bind().dialect.name
    terms, values = ENGINES[dialect].parametrised(plan.everywhere(leaf, query.within), "plan")
    if query.collection is not None:
        values["collection"] = query.collection
    statement = _select_grouped(dialect, terms, of_collection=query.collection is not None)
    after, at = position.after or 0, position.snapshot.seq
    try:
        with deadline.limited(session, MAX_SECONDS):
            rows, more = position.page(statement.rows(session, **values, at=at, after=after, limit=limit + 1), limit)
    except deadline.Exceeded:
        raise SearchTooExpensive from None
    return Phrases(
        phrase=leaf.written,
        documents=tuple(_described(session, rows)),
        next=position.cursor(rows[-1].appeared) if more else None,
        snapshot=position.snapshot,
    )


def _parsed(phrase: str) -> grammar.Phrase:
    """The words of the phrase, with or without quotation marks around them. Raises BadQuery."""
    words = QUOTES.sub(" ", phrase).strip()
    leaf = grammar.parse(f'"{words}"', strict=True).node
    if not isinstance(leaf, grammar.Phrase):
        error = FieldError(pointer="q", detail="has no word")
        raise BadQuery("q: has no word.", errors=(error,))
    return leaf


@functools.lru_cache(MAX_FORMS)
def _select_grouped(dialect: str, terms: Plan, *, of_collection: bool) -> Prepared:
    return Prepared(lambda: _grouped(dialect, terms, of_collection=of_collection))


def _grouped(dialect: str, terms: Plan, *, of_collection: bool) -> sa.Select[Any]:
    """The documents in which the phrase appeared after the `seq` `:after`, with the observations of the versions."""
    matching = ENGINES[dialect].matching(terms)
    appeared, last = sa.func.min(Version.seq).label("appeared"), sa.func.max(Version.observation).label("last")
    grouped = (
        sa.select(
            Version.document, appeared, sa.func.min(Version.observation).label("first"), last,
            sa.func.count().label("versions"),
        )
        .select_from(matching)
        .join(Version, Version.seq == matching.c.entry)
        .where(Version.seq <= AT)
        .group_by(Version.document)
        .having(appeared > sa.bindparam("after", type_=sa.BigInteger))
        .subquery()
    )  # fmt: skip
    later = aliased(Version)
    absent = sa.select(sa.func.min(later.observation)).where(
        later.document == grouped.c.document, later.observation > grouped.c.last, later.seq <= AT
    )
    statement = (
        sa.select(
            *grouped.c, absent.scalar_subquery().label("absent"), Document.path, Document.status, Document.collection
        )
        .join(Document, Document.id == grouped.c.document)
        .where(Document.status != "redacted")
        .order_by(grouped.c.appeared)
        .limit(sa.bindparam("limit", type_=sa.Integer))
    )
    return statement.where(Document.collection == sa.bindparam("collection")) if of_collection else statement


def _described(session: Session, rows: Sequence[NamedRow]) -> list[PhraseDocument]:
    """The rows as resources; the versions of all of them are read by one statement."""
    names = {(row.document, number) for row in rows for number in (row.first, row.last, row.absent) if number}
    versions = _versions(session, list(names))
    return [
        PhraseDocument(
            document=row.document,
            collection=row.collection,
            path=row.path,
            status=row.status,
            versions=row.versions,
            first=versions[row.document, row.first],
            last=versions[row.document, row.last],
            absent=versions.get((row.document, row.absent)),
        )
        for row in rows
    ]


def _versions(session: Session, names: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], PhraseVersion]:
    """The versions with these documents and observations."""
    return {
        (row.document, row.observation): PhraseVersion(
            version=row.number,
            title=row.title,
            observed_at=row.observed_at,
            recorded_at=row.recorded_at,
            seq=row.seq,
            significance=row.change.get("significance"),
        )
        for row in _select_versions.rows(session, names=names)
    }


@Prepared
def _select_versions() -> sa.Select[*tuple[Any, ...]]:
    name = Version.document, Version.observation
    return sa.select(*COLUMNS).where(arrays.any_row_of(name, arrays.rows_parameter("names")))
