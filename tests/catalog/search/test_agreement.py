"""For any texts and queries, SQLite and PostgreSQL find what a simple reference implementation finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from catalog_service.search import analyzer, entries, plan, postgres
from catalog_service.search.analyzer import Token
from catalog_service.search.grammar import FIELDS, Field, Leaf, Node, Prefix, Variants, parse
from catalog_service.search.scope import ENGINES
from catalog_service.search.tree import And, Not, Or
from catalog_service.store.db import Database
from tests import templates

WORDS = (
    "korea", "Korean", "peace", "talk", "talks", "U.N.", "UN", "jazz", "zebra", "naïve", "naive", "l'accord", "Yoon’s",
    "新西兰", "西兰", "3月4日", "日", "서울", "Москва", "москвы", "हिन्दी", "a", "co-op", "coop", "1,000",
    "번역이", "번역을", "번역",
)  # fmt: skip


@dataclass(frozen=True)
class ReferenceDocument:
    """A document of the reference implementation, which compares tokens one by one."""

    title: Sequence[Token]
    text: Sequence[Token]

    def matches(self, node: Node, fields: Sequence[Field]) -> bool:
        if isinstance(node, Not):
            return not self.matches(node.part, fields)
        if isinstance(node, And):
            return all(self.matches(part, fields) for part in node.parts)
        if isinstance(node, Or):
            return any(self.matches(part, fields) for part in node.parts)
        return any(occurs(getattr(self, field), node) for field in fields if node.field in (None, field))


def reference_tokens(text: str) -> list[Token]:
    """The tokens of a text, and those of its words with hyphens as one word, which no phrase contains."""
    behind = [token for compound in analyzer.compounds(text) for token in (Token("", "", 0, 0), compound)]
    return [*analyzer.analyze(text), *behind]


def occurs(tokens: Sequence[Token], leaf: Leaf) -> bool:
    if isinstance(leaf, Variants):
        return any(occurs(tokens, phrase) for phrase in leaf.phrases)
    if isinstance(leaf, Prefix):
        return any(token.word.startswith(leaf.word) for token in tokens)
    length = len(leaf.stems)
    runs = ([token.stem for token in tokens[start : start + length]] for start in range(len(tokens) - length + 1))
    if leaf.open:
        return any(run[:-1] == list(leaf.stems[:-1]) and run[-1].startswith(leaf.stems[-1]) for run in runs)
    return any(run == list(leaf.stems) for run in runs)


def texts() -> st.SearchStrategy[str]:
    parts = st.lists(st.sampled_from(WORDS), max_size=8)
    return st.one_of(parts.map(" ".join), parts.map("".join), parts.map(", ".join))


def queries() -> st.SearchStrategy[str]:
    word = st.sampled_from(WORDS)
    leaf = st.one_of(
        word,
        st.lists(word, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
        st.lists(word, min_size=2, max_size=3).map("".join),
        st.tuples(word, st.integers(1, 4)).map(lambda cut: f"{cut[0][: cut[1]]}*"),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' '.join(parts)})"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' OR '.join(parts)})"),
            inner.map(lambda part: f"-{part}"),
            st.tuples(st.sampled_from(["title:", "text:"]), inner).map("".join),
        ),
        max_leaves=6,
    )


@pytest.fixture
def databases(sqlite_url: str, postgres_url: str) -> Iterator[list[Database]]:
    opened = [Database(url) for url in (sqlite_url, postgres_url)]
    for database in opened:
        templates.bring_up(database)
    yield opened
    for database in opened:
        database.close()


def numbers(session: Session, search_plan: plan.Plan, among: Sequence[int] | None = None) -> list[int]:
    """The numbers of the entries, or of those `among` them, that an engine finds, in ascending order."""
    engine = ENGINES[session.get_bind().dialect.name]
    terms, values = engine.parametrised(search_plan, "plan")
    matching = engine.matching(terms, among=among is not None)
    return sorted(session.scalars(sa.select(matching.c.entry), {**values, "among": among}))


@pytest.mark.postgres
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corpus=st.lists(st.tuples(texts(), texts()), min_size=1, max_size=5),
    searches=st.lists(queries(), min_size=1, max_size=6),
    fields=st.sampled_from([("title", "text"), ("title",), ("text",)]),
)
def test_both_databases_find_what_the_reference_finds(
    databases: list[Database], corpus: list[tuple[str, str]], searches: list[str], fields: tuple[Field, ...]
) -> None:
    nodes = [node for query in searches if (node := parse(query).node) is not None]
    reference = {number: ReferenceDocument(*map(reference_tokens, texts)) for number, texts in enumerate(corpus, 1)}
    expected = [[number for number, document in reference.items() if document.matches(node, fields)] for node in nodes]
    orders = []
    for database in databases:
        with database.engine.connect() as connection, Session(connection) as session:
            engine = ENGINES[connection.dialect.name]
            numbered = [(number, engine.rows(entries.make_entry(*texts))) for number, texts in enumerate(corpus, 1)]
            engine.put(session, numbered)
            plans = [plan.everywhere(node, fields) for node in nodes]
            assert [numbers(session, whole) for whole in plans] == expected
            some = list(reference)[::2]
            found_among = [numbers(session, whole, some) for whole in plans]
            assert found_among == [[number for number in found if number in some] for found in expected]
            orders.append([[numbers(session, tier.plan) for tier in plan.tiers(node, fields)] for node in nodes])
            session.rollback()
    assert orders[0] == orders[1]
    assert [sorted(chain.from_iterable(tiers)) for tiers in orders[0]] == expected


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("text", "q"),
    [
        ("spam " * 700 + "eggs", '"spam spam eggs"'),
        (" ".join(f"w{number}" for number in range(4_000)), '"w1498 w1499 w1500 w1501"'),
        (" ".join(f"w{number}" for number in range(4_000)), "w3 -w4 OR w3999"),
        ("半島" * 2_000 + "終", "島終"),
        ("x" * 100_000, "x" * 60),
    ],
)
def test_a_text_longer_than_one_part_is_found_by_any_phrase(databases: list[Database], text: str, q: str) -> None:
    node = parse(q, strict=True).node
    assert node is not None
    assert ReferenceDocument([], analyzer.analyze(text)).matches(node, FIELDS)
    for database in databases:
        with database.engine.connect() as connection, Session(connection) as session:
            engine = ENGINES[connection.dialect.name]
            engine.put(session, [(1, engine.rows(entries.make_entry("", text)))])
            assert numbers(session, plan.everywhere(node, FIELDS)) == [1]
            session.rollback()


def test_no_part_exceeds_the_limits_of_a_tsvector() -> None:
    terms = entries.token_terms(("the cat and " * 2_000 + "the " * 1_000).split())
    parts = list(postgres.cut(terms))
    assert max(len(part) for part in parts) <= postgres.MAX_PART
    assert max(entries.stem_terms(part).count("the") for part in parts) <= postgres.MAX_POSITIONS
    assert [*parts[0], *chain.from_iterable(part[postgres.OVERLAP :] for part in parts[1:])] == terms
