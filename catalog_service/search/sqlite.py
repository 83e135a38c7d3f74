"""The index in FTS5, without content of its own."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy import Subquery
from sqlalchemy.orm import Session

from catalog_service.search import entries
from catalog_service.search.entries import COLUMNS, Entry
from catalog_service.search.plan import EVERYTHING, Match, Plan
from catalog_service.search.tree import And, Not, Or

PUT = sa.text(
    f"INSERT INTO search_entry (rowid, {', '.join(COLUMNS)}) "  # noqa: S608  Names of ours.
    f"VALUES (:entry, {', '.join(f':{name}' for name in COLUMNS)})"
)
REMOVE = sa.text("DELETE FROM search_entry WHERE rowid = :entry")
# What is deleted stays in the index's segments until they are merged; this merges them all.
FORGET = sa.text("INSERT INTO search_entry (search_entry) VALUES ('optimize')")


def put(session: Session, number: int, entry: Entry) -> None:
    """Adds an entry."""
    terms = {
        "title": entries.stems(entry.title),
        "text": entries.stems(entry.text),
        "about": entry.about,
        "title_words": entries.words(entry.title),
        "text_words": entries.words(entry.text),
    }
    session.execute(PUT, {"entry": number, **{name: " ".join(each) for name, each in terms.items()}})


def remove(session: Session, numbers: Iterable[int]) -> None:
    """Takes entries out, and every trace of them."""
    for number in numbers:
        session.execute(REMOVE, {"entry": number})
    session.execute(FORGET)


def matching(plan: Plan, among: Collection[int] | None = None) -> Subquery:
    """The entries that match, each once, in descending order without looking at all; `among` some, each by itself."""
    within = "" if among is None else " AND rowid IN :among"
    found = sa.text(f"SELECT rowid AS entry FROM search_entry WHERE search_entry MATCH :plan{within}")  # noqa: S608  Ours.
    bound = found.bindparams(sa.bindparam("plan", expression(plan), unique=True))
    if among is not None:
        bound = bound.bindparams(sa.bindparam("among", list(among), unique=True, expanding=True))
    return bound.columns(sa.column("entry", sa.BigInteger)).subquery("matching")


def expression(plan: Plan) -> str:
    """The plan in the language of FTS5, whose NOT stands between two things."""
    if isinstance(plan, Match):
        return f'{{{" ".join(plan.columns)}}} : "{" ".join(plan.terms)}"{" *" if plan.open else ""}'
    if isinstance(plan, Or):
        return f"({' OR '.join(map(expression, plan.parts))})"
    parts = plan.parts if isinstance(plan, And) else (plan,)
    wanted = [expression(part) for part in parts if not isinstance(part, Not)] or [expression(EVERYTHING)]
    excluded = [expression(part.part) for part in parts if isinstance(part, Not)]
    both = f"({' AND '.join(wanted)})"
    return f"({both} NOT ({' OR '.join(excluded)}))" if excluded else both
