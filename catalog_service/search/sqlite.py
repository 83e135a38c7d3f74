"""The search index on SQLite: a contentless FTS5 table."""

import functools
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Subquery
from sqlalchemy.orm import Session

from catalog_service.search import entries
from catalog_service.search.entries import COLUMNS, IndexEntry
from catalog_service.search.plan import EVERYTHING, Plan, TermMatch
from catalog_service.search.tables import LIVE
from catalog_service.search.tree import And, Not, Or
from catalog_service.store import arrays
from catalog_service.store.prepared_writes import PreparedWrite
from catalog_service.store.rows import IndexRows

_AMONG = "rowid IN (SELECT value FROM json_each(:among))"
# By `_AMONG`, SQLite queries the index once for each number, and each query of a prefix reads all entries that have it.
# In the range of the numbers they are read once.
_IN_RANGE = "rowid BETWEEN (SELECT min(value) FROM json_each(:among)) AND (SELECT max(value) FROM json_each(:among))"


def put(session: Session, numbered: Iterable[tuple[int, IndexRows]], table: str = LIVE) -> None:
    """Adds the rows of entries, each entry with its number: the `seq` of its version."""
    _put(table).execute(session, ((number, *row) for number, rows_of_entry in numbered for row in rows_of_entry))


@functools.cache
def _put(table: str) -> PreparedWrite:
    statement = sa.text(
        f"INSERT INTO {table} (rowid, {', '.join(COLUMNS)}) "  # noqa: S608  Names of ours.
        f"VALUES (:entry, {', '.join(f':{name}' for name in COLUMNS)})"
    )
    return PreparedWrite(("entry", *COLUMNS), lambda _: statement)


def rows(entry: IndexEntry) -> IndexRows:
    """The row of an entry, without its number."""
    columns = (
        entries.stem_terms(entry.whole_title),
        entries.stem_terms(entry.whole_text),
        entry.about,
        entries.word_terms(entry.whole_title),
        entries.word_terms(entry.whole_text),
    )
    return [tuple(map(" ".join, columns))]


def remove(session: Session, numbers: Iterable[int], table: str = LIVE) -> None:
    """Deletes the entries with these numbers, and all of their terms from the index's storage."""
    for number in numbers:
        session.execute(sa.text(f"DELETE FROM {table} WHERE rowid = :entry"), {"entry": number})  # noqa: S608  Ours.
    # FTS5 keeps the terms of deleted entries in its segments until these are merged; this merges all of them.
    session.execute(sa.text(f"INSERT INTO {table} ({table}) VALUES ('optimize')"))  # noqa: S608  A name of ours.


def parametrised(plan: Plan, name: str) -> tuple[Plan, dict[str, str]]:
    """The plan with names of parameters for its terms, and their values: here one, the expression of FTS5."""
    return TermMatch((), (name,), _has_prefix(plan)), {name: expression(plan)}


def _has_prefix(plan: Plan) -> bool:
    if isinstance(plan, TermMatch):
        return plan.open
    return any(map(_has_prefix, (plan.part,) if isinstance(plan, Not) else plan.parts))


def matching(plan: Plan, *, among: bool = False) -> Subquery:
    """The numbers of the entries that match a parametrised plan, each once; with `among`, only those in `:among`.

    Without `among`, FTS5 reads the numbers in descending order and can stop after any of them.
    """
    assert isinstance(plan, TermMatch)
    within = (f" AND {_IN_RANGE} AND +{_AMONG}" if plan.open else f" AND {_AMONG}") if among else ""
    sql = f"SELECT rowid AS entry FROM search_entry WHERE search_entry MATCH :{plan.terms[0]}{within}"  # noqa: S608  Ours.
    statement = sa.text(sql)
    if among:
        statement = statement.bindparams(arrays.numbers_parameter("among"))
    return statement.columns(sa.column("entry", sa.BigInteger)).subquery("matching")


def expression(plan: Plan) -> str:
    """The plan as an FTS5 expression. Its NOT is binary: A NOT B."""
    if isinstance(plan, TermMatch):
        return f'{{{" ".join(plan.columns)}}} : "{" ".join(plan.terms)}"{" *" if plan.open else ""}'
    if isinstance(plan, Or):
        return f"({' OR '.join(map(expression, plan.parts))})"
    parts = plan.parts if isinstance(plan, And) else (plan,)
    included = [expression(part) for part in parts if not isinstance(part, Not)] or [expression(EVERYTHING)]
    excluded = [expression(part.part) for part in parts if isinstance(part, Not)]
    matching_all = f"({' AND '.join(included)})"
    return f"({matching_all} NOT ({' OR '.join(excluded)}))" if excluded else matching_all
