"""A space inside a word goes; between two words, or in doubt, it stays."""

import pytest

from tests.ingest.normalise.texts import TITLE, article_of, removed


def sentence_with(words: str) -> str:
    """A sentence long enough to be known for English."""
    return f"The minister opened the new harbour on Tuesday {words} after nine years of work and two floods."


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("accordi ng", "according"),
        ("effo rts", "efforts"),
        ("co ndemning", "condemning"),
        ("govern ment", "government"),
        ("fisher men", "fisher men"),
        ("harb our", "harbour"),
        ("to ut ilise", "to utilise"),
        ("“agreeme nt”", "“agreement”"),
        ("coopera tion, secur ity", "cooperation, security"),
    ],
)
def test_a_broken_word_is_mended(broken: str, whole: str) -> None:
    article = article_of(f"{TITLE}\n\n{sentence_with(broken)}")
    assert article.text == sentence_with(whole)
    assert removed(article, "broken-words") == [" "] * (broken.count(" ") - whole.count(" "))


@pytest.mark.parametrize(
    "words",
    [
        "bi partisan",
        "nation s",
        "in to",
        "eco system",
        "anti war",
        "over sight",
        "Accordi ng",
        "accordi  ng",
        "accordi-ng",
        "de facto",
        "crypto currency",
        "xqz zqx",
        "to day",
        "with out",
        "accordi\u00a0ng",
        "pro forma",
        "we ll",
        "to be ad hoc",
        "be ma",
        "pre empting",
        "beri beri",
        "give aways",
        "agri businesses",
    ],
)
def test_two_words_stay_two(words: str) -> None:
    article = article_of(f"{TITLE}\n\n{sentence_with(words)}")
    assert article.text == sentence_with(words)


def test_only_english_is_mended() -> None:
    text = "Le ministre a inauguré hier le nouveau port, après neuf ans de travaux par ent ente, accordi ng aux élus."
    assert article_of(f"Le ministre inaugure le port\n\n{text}").text == text


def test_a_word_broken_twice_is_mended_twice() -> None:
    assert article_of(f"{TITLE}\n\n{sentence_with('gove rn ment')}").text == sentence_with("government")


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("disap-\npointed", "disappointed"),
        ("long-\nterm", "long-term"),
        ("well-\nknown", "well-known"),
        ("over-\nsight", "over-sight"),
        ("secu-\nrity", "security"),
        ("co-\noperate", "co-operate"),
        ("to-do-\nlist", "to-do-list"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_leaves_no_space(broken: str, whole: str) -> None:
    start = "The minister opened the new harbour on Tuesday, and said it was "
    article = article_of(f"{TITLE}\n\n{start}{broken} after nine years of work and two floods.")
    assert article.text == f"{start}{whole} after nine years of work and two floods."


def test_two_words_at_the_very_start_of_a_file_are_not_joined() -> None:
    text = "the minister opened the new harbour on Tuesday, after nine years of work and two floods."
    assert article_of(text).text == text


def test_several_words_of_a_sentence_are_mended() -> None:
    article = article_of(f"{TITLE}\n\n{sentence_with('effo rts, accordi ng (“secur ity” effo rts')}")
    assert article.text == sentence_with("efforts, according (“security” efforts")


def test_a_word_that_a_letter_precedes_is_no_half() -> None:
    assert article_of(f"{TITLE}\n\n{sentence_with('x(accordi ng')}").text == sentence_with("x(accordi ng")
