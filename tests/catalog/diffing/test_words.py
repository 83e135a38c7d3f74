"""Texts are cut into words and sentences alike, whatever is in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service.diffing import words
from catalog_service.diffing.words import Vocabulary

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def cut(text: str) -> list[str]:
    """The words of a text."""
    cut_words = words.cut(text, [(0, len(text))], Vocabulary())
    return [text[start:end] for start, end in zip(cut_words.starts, cut_words.ends, strict=True)]


def sentences(text: str, vocabulary: Vocabulary | None = None) -> list[str]:
    """The sentences of a text, from their first to their last word."""
    cut_words = words.cut(text, [(0, len(text))], Vocabulary() if vocabulary is None else vocabulary)
    spans = words.sentences(cut_words, (0, len(text)))
    return [text[cut_words.starts[start] : cut_words.ends[end - 1]] for start, end in spans]


@given(st.text(max_size=80))
def test_words_contain_all_characters_but_white_space(text: str) -> None:
    assert "".join(cut(text)) == re.sub(r"\s", "", text)


PIECES = (
    "one",
    "two, ",
    " ",
    "\n\n",
    "\u3000",
    "\x1f",
    "\xa0",
    "—",
    "a—b",
    "👍🏽",
    "🇰🇷",
    "船",
    "เรือ",
    "「春」",
    "e\u0301",
    "\ud800",
)


@given(st.lists(st.sampled_from(PIECES), min_size=40, max_size=60), st.integers(1, 60))
def test_long_texts_are_cut_as_short_ones_are(pieces: list[str], times: int) -> None:
    text = "".join(pieces) * times
    spans = [match.span() for match in words.WORD.finditer(text)]
    cut_words = words.cut(text, [(0, len(text))], Vocabulary())
    assert list(zip(cut_words.starts, cut_words.ends, strict=True)) == spans
    assert len(cut_words.codes) == len(spans)


@given(st.text(alphabet="aZ09.,:;!?'\"()“”‘’-—/%$é ", max_size=12))
def test_a_word_has_the_same_key_however_it_is_found(word: str) -> None:
    # A letter of another script excludes the way for plain words.
    assert words.key(f"ж{word}").removeprefix("ж") == words.key(f"a{word}").removeprefix("a")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said: “No”, twice.", ["He", "said:", "“No”,", "twice."]),
        ("the house—which burnt — fell", ["the", "house—", "which", "burnt", "—", "fell"]),
        ("2024年「春」です。", ["2024", "年", "「春」", "で", "す。"]),
        ("เรือใหญ่", ["เ", "รื", "อ", "ใ", "ห", "ญ่"]),
        ("첫 배는 떠난다.", ["첫", "배는", "떠난다."]),
        ("ok👍🏽👨‍👩‍👧🇰🇷🇯🇵!", ["ok", "👍🏽", "👨‍👩‍👧", "🇰🇷", "🇯🇵!"]),
        (f"{ENGLAND} won", [ENGLAND, "won"]),
    ],
)  # fmt: skip
def test_the_words_of_a_text(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Kim met the U.S. envoy. They left!", ["Mr. Kim met the U.S. envoy.", "They left!"]),
        ("The pilot came on. Then she sailed.", ["The pilot came on.", "Then she sailed."]),
        ("It cost 1.5 million. “Why?” asked he.", ["It cost 1.5 million.", "“Why?”", "asked he."]),
        ("Notes\n\nAll is well\nNone", ["Notes", "All is well", "None"]),
        ("one line\nthat goes on", ["one line\nthat goes on"]),
        ("船来了。船走了。", ["船来了。", "船走了。"]),
    ],
)
def test_the_sentences_of_a_text(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_long_text_without_sentences_is_cut_where_its_words_say_so() -> None:
    text = [f"w{number % 997}" for number in range(5_000)]
    vocabulary = Vocabulary()
    parts = sentences(" ".join(text), vocabulary)
    assert len(parts) > 50
    assert sentences(" ".join(["new", *text]), vocabulary)[-20:] == parts[-20:]
    assert [len(part.split()) for part in sentences("same " * 5_000)] == [2_000, 2_000, 1_000]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("“No”,", "no", True),
        ("1,000", "1000", True),
        ("１０月", "10月", True),
        ("❤", "❤\ufe0f", True),
        ("1.5", "15", False),
        ("−5", "5", False),
        ("5%", "5", False),
        ("$40", "€40", False),
        ("<", ">", False),
        ("■", "•", True),
        ("कि", "की", False),
        ("👍🏽", "👍🏿", False),
    ],
)
def test_words_with_the_same_key_differ_in_typography_only(first: str, second: str, same: bool) -> None:
    assert (words.key(first) == words.key(second)) == same
