"""A diff reproduces the second text exactly, and copies words of the first text where it can."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service import diff

texts = st.one_of(
    st.text(alphabet="ab ,.\n", max_size=60),
    st.lists(st.sampled_from(["one", "two", "three,", "four.", "\n\n", "“five”"]), max_size=30).map(" ".join),
)


def applied(first: str, second: str) -> str:
    """The second text, rebuilt from the operations."""
    rebuilt, at = "", 0
    for op in diff.diff(first, second):
        assert op.b[0] == at
        at = op.b[1]
        if op.op in ("equal", "move"):
            assert op.a[1] - op.a[0] == op.b[1] - op.b[0]
            rebuilt += first[slice(*op.a)]
        elif op.op in ("insert", "replace"):
            rebuilt += second[slice(*op.b)]
    return rebuilt


@given(texts, texts)
def test_the_operations_turn_the_first_text_into_the_second(first: str, second: str) -> None:
    assert applied(first, second) == second


@given(texts)
def test_two_equal_texts_have_only_equal_operations(text: str) -> None:
    assert all(op.op == "equal" for op in diff.diff(text, text))


def test_a_changed_word_is_one_replacement() -> None:
    assert diff.diff("Envoys met on Monday.", "Envoys met on Tuesday.") == (
        diff.Op("equal", (0, 14), (0, 14)),
        diff.Op("replace", (14, 20), (14, 21)),
        diff.Op("equal", (20, 21), (21, 22)),
    )


def test_a_paragraph_that_changed_places_is_a_move() -> None:
    first = "The first paragraph.\n\nThe second one here.\n\nThe third paragraph ends."
    second = "The second one here.\n\nThe third paragraph ends.\n\nThe first paragraph."
    assert "move" in {op.op for op in diff.diff(first, second)}
    assert applied(first, second) == second


@pytest.mark.parametrize(
    ("first", "second", "significance"),
    [
        ('He said "no".', "He said “no”.", "typography"),
        ("Some 40 died.", "Some 43 died.", "figure"),
        ("It opens on 4 September.", "It opens on 5 September.", "date"),
        ("She said “we will go” today.", "She said “we must go” today.", "quotation"),
        ("The talks failed.", "The talks succeeded.", "substantive"),
    ],
)
def test_the_significance_of_a_changed_text(first: str, second: str, significance: str) -> None:
    assert diff.significance(("T", "T"), (first, second), diff.diff(first, second)) == significance


def test_a_new_title_alone_is_a_headline_change() -> None:
    assert diff.significance(("Talks fail", "Talks collapse"), ("x", "x"), diff.diff("x", "x")) == "headline"


def test_two_long_texts_with_nothing_in_common_take_bounded_memory() -> None:
    first = " ".join(f"a{number}" for number in range(20_000))
    second = " ".join(f"b{number}" for number in range(20_000))
    assert applied(first, second) == second
