"""Neighbours whose letters may be those of one listed word are found with their places, and none is missed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.normalise import word_pairs

PAIR = re.compile(r"(?<![a-z])([a-z]{2,24}) (?=([a-z]{2,24})(?![a-z]))")
PIECES = st.sampled_from(
    ["accordi", "ng", "ha", "rbour", "the", "a", " ", " ", "  ", "\n", ",", "“", "é", "\U0001f389", "A"]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_every_pair_that_is_a_listed_word_is_a_candidate(text: str) -> None:
    words = word_pairs.known_words()
    pairs = [match for match in PAIR.finditer(text) if match[1] + match[2] in words]
    spans = [(match.start(), match.end(1), match.end(2)) for match in pairs]
    assert set(spans) <= set(word_pairs.candidates(text))


def test_candidates_have_their_places_in_the_text_and_its_order() -> None:
    text = "🎉 “harb our” to the ha rbour"
    candidates = list(word_pairs.candidates(text))
    assert candidates == sorted(candidates)
    assert {("harb", "our"), ("ha", "rbour")} <= {
        (text[start:space], text[space + 1 : end]) for start, space, end in candidates
    }


def test_pairs_with_the_letters_of_a_listed_word_in_another_order_are_none() -> None:
    # "into", "atone", "harbour", "foot".
    assert list(word_pairs.candidates("to in, ate no, rhab our, to of")) == []


def test_hardly_a_pair_of_a_text_is_a_candidate() -> None:
    text = "The minister opened the new harbour on Tuesday, after nine years of work and two floods." * 20
    assert len(list(word_pairs.candidates(text))) < len(text.split()) / 100
