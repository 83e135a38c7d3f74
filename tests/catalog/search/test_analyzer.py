"""The analyzer gives spellings that readers take for the same word the same stem."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.search import analyzer, entries

SAME = [
    ("U.N.", "UN"),
    ("U.N.’s", "UN"),
    ("Yoon’s", "Yoon"),
    ("Korea's", "Korea"),
    ("Nuku’alofa", "Nuku'alofa"),
    ("don’t", "don't"),
    ("naïve", "NAIVE"),
    ("Straße", "STRASSE"),
    ("Łódź", "lodz"),
    ("Ａｂｃ", "abc"),
    ("1,000", "1000"),
    ("agreements", "agreement"),
    ("l’accord", "l'accord"),
    ("co\u00adoperate", "cooperate"),
    ("ﾆｭｰｼﾞｰﾗﾝﾄﾞ", "ニュージーランド"),
    (unicodedata.normalize("NFD", "서울"), "서울"),
    (unicodedata.normalize("NFD", "Café"), "cafe"),
]
DIFFERENT = [("Korea", "Korean"), ("peace", "pea"), ("中国", "国中"), ("1,000", "10,00"), ("हिन्दी", "हन्द")]


def stems(text: str) -> list[str]:
    return [token.stem for token in analyzer.analyze(text)]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_word_have_the_same_stems(one: str, other: str) -> None:
    assert stems(one) == stems(other) != []


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_words_have_different_stems(one: str, other: str) -> None:
    assert stems(one) != stems(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café déjà-vu", ["cafe", "deja", "vu"]),
        ("U.N. and U.S.-led", ["un", "and", "us", "led"]),
        ("J.K.Rowling", ["jk", "rowling"]),
        ("d'Ivoire, O’Brien", ["d", "ivoire", "obrien"]),
        ("snake_case 3.5", ["snake", "case", "3", "5"]),
        ("新西兰", ["新西", "西兰", "兰"]),
        ("9月4日水曜", ["9", "月", "4", "日水", "水曜", "曜"]),
        ("한국 정부", ["한국", "국", "정부", "부"]),
        ("… — !", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert [token.word for token in analyzer.analyze(text)] == words


def test_a_run_without_spaces_has_a_token_for_each_character() -> None:
    tokens = analyzer.analyze("在首尔举行")
    assert [(token.start, token.end) for token in tokens] == [(0, 2), (1, 3), (2, 4), (3, 5), (4, 5)]


@given(st.text(max_size=200))
def test_tokens_have_valid_spans_in_order(text: str) -> None:
    reached = 0
    for token in analyzer.analyze(text):
        assert reached <= token.start < token.end <= len(text)
        assert token.word
        assert token.stem
        reached = token.start


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert analyzer.fold(analyzer.fold(text)) == analyzer.fold(text)


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=8))
def test_the_encoding_of_terms_is_unique_and_keeps_prefixes(one: str, other: str) -> None:
    first, second = entries.term(one), entries.term(other)
    assert first.isascii()
    assert first.isalnum()
    assert (first == second) == (one == other)
    assert second.startswith(first) == other.startswith(one)
    assert not {first, second} & {entries.EVERYTHING, entries.NOTHING}


@pytest.mark.parametrize("written", ["e" + "\u0301\u0323" * 400_000, "e-" + "\u0301a\u0323" * 40_000])
def test_of_a_flood_of_combining_characters_only_the_beginning_is_normalised(
    written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []

    def noting(form: Any, text: str) -> str:  # noqa: ANN401  The name of a form.
        # Canonical ordering takes quadratic time.
        lengths.append(len(text))
        return normalize(form, text[:10_000])

    normalize = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", noting)
    assert entries.make_entry("", written).text
    assert 0 < max(lengths) <= 4 * analyzer.MAX_WRITTEN
