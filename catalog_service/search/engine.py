"""The two engines behind one face: put and remove entries, say which match, and how well.

Every term is written in ASCII letters and digits, so that no engine has anything left to analyse.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from catalog_service.search.analyzer import Token
from catalog_service.search.grammar import And, Field, Node, Not, Words
from catalog_service.search.tables import COLUMNS
from catalog_service.tables import Document

PART = 16_000
OVERLAP = 50
TITLE_WEIGHT = 10


def put(session: Session, entry: int, title: Sequence[Token], text: Sequence[Token]) -> None:
    """Adds an entry, in the place of an older one."""
    remove(session, entry)
    names = ", ".join(COLUMNS)
    if _is_sqlite(session):
        told = [_line(each, attribute) for attribute in ("stem", "word") for each in (title, text)]
        values = dict(zip(COLUMNS, told, strict=True)) | {"id": entry}
        statement = (
            f"INSERT INTO search_entry (rowid, {names}) VALUES (:id, {', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608  Names of ours.
        )
        session.execute(sa.text(statement), values)
        return
    vectors = ", ".join(f"CAST(:{name} AS tsvector)" for name in COLUMNS)
    statement = f"INSERT INTO search_entry (id, part, {names}) VALUES (:id, :part, {vectors})"  # noqa: S608  Names of ours.
    for number, part in enumerate(_parts(text)):
        told = [_vector(each, attribute) for attribute in ("stem", "word") for each in (title, part)]
        session.execute(sa.text(statement), dict(zip(COLUMNS, told, strict=True)) | {"id": entry, "part": number})


def remove(session: Session, entry: int) -> None:
    """Takes an entry out, if it is there."""
    name = "rowid" if _is_sqlite(session) else "id"
    session.execute(sa.text(f"DELETE FROM search_entry WHERE {name} = :id"), {"id": entry})  # noqa: S608  Names of ours.


def condition(session: Session, node: Node, fields: Collection[Field]) -> ColumnElement[bool]:
    """Which documents match: each leaf asked of the engine, joined by the database."""
    leaf = _sqlite_leaf if _is_sqlite(session) else _postgres_leaf
    return _condition(node, lambda words: leaf(words, fields))


def _condition(node: Node, leaf: Callable[[Words], ColumnElement[bool]]) -> ColumnElement[bool]:
    if isinstance(node, Words):
        return leaf(node)
    if isinstance(node, Not):
        return sa.not_(_condition(node.part, leaf))
    parts = [_condition(part, leaf) for part in node.parts]
    return sa.and_(*parts) if isinstance(node, And) else sa.or_(*parts)


def scores(session: Session, leaves: Iterable[Words], entries: Sequence[int]) -> dict[int, float]:
    """How well each of these entries matches, higher is better; the two engines weigh alike but not the same."""
    words = list(leaves)
    if not words or not entries:
        return {}
    if _is_sqlite(session):
        query = " OR ".join(f"({_match(each, ('title', 'text'))})" for each in words)
        statement = sa.text(
            f"SELECT rowid, -bm25(search_entry, {TITLE_WEIGHT}, 1, {TITLE_WEIGHT}, 1) FROM search_entry "  # noqa: S608
            "WHERE search_entry MATCH :query AND rowid IN :ids"
        ).bindparams(sa.bindparam("ids", expanding=True))
    else:
        query = " | ".join(f"({_tsquery(each)})" for each in words)
        statement = sa.text(
            "SELECT id, sum(:weight * ts_rank(title, CAST(:query AS tsquery), 1) "
            "+ ts_rank(text, CAST(:query AS tsquery), 1)) FROM search_entry WHERE id IN :ids GROUP BY id"
        ).bindparams(sa.bindparam("ids", expanding=True), weight=TITLE_WEIGHT)
    rows = session.execute(statement, {"query": query, "ids": list(entries)})
    return {int(row[0]): float(row[1]) for row in rows}


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _term(word: str) -> str:
    """A word in letters and digits of ASCII: itself, or its UTF-8 in hexadecimal behind a mark."""
    return f"a{word}" if word.isascii() else f"u{word.encode().hex()}"


def _terms(words: Words) -> list[str]:
    return [_term(token.word if words.prefix else token.stem) for token in words.tokens]


def _line(tokens: Sequence[Token], attribute: str) -> str:
    return " ".join(_term(getattr(token, attribute)) for token in tokens)


def _vector(tokens: Sequence[Token], attribute: str) -> str:
    """A tsvector written out: each term with its positions; a term may have 255 of them at most."""
    places: dict[str, list[int]] = {}
    for number, token in enumerate(tokens[: PART + OVERLAP], start=1):
        places.setdefault(_term(getattr(token, attribute)), []).append(number)
    return " ".join(f"{term}:{','.join(map(str, at[:255]))}" for term, at in places.items())


def _parts(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Parts that overlap, so that a phrase on the border stands whole in one."""
    for start in range(0, max(len(tokens), 1), PART):
        yield tokens[start : start + PART + OVERLAP]


def _columns(words: Words, fields: Collection[Field]) -> list[str]:
    asked = [field for field in ("title", "text") if field in fields and words.field in (None, field)]
    return [f"{field}_words" if words.prefix else field for field in asked]


def _match(words: Words, fields: Collection[Field]) -> str:
    """The leaf in the language of FTS5."""
    phrase = f'"{" ".join(_terms(words))}"' + (" *" if words.prefix else "")
    return f"{{{' '.join(_columns(words, fields))}}} : {phrase}"


def _sqlite_leaf(words: Words, fields: Collection[Field]) -> ColumnElement[bool]:
    if not _columns(words, fields):
        return sa.false()
    found = sa.text("SELECT rowid FROM search_entry WHERE search_entry MATCH :query")
    bound = found.bindparams(sa.bindparam("query", _match(words, fields), unique=True))
    return Document.created_seq.in_(bound.columns(sa.column("rowid", sa.BigInteger)))


def _tsquery(words: Words) -> str:
    """The leaf in the language of tsquery."""
    return " <-> ".join(_terms(words)) + (":*" if words.prefix else "")


def _postgres_leaf(words: Words, fields: Collection[Field]) -> ColumnElement[bool]:
    columns = _columns(words, fields)
    if not columns:
        return sa.false()
    either = " OR ".join(f"{column} @@ CAST(:query AS tsquery)" for column in columns)
    found = sa.text(f"SELECT id FROM search_entry WHERE {either}")  # noqa: S608  Names of ours.
    bound = found.bindparams(sa.bindparam("query", _tsquery(words), unique=True))
    return Document.created_seq.in_(bound.columns(sa.column("id", sa.BigInteger)))
