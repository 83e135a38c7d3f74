"""A word of a query has other ways to write it only where these are the same word."""

import pytest

from catalog_service.search import analyzer, variants

WAYS = {
    "e-mail": ["e mail", "email"],
    "co-op's": [],
    "state-of-the-art": ["state of the art", "stateoftheart"],
    "a-b-c-d-e": [],
    "2024-09": [],
    "e-mail,": ["e mail", "email"],
    "-": [],
    "email": [],
    "중국-한국": [],
}  # fmt: skip


@pytest.mark.parametrize("word", WAYS)
def test_a_word_with_hyphens_is_also_one_word(word: str) -> None:
    assert [" ".join(stems) for stems in variants.of(word, analyzer.analyze(word))] == WAYS[word]


@pytest.mark.parametrize(
    ("word", "other", "found"),
    [
        ("번역이", "번역을", True), ("번역이", "번역에서", True), ("번역이", "번역", True), ("번역이", "번역가", False),
        ("정부가", "정부는", True), ("정부가", "정부군", False),
        ("서울로", "서울에", True), ("서울로", "서울시", False),
    ],
)  # fmt: skip
def test_a_korean_word_is_found_with_other_particles(word: str, other: str, found: bool) -> None:
    ways = variants.of(word, analyzer.analyze(word))
    tokens = [token.stem for token in analyzer.analyze(f"새 {other} 좋다")]
    runs = {tuple(tokens[start:end]) for start in range(len(tokens)) for end in range(start + 1, len(tokens) + 1)}
    assert any(way in runs for way in ways) == found


@pytest.mark.parametrize("word", ["한국", "번역가", "이", "문이", "한국x이"])
def test_a_korean_word_without_a_particle_has_no_other_ways(word: str) -> None:
    assert variants.of(word, analyzer.analyze(word)) == []
