"""The steps of an alignment: the heaviest chain, similar sentences, and the runs of words that stay."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.diffing import chains, similar, wording
from catalog_service.diffing.chains import Pair
from catalog_service.diffing.wording import Run

pairs = st.builds(Pair, st.integers(0, 5), st.integers(0, 5), st.integers(1, 9).map(float))


@given(st.lists(pairs, max_size=8))
def test_no_chain_is_heavier(drawn: list[Pair]) -> None:
    chain = chains.heaviest(drawn)
    assert is_chain(chain)
    subsets = (list(subset) for size in range(len(drawn) + 1) for subset in itertools.combinations(drawn, size))
    heaviest = max(weight(subset) for subset in subsets if is_chain(sorted(subset, key=lambda pair: pair.a)))
    assert weight(chain) == heaviest


def is_chain(found: list[Pair]) -> bool:
    """Whether both positions increase from pair to pair."""
    return all(left.a < right.a and left.b < right.b for left, right in itertools.pairwise(found))


def weight(found: list[Pair]) -> float:
    """The weight of all pairs together."""
    return sum(pair.weight for pair in found)


def test_of_many_sentences_those_that_share_rare_words_are_found() -> None:
    sentences = [f"a{chr(1_000 + number)}b{chr(5_000 + number)}c" for number in range(200)]
    changed = [sentence.replace("a", "x") for sentence in reversed(sentences)]
    assert len(sentences) * len(changed) > similar.ALL_PAIRS
    found = similar.pairs(sentences, changed)
    assert [(pair.a, pair.b) for pair in found] == [(number, 199 - number) for number in range(200)]
    assert {(pair.common, pair.a_words, pair.b_words) for pair in found} == {(4, 5, 5)}


@pytest.mark.parametrize(
    ("a", "b", "runs"),
    [
        pytest.param("abc", "abc", [Run(0, 0, 3)], id="equal"),
        pytest.param("abc", "axc", [Run(0, 0, 1), Run(2, 2, 1)], id="a word"),
        pytest.param("Tc", "TdrTc", [Run(0, 3, 2)], id="the insertion is before the words that stay together"),
        pytest.param("abcdTefgh", "abcdxyTzwefgh", [Run(0, 0, 4), Run(5, 9, 4)], id="a word between two insertions"),
        pytest.param("abcdefghij", "kalmnopqrs", [], id="too little stays"),
    ],
)
def test_the_runs_of_words_that_stay(a: str, b: str, runs: list[Run]) -> None:
    assert wording.runs(a, b) == runs


def test_of_two_sequences_that_are_too_long_the_ends_are_compared() -> None:
    a, b = "a" + "b" * 6_000 + "c", "a" + "d" * 6_000 + "c"
    assert wording.is_long(a, b)
    assert wording.runs(a, b) == []
    assert wording.runs(a, "a" + "b" * 5_999 + "c") == [Run(0, 0, 6_000), Run(6_001, 6_000, 1)]


@given(st.lists(st.text(alphabet="abcdef", min_size=1, max_size=12), min_size=5, max_size=8))
def test_many_sentences_are_compared_as_few_are(sentences: list[str]) -> None:
    others = [sentence[1:] + "x" for sentence in sentences]
    assert len(sentences) * len(others) > similar.FEW_PAIRS
    one_by_one = [
        pair._replace(a=a, b=b)
        for a, first in enumerate(sentences)
        for b, second in enumerate(others)
        for pair in similar.pairs([first], [second])
    ]
    assert similar.pairs(sentences, others) == one_by_one
