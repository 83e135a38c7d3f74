"""A query means what its user thinks, and no input is an error unless asked to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.errors import BadQuery
from catalog_service.search import analyzer
from catalog_service.search.grammar import And, Node, Not, Or, Words, parse


def told(node: Node | None) -> object:
    """The query as nested tuples of stems."""
    if isinstance(node, Words):
        stems = " ".join(token.stem for token in node.tokens) + ("*" if node.prefix else "")
        return f"{node.field}:{stems}" if node.field else stems
    if isinstance(node, Not):
        return ("not", told(node.part))
    if isinstance(node, And | Or):
        return (type(node).__name__.lower(), *(told(part) for part in node.parts))
    return None


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("peace talks", ("and", "peac", "talk")),
        ('"joint statement" korea', ("and", "joint statement", "korea")),
        ("denuc*", "denuc*"),
        ("peace -war", ("and", "peac", ("not", "war"))),
        ("korea OR japan peace", ("or", "korea", ("and", "japan", "peac"))),
        ("(korea OR japan) peace", ("and", ("or", "korea", "japan"), "peac")),
        ("title:peace", "title:peac"),
        ("U.N. council's", ("and", "un", "council")),
        ("two-state", "two state"),
        ("", None),
    ],
)
def test_a_query_means(query: str, meaning: object) -> None:
    parsed = parse(query)
    assert told(parsed.node) == meaning
    assert not parsed.escaped


@pytest.mark.parametrize(
    "query", ['"open', "(peace", "peace)", "OR peace", "peace -(", "title:", "(" * 50 + "a" + ")" * 50]
)
def test_what_does_not_parse_is_plain_words_and_said_so(query: str) -> None:
    parsed = parse(query)
    assert parsed.escaped
    assert parsed.warnings
    with pytest.raises(BadQuery):
        parse(query, strict=True)


def test_only_excluding_is_told_and_finds_nothing() -> None:
    parsed = parse("-peace")
    assert parsed.node is None
    assert parsed.warnings


@given(st.one_of(st.text(max_size=60), st.text(alphabet='ab "()-*:OR', max_size=40)))
def test_no_query_is_an_error(query: str) -> None:
    parse(query)


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text: str) -> None:
    for token in analyzer.analyze(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nuku’alofa's", ["nukualofa"]),
        ("Café déjà-vu", ["cafe", "deja", "vu"]),
        ("U.N. and UN", ["un", "and", "un"]),
        ("新西兰", ["新西", "西兰"]),
        ("한국 정부", ["한국", "정부"]),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    found = [token.word for token in analyzer.analyze(text)]
    assert [analyzer.fold(word) or word for word in words] == found
