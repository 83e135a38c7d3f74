"""Wrapped lines are joined, other lines are paragraphs of their own."""

import pytest

from tests.ingest.normalise.texts import TITLE, article_of

WRAPPED = (
    "The minister opened the new harbour on Tuesday, after nine\n"
    "years of work and two floods. Fishing boats had waited\noutside since dawn, and the first was unloading by noon."
)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028"])
def test_wrapped_lines_are_one_paragraph(newline: str) -> None:
    article = article_of(f"{TITLE}\n\n{WRAPPED}\n\n{WRAPPED}".replace("\n", newline))
    assert article.paragraphs == (WRAPPED.replace("\n", " "),) * 2
    assert article.title == TITLE


def test_indented_wrapped_paragraphs_stay_apart() -> None:
    indented = "   " + WRAPPED
    article = article_of(f"{TITLE}\n\n{indented}\n{indented}")
    assert article.paragraphs == (WRAPPED.replace("\n", " "),) * 2


def test_a_ragged_line_goes_on_in_lower_case() -> None:
    text = "The minister opened the new harbour on Tuesday, after nine\nyears of work and\ntwo floods had held it up."
    assert article_of(f"{TITLE}\n\n{text}").text == text.replace("\n", " ")


@pytest.mark.parametrize(
    "text",
    [
        "- The minister opened the new harbour on Tuesday, after nine\n- Fishing boats had waited outside\n- The end",
        "Roses are red\nViolets are blue",
        "Run this, and no other of the commands in the old handbook:\n```\nmake harbour\n```",
        "Boats 12\nNets 9\nA line that is rather longer than the other lines here",
        "A paragraph on one line, as most editors write them: it is long, much longer than any line that is wrapped.\n"
        "Another one that is just as long as the first, or longer still, so that no one takes it for a wrapped line.",
    ],
)
def test_lines_that_are_not_wrapped_stay_apart(text: str) -> None:
    article = article_of(f"{TITLE}\n\n{text}")
    assert article.paragraphs == tuple(text.split("\n"))


def test_wrapped_chinese_is_joined_without_a_space() -> None:
    line = "新西兰总理今天在北京会见了记者，并就双边贸易问题发表了讲话，两国将继续加强经济合作。" * 2
    article = article_of(f"{line}\n{line}\n{line}")
    assert article.paragraphs == (line * 3,)


def test_spaces_inside_a_line_stay() -> None:
    assert article_of(f"{TITLE}\n\nBoats  may\tenter \u00a0now.  ").text == "Boats  may\tenter \u00a0now."


WIDE = (
    "The swing bridge will stay closed until the spring while engineers replace the bearings, the road office of the\n"
    "county said on Monday. Lorries must take the coast road while buses will stop on both sides of the harbour. The\n"
    "Harbour Board said that passengers may cross on foot by the narrow path that was built for the workers in the\n"
    "summer of last year. The work costs twice as much as the council had planned, since the old bearings were of a\n"
    "metal that no yard can cut. It will take until the summer, or longer if the winter storms come as early as they\n"
    "did last year."
)


def test_lines_as_wide_as_those_of_a_pdf_are_joined() -> None:
    article = article_of(f"{TITLE}\n\n{WIDE}")
    assert article.paragraphs == (WIDE.replace("\n", " "),)


def test_a_sentence_goes_on_after_a_short_word_or_in_a_paragraph() -> None:
    text = (
        "The minister opened the new harbour on Tuesday, and thanked the\nNorthern Islands Harbour Board for its work,"
        " as did Mayor Jane\nRoe. The boats had waited outside of the harbour since dawn that day."
    )
    assert article_of(f"{TITLE}\n\n{text}").text == text.replace("\n", " ")


def test_a_place_and_a_dash_open_a_text() -> None:
    text = (
        "The Northern Islands Harbour Board opens the new harbour of the\n"
        "(PORT ALMA) – islands, which was built in nine years by its staff\nand the builders of two yards."
    )
    assert article_of(f"{TITLE}\n\n{text}").paragraphs[0] == text.split("\n", maxsplit=1)[0]


def test_a_number_and_a_word_keep_the_hyphen_between_them() -> None:
    text = "The minister opened the harbour of the islands after a 20-\nyear delay, and thanked the builders for it."
    assert article_of(f"{TITLE}\n\n{text}").text == text.replace("\n", "")


@pytest.mark.parametrize("text", ["SHARE ME", "Composite image.", "/End/", "With inputs from Reuters"])
def test_the_last_line_is_never_taken(text: str) -> None:
    assert article_of(text).text == text


def test_a_line_repeated_twice_is_title_and_text() -> None:
    article = article_of("The harbour\n\nThe harbour")
    assert (article.title, article.text) == ("The harbour", "The harbour")


def test_front_matter_alone_makes_an_article_without_text() -> None:
    article = article_of("---\ntitle: The harbour\n---\n")
    assert (article.title, article.paragraphs) == ("The harbour", ())
