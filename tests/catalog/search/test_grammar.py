"""The parser accepts every query; in strict mode it refuses one that does not follow the grammar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.errors import BadQuery
from catalog_service.search.grammar import MAX_LENGTH, NO_WORD, Node, Parsed, Phrase, Prefix, Variants, parse
from catalog_service.search.tree import And, Not, Or


def nested(node: Node | None) -> object:
    """The query as nested tuples of stems."""
    if isinstance(node, Phrase | Prefix):
        words = f"{node.word}*" if isinstance(node, Prefix) else " ".join(node.stems) + ("…" if node.open else "")
        return f"{node.field}:{words}" if node.field else words
    if isinstance(node, Variants):
        return ("variants", *map(nested, node.phrases))
    if isinstance(node, Not):
        return ("not", nested(node.part))
    if isinstance(node, And | Or):
        return (type(node).__name__.lower(), *(nested(part) for part in node.parts))
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
        ("two-state", ("variants", "two state", "twostat")),
        ("Korea AND peace", ("and", "korea", "peac")),
        ("“joint statement”", "joint statement"),
        ("-peace", ("not", "peac")),
        ("-(peace talks)", ("not", ("and", "peac", "talk"))),
        ("title:(peace OR war) text:talks", ("and", ("or", "title:peac", "title:war"), "text:talk")),
        ('-title:"joint statement"', ("not", "title:joint statement")),
        ("well-know*", ("and", "well", "know*")),
        ("新西兰", "新西 西兰"),
        ("新", "新…"),
        ("新西*", "新西"),
        ("9月4日", "9 月 4 日…"),
        ("– peace !", "peac"),
        ("or and not", ("and", "or", "and", "not")),
        ("", None),
        ("   ", None),
    ],
)
def test_a_query_has_this_meaning(query: str, meaning: object) -> None:
    parsed = parse(query)
    assert nested(parsed.node) == meaning
    assert not parsed.escaped


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ('peace "open', 6),
        ("peace “open", 6),
        ("(peace", 0),
        ("peace)", 5),
        ("OR peace", 0),
        ("peace OR", 6),
        ("peace OR OR war", 6),
        ("AND peace", 0),
        ("(peace AND) war", 7),
        ("peace -(", 7),
        ("(peace -) war", 7),
        ("(" * 50 + "a" + ")" * 50, 20),
        ("-title:" * 30 + "a", 71),
        ("a " * 65, 128),
        ('"' + "a " * 33 + '"', 0),
    ],
)
def test_a_query_that_does_not_parse_is_plain_words_with_a_warning(query: str, position: int) -> None:
    parsed = parse(query)
    assert parsed.escaped
    assert parsed.warnings
    with pytest.raises(BadQuery) as refused:
        parse(query, strict=True)
    assert refused.value.extensions == {"position": position}


def test_a_query_that_is_too_long_is_refused() -> None:
    parse("a" * MAX_LENGTH)
    with pytest.raises(BadQuery, match="longer than 1,000 characters"):
        parse("a" * (MAX_LENGTH + 1))


@pytest.mark.parametrize("query", ["!?", '""', "-!", "( )", "title:“”"])
def test_a_query_without_a_word_has_a_warning(query: str) -> None:
    assert parse(query) == Parsed(None, warnings=(NO_WORD,))


@pytest.mark.parametrize(
    ("query", "warning"), [("a*", "too short"), ("author:peters", "author: is not a field"), ("(peace", "character 1")]
)
def test_a_query_that_is_not_taken_literally_has_a_warning(query: str, warning: str) -> None:
    [given] = parse(query).warnings
    assert warning in given


@pytest.mark.parametrize(
    ("query", "plainest"),
    [
        ("peace   talks", "peace talks"),
        ("(peace OR war) -title:two-state", "(peace OR war) -title:two-state"),
        ("U.N. denuc*", '"U.N." denuc*'),
        ("-(-peace)", "-(-peace)"),
        ('(peace talks) OR "AND"', '(peace talks) OR "AND"'),
    ],
)
def test_a_query_has_a_plainest_form(query: str, plainest: str) -> None:
    assert parse(query).written == plainest


@given(st.one_of(st.text(max_size=60), st.text(alphabet='abz é中日"“”()-*:OR', max_size=40)))
def test_every_query_parses_and_its_plainest_form_means_the_same(query: str) -> None:
    parsed = parse(query)
    reparsed = parse(parsed.written)
    assert reparsed.node == parsed.node
    assert not reparsed.escaped


def test_repeated_words_are_searched_for_once() -> None:
    assert parse(" ".join(['"the of"'] * 32)) == parse('"the of"')
    assert parse("a OR b OR a") == parse("a OR b")
    assert parse("(peace peace) OR peace -war -war").node == parse("peace OR (peace -war)").node


@pytest.mark.parametrize(("query", "word"), [("peace NOT war", "NOT"), ("peace NEAR talks", "NEAR")])
def test_an_operator_of_other_search_engines_is_a_word_with_a_warning(query: str, word: str) -> None:
    [warning] = parse(query).warnings
    assert warning.startswith(f"{word} is no operator (write ")
    assert parse(query).node == parse(query.lower()).node
    assert parse(query.lower()).warnings == ()
