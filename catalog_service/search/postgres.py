"""The index in tsvectors, in parts where a text is longer than one holds."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import ColumnElement, CompoundSelect, Select, Subquery
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from catalog_service.search import entries
from catalog_service.search.analyzer import Token
from catalog_service.search.entries import COLUMNS, Entry
from catalog_service.search.grammar import MAX_PHRASE
from catalog_service.search.plan import EVERYTHING, Match, Plan
from catalog_service.search.tables import search_entry
from catalog_service.search.tree import And, Not, Or

# Tokens in one part; at most 480 bytes each, which keeps below a megabyte.
PART = 1_500
# A tsvector keeps no more positions of one term than this, and drops the others without a word.
MOST_POSITIONS = 255
# A phrase that stands across the border of two parts stands whole in the second.
OVERLAP = MAX_PHRASE - 1
PUT = sa.text(
    f"INSERT INTO search_entry (entry, part, {', '.join(COLUMNS)}) "  # noqa: S608  Names of ours.
    f"VALUES (:entry, :part, {', '.join(f'CAST(:{name} AS tsvector)' for name in COLUMNS)})"
)


def put(session: Session, number: int, entry: Entry) -> None:
    """Adds an entry."""
    rows = [
        {
            "entry": number,
            "part": part,
            "title": _vector(title),
            "text": _vector(text),
            "about": " ".join(entry.about if part == 0 else ()),
            "title_words": " ".join(entries.words(title)),
            "text_words": " ".join(entries.words(text)),
        }
        for part, (title, text) in enumerate(_parts(entry))
    ]
    session.execute(PUT, rows)


def remove(session: Session, numbers: Iterable[int]) -> None:
    """Takes entries out."""
    session.execute(sa.delete(search_entry).where(search_entry.c.entry.in_(list(numbers))))


def matching(plan: Plan, among: Collection[int] | None = None) -> Subquery:
    """The entries that match, each once; of all, or `among` some."""
    found = _selected(plan).distinct().subquery("matching")
    return found if among is None else sa.select(found).where(found.c.entry.in_(list(among))).subquery("matching")


def _vector(tokens: Sequence[Token]) -> str:
    """A tsvector written out: each term with its positions."""
    places: dict[str, list[str]] = {}
    for number, term in enumerate(entries.stems(tokens), start=1):
        places.setdefault(term, []).append(str(number))
    return " ".join(f"{term}:{','.join(at)}" for term, at in places.items())


def _parts(entry: Entry) -> Iterator[tuple[Sequence[Token], Sequence[Token]]]:
    """The title and the text, cut."""
    titles, texts = list(cut(entry.title)), list(cut(entry.text))
    for number in range(max(len(titles), len(texts), 1)):
        yield (titles[number] if number < len(titles) else (), texts[number] if number < len(texts) else ())


def cut(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Parts that overlap, none longer than PART and none with a term more often than a tsvector can say."""
    start = 0
    said: Counter[str] = Counter()
    for number, token in enumerate(tokens):
        if number - start == PART or said[token.stem] == MOST_POSITIONS:
            yield tokens[start:number]
            start = number - OVERLAP
            said = Counter(each.stem for each in tokens[start:number])
        said[token.stem] += 1
    if tokens:
        yield tokens[start:]


def _selected(plan: Plan) -> Select[int]:
    """A plan as a set of entries; of a bare match, an entry may come once for each of its parts."""
    if isinstance(plan, Match):
        return sa.select(search_entry.c.entry).where(sa.or_(*(_says(name, plan) for name in plan.columns)))
    if isinstance(plan, Or):
        return _set_of(sa.union(*map(_selected, plan.parts)))
    parts = plan.parts if isinstance(plan, And) else (plan,)
    wanted = [_selected(part) for part in parts if not isinstance(part, Not)] or [_selected(EVERYTHING)]
    excluded = [_selected(part.part) for part in parts if isinstance(part, Not)]
    both = _set_of(sa.intersect(*wanted)) if len(wanted) > 1 else wanted[0]
    return _set_of(sa.except_(both, *excluded)) if excluded else both


def _set_of(compound: CompoundSelect[int]) -> Select[int]:
    return sa.select(compound.subquery().c.entry)


def _says(column: str, match: Match) -> ColumnElement[bool]:
    """A match in the language of tsquery."""
    query = " <-> ".join(match.terms) + (":*" if match.open else "")
    return search_entry.c[column].op("@@", is_comparison=True)(sa.cast(query, postgresql.TSQUERY))
