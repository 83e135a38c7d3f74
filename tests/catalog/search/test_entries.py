"""The terms of an index entry are those of the analyzer's tokens, cached or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.search import analyzer, entries
from catalog_service.search.entries import TokenTerms

# White space of every kind, scripts with and without spaces, and the characters on which a pattern of words depends.
CHARACTERS = "aZz dl.,;“”?()'’0_ \t\n\x1c\x85\xa0\u2028\u3000\u200b半島ﾆﾞ서울हि\u0301\u00adøﬁ"
WORDS = ("U.N.’s", "1,000", "l’accord", "don't", "agreements", "x" * 70, "半島" * 40, "\n\n", "...", "J.K.")
texts = st.one_of(
    st.text(max_size=80),
    st.text(st.sampled_from(CHARACTERS), max_size=80),
    st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=20).map("".join),
)


def uncached_terms(text: str) -> list[TokenTerms]:
    return [TokenTerms(entries.term(token.stem), entries.term(token.word)) for token in analyzer.analyze(text)]


@given(texts)
def test_cached_terms_are_those_of_the_whole_text(text: str) -> None:
    assert entries.token_terms(text.split()) == uncached_terms(text)
    assert entries.token_terms(text.split()) == uncached_terms(text)


def test_long_chunks_are_not_cached() -> None:
    before = len(entries.cached_terms)
    text = " ".join("半" * length for length in range(entries.CACHED_CHARACTERS + 1, 1_000))
    assert len(entries.token_terms(text.split())) == len(uncached_terms(text))
    assert len(entries.cached_terms) == before


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "CACHED_CHUNKS", 10)
    entries.cached_terms.clear()
    text = " ".join(f"word{number}" for number in range(95))
    assert entries.token_terms(text.split()) == uncached_terms(text)
    assert len(entries.cached_terms) <= 10
