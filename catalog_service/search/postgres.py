"""The search index on PostgreSQL: tsvectors; a text that is too long for one is stored in several parts."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, CompoundSelect, Select, Subquery
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from catalog_service.search import entries
from catalog_service.search.entries import COLUMNS, IndexEntry, TokenTerms
from catalog_service.search.grammar import MAX_PHRASE
from catalog_service.search.plan import Plan, TermMatch
from catalog_service.search.tables import LIVE, entry_table, search_entry
from catalog_service.search.tree import And, Not, Or
from catalog_service.store import arrays
from catalog_service.store.prepared_writes import PreparedWrite
from catalog_service.store.rows import IndexRows

# Tokens in one part. A token takes at most 480 bytes, so a part stays below the 1 MB of a tsvector.
MAX_PART = 1_500
# A tsvector stores at most this many positions of one term, and drops the others without an error.
MAX_POSITIONS = 255
# The first tokens of a part repeat the last ones of the part before, so that every phrase is whole in one part.
OVERLAP = MAX_PHRASE - 1


def put(session: Session, numbered: Iterable[tuple[int, IndexRows]], table: str = LIVE) -> None:
    """Adds the rows of entries, each entry with its number: the `seq` of its version."""
    _put(table).execute(session, ((number, *row) for number, rows_of_entry in numbered for row in rows_of_entry))


@functools.cache
def _put(table: str) -> PreparedWrite:
    statement = sa.text(
        f"INSERT INTO {table} (entry, part, {', '.join(COLUMNS)}) "  # noqa: S608  Names of ours.
        f"VALUES (:entry, :part, {', '.join(f'CAST(:{name} AS tsvector)' for name in COLUMNS)})"
    )
    return PreparedWrite(("entry", "part", *COLUMNS), lambda _: statement)


def rows(entry: IndexEntry) -> IndexRows:
    """The rows of an entry, one for each part, without its number."""
    return [
        (
            part,
            _vector(title),
            _vector(text),
            " ".join(entry.about if part == 0 else ()),
            " ".join(entries.word_terms(title)),
            " ".join(entries.word_terms(text)),
        )
        for part, (title, text) in enumerate(_parts(entry))
    ]


def remove(session: Session, numbers: Iterable[int], table: str = LIVE) -> None:
    """Deletes the entries with these numbers."""
    if rows := [{"number": number} for number in numbers]:
        session.execute(sa.delete(entry_table(table)).where(sa.column("entry") == sa.bindparam("number")), rows)


def parametrised(plan: Plan, name: str) -> tuple[Plan, dict[str, str]]:
    """The plan with names of parameters for its terms, and their values: here one tsquery for each TermMatch."""
    values: dict[str, str] = {}

    def named(part: Plan) -> Plan:
        if isinstance(part, TermMatch):
            key = f"{name}_{len(values)}"
            values[key] = " <-> ".join(part.terms) + (":*" if part.open else "")
            return TermMatch(part.columns, (key,))
        if isinstance(part, Not):
            return Not(named(part.part))
        return type(part)(tuple(map(named, part.parts)))

    return named(plan), values


def matching(plan: Plan, *, among: bool = False) -> Subquery:
    """The numbers of the entries that match a parametrised plan, each once; with `among`, only those in `:among`."""
    entries_found = _selected(plan).distinct().subquery("matching")
    if not among:
        return entries_found
    listed = arrays.any_of(entries_found.c.entry, arrays.numbers_parameter("among"))
    return sa.select(entries_found).where(listed).subquery("matching")


def _vector(tokens: Sequence[TokenTerms]) -> str:
    """A tsvector as text: each term with its positions."""
    positions: dict[str, list[str]] = {}
    for number, term in enumerate(entries.stem_terms(tokens), start=1):
        positions.setdefault(term, []).append(str(number))
    return " ".join(f"{term}:{','.join(numbers)}" for term, numbers in positions.items())


def _parts(entry: IndexEntry) -> Iterator[tuple[Sequence[TokenTerms], Sequence[TokenTerms]]]:
    """The parts of the title and of the text, paired by number; the shorter one ends with empty parts."""
    titles, texts = list(cut(entry.whole_title)), list(cut(entry.whole_text))
    for number in range(max(len(titles), len(texts), 1)):
        yield (titles[number] if number < len(titles) else (), texts[number] if number < len(texts) else ())


def cut(tokens: Sequence[TokenTerms]) -> Iterator[Sequence[TokenTerms]]:
    """Overlapping parts of the tokens, each within the limits of a tsvector: MAX_PART and MAX_POSITIONS."""
    counts: Counter[str] = Counter(entries.stem_terms(tokens))
    if len(tokens) <= MAX_PART and max(counts.values(), default=0) <= MAX_POSITIONS:
        yield from (tokens,) if tokens else ()
        return
    start = 0
    counts.clear()
    for number, token in enumerate(tokens):
        if number - start == MAX_PART or counts[token.stem] == MAX_POSITIONS:
            yield tokens[start:number]
            start = number - OVERLAP
            counts = Counter(repeated.stem for repeated in tokens[start:number])
        counts[token.stem] += 1
    if tokens:
        yield tokens[start:]


def _selected(plan: Plan) -> Select[int]:
    """The numbers of the entries that match. For a single TermMatch, an entry may occur once for each of its parts."""
    if isinstance(plan, TermMatch):
        query = sa.bindparam(plan.terms[0], type_=postgresql.TSQUERY())
        return sa.select(search_entry.c.entry).where(sa.or_(*(_condition(name, query) for name in plan.columns)))
    if isinstance(plan, Or):
        return _set_of(sa.union(*map(_selected, plan.parts)))
    parts = plan.parts if isinstance(plan, And) else (plan,)
    included = [_selected(part) for part in parts if not isinstance(part, Not)] or [_everything()]
    excluded = [_selected(part.part) for part in parts if isinstance(part, Not)]
    matching_all = _set_of(sa.intersect(*included)) if len(included) > 1 else included[0]
    return _set_of(sa.except_(matching_all, *excluded)) if excluded else matching_all


def _set_of(compound: CompoundSelect[int]) -> Select[int]:
    return sa.select(compound.subquery().c.entry)


def _everything() -> Select[int]:
    return sa.select(search_entry.c.entry).where(_condition("about", sa.literal(entries.EVERYTHING, sa.Text())))


def _condition(column: str, query: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a column matches a tsquery."""
    return search_entry.c[column].op("@@", is_comparison=True)(sa.cast(query, postgresql.TSQUERY))
