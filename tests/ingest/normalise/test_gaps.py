"""In a text that is one long line, wide gaps are line ends, and the date of publication is on a line of its own."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed

# One line that is too long to be wrapped.
SENTENCES = BODY.replace("\n\n", " ")
WIDE = " " * 40


@pytest.mark.parametrize(
    "text",
    [
        f"{WIDE}{TITLE}   June 14  2006 {SENTENCES}",
        f"June 14  2006 {TITLE}{WIDE}{SENTENCES}",
        f"{WIDE}{TITLE}  Wednesday  June 14  2006   {SENTENCES}",
        f"{TITLE}{WIDE}6 14 2006{WIDE}Wednesday  June 14  2006 {SENTENCES}",
        f"News{WIDE}FOR IMMEDIATE RELEASE  June 14  2006 {TITLE}{WIDE}{SENTENCES}",
    ],
)
def test_a_date_beside_the_title_is_a_line(text: str) -> None:
    article = article_of(text)
    assert (article.title, article.published) == (TITLE, "2006-06-14")
    assert article.text.endswith(SENTENCES)


def test_a_date_that_opens_the_text_is_a_line() -> None:
    article = article_of(f"{TITLE}{WIDE}June 14  2006 ALMA  {SENTENCES}")
    assert (article.title, article.published) == (TITLE, "2006-06-14")
    assert article.text == f"ALMA  {SENTENCES}"


def test_a_title_after_a_date_whose_day_is_in_doubt_is_read() -> None:
    article = article_of(f"{WIDE}06 12 2006 {TITLE}{WIDE}{SENTENCES}")
    assert (article.title, article.published) == (TITLE, None)


@pytest.mark.parametrize(
    "sentence",
    [
        "It rained on June 14 2006 and the pier was closed.",
        "It rained from June 14  2006  the mayor said.",
        "The pier of June 14, 2006 is gone.",
    ],
)
def test_a_date_in_a_sentence_stays_in_it(sentence: str) -> None:
    article = article_of(f"{TITLE}{WIDE}{sentence}{WIDE}{SENTENCES}")
    assert article.text == f"{sentence}\n\n{SENTENCES}"
    assert article.published is None


def test_only_the_first_date_is_parted() -> None:
    article = article_of(f"{TITLE}   June 14  2006 {SENTENCES}  June 15  2006 Then it rained.")
    assert article.text.endswith("by noon.  June 15  2006 Then it rained.")


def test_a_text_of_several_lines_keeps_its_gaps() -> None:
    article = article_of(f"{TITLE}\n\n{BODY}{WIDE}So it was.   June 14  2006 It rained.\n")
    assert removed(article, "wide-gap") == []


def test_a_line_of_a_page_without_line_ends_does_not_continue_the_title() -> None:
    title = "Senator Roe Calls for a Night Ferry to the Western Shore"
    article = article_of(f"FOR IMMEDIATE RELEASE{WIDE}{title}{WIDE}Ferry Would Save Two Hours{WIDE}{SENTENCES}")
    assert (article.title, article.kind) == (title, "release")
