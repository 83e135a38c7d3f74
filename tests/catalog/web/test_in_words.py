"""Values as the words of a sentence."""

import pytest

from catalog_service.web import in_words


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2024", "2024"),
        ("2024-09", "September 2024"),
        ("2024-09-04", "4 September 2024"),
        ("2024-09-04T11:58:00Z", "4 September 2024, 11:58 UTC"),
        ("2024-09-04T11:58", "4 September 2024, 11:58"),
        ("2024-13", "2024-13"),
        ("last week", "last week"),
    ],
)
def test_a_date_is_said_as_far_as_it_is_known(published: str, words: str) -> None:
    assert in_words.day(published) == words


def test_languages_have_names_and_other_codes_remain() -> None:
    assert [in_words.language(code) for code in ("en", "pt-BR", "tlh")] == ["English", "Portuguese", "tlh"]


def test_numbers_and_lists_read_as_a_sentence() -> None:
    assert in_words.count(1, "word") == "1 word"
    assert in_words.count(1_671, "word") == "1,671 words"
    assert in_words.count(2, "story", "stories") == "2 stories"
    assert [in_words.listed("abc"[:number]) for number in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_a_long_text_is_cut_between_words_and_a_long_word_anywhere() -> None:
    assert in_words.shortened("Joint Statement, Seoul", 40) == "Joint Statement, Seoul"
    assert in_words.shortened("Joint Statement, Seoul", 20) == "Joint Statement…"
    assert in_words.shortened("x" * 100, 20) == "x" * 19 + "…"


def test_small_numbers_are_spelled_and_small_shares_are_not_nothing() -> None:
    assert [in_words.spelled(number) for number in (1, 4, 12, 1_300)] == ["one", "four", "twelve", "1,300"]
    assert [in_words.share(part) for part in (0, 0.001, 0.1739, 1)] == ["0%", "less than 1%", "17%", "100%"]
