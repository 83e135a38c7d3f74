"""Who wrote and who contributed."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, at_the_end, removed, under_title


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Jane Roe", ("Jane Roe",)),
        ("By Jane Roe and John van der Doe", ("Jane Roe", "John van der Doe")),
        ("By Jane Roe, Staff Writer", ("Jane Roe",)),
        ("By Jane Roe and Ada d'Alma", ("Jane Roe", "Ada d'Alma")),
    ],
)
def test_a_byline_under_the_title_names_the_authors(line: str, authors: tuple[str, ...]) -> None:
    article = under_title(line)
    assert (article.authors, article.text, article.kind) == (authors, BODY, "article")


@pytest.mark.parametrize(
    ("line", "authors", "publisher"),
    [
        ("By JANE ROE, Reuters", ("JANE ROE",), "Reuters"),
        ("By Jane Roe and John Doe, Associated Press", ("Jane Roe", "John Doe"), "Associated Press"),
        ("By Jane Roe for The Island Times", ("Jane Roe",), "The Island Times"),
        ("By Jane Roe for Alma Weekly", ("Jane Roe",), None),
        ("By Jane Roe (Reuters)", ("Jane Roe",), "Reuters"),
        ("By Jane Roe\nAssociated Press Writer", ("Jane Roe",), "Associated Press"),
        ("By Reuters", (), "Reuters"),
        ("BY JANE ROE\nSTAFF WRITER", ("JANE ROE",), None),
        ("Jane Roe, The Alma Gazette", ("Jane Roe",), "The Alma Gazette"),
        ("By Jane Roe, The Ferry-Hours Database", ("Jane Roe",), "The Ferry-Hours Database"),
        ("Written by Jane Roe", ("Jane Roe",), None),
        ("Von Johanna Roe, dpa", ("Johanna Roe",), "dpa"),
    ],
)
def test_a_publisher_in_the_byline_is_no_author(line: str, authors: tuple[str, ...], publisher: str | None) -> None:
    article = under_title(line)
    assert (article.authors, article.publisher, article.text) == (authors, publisher, BODY)


@pytest.mark.parametrize(
    "line",
    [
        "By the sea",
        "By Monday",
        "By Land and Sea",
        "By Jane Roe the harbour was opened",
        "By 2030",
        "Von Haus zu Haus",
        "Jane Roe, Mayor of Alma",
    ],
)
def test_what_is_no_byline_stays(line: str) -> None:
    article = under_title(line)
    assert (article.authors, article.paragraphs[0]) == ((), line)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("With Inputs from Reuters", ("Reuters",)),
        ("— additional reporting by Associated Press", ("Associated Press",)),
        ("(Reporting by Jane Roe in Seoul and John Doe; Editing by J. R. Poe)", ("Jane Roe", "John Doe", "J. R. Poe")),
        ("Additional reporting by Jane Roe, AFP and John Doe.", ("Jane Roe", "AFP", "John Doe")),
        ("With files from The Canadian Press", ("The Canadian Press",)),
    ],
)
def test_a_credit_line_is_read_and_dropped(line: str, names: tuple[str, ...]) -> None:
    article = at_the_end(line)
    assert (article.credits, article.text, article.kind) == (names, BODY, "article")
    assert removed(article, "credit-line") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "With inputs from farmers, the ministry drew up a plan",
        "Reporting by Monday is required",
        "Editing by hand takes longer",
        "Reporting by the harbour office shows a rise",
        "With input from all sides, work began.",
    ],
)
def test_a_sentence_that_only_opens_like_a_credit_stays(line: str) -> None:
    article = at_the_end(line)
    assert (article.credits, article.paragraphs[-1]) == ((), line)


def test_a_credit_far_from_the_end_stays() -> None:
    article = under_title("With inputs from Reuters", BODY, BODY)
    assert (article.credits, article.paragraphs[0]) == ((), "With inputs from Reuters")


@pytest.mark.parametrize("line", ["jane@example.org", "jane.roe+desk@news.example.org", "j_r@example.co.nz"])
def test_a_reporters_address_ends_a_wire(line: str) -> None:
    article = article_of(f"(LEAD) {TITLE}\n\n{BODY}\n\n{line}\n\n(END)")
    assert (article.text, removed(article, "reporter-address")) == (BODY, [line])


@pytest.mark.parametrize("line", ["Write to jane@example.org", "@example", "jane@example.org and john@example.org"])
def test_another_address_stays(line: str) -> None:
    assert article_of(f"(LEAD) {TITLE}\n\n{BODY}\n\n{line}").paragraphs[-1] == line
    assert at_the_end("jane@example.org").paragraphs[-1] == "jane@example.org"


@pytest.mark.parametrize(
    ("credit", "names"),
    [
        ("(Reporting by Jane Roe, editing by John Doe)", ("Jane Roe", "John Doe")),
        ("(Additional reporting by Jane Roe)", ("Jane Roe",)),
        ("(With inputs from AFP)", ("AFP",)),
    ],
)
def test_a_credit_in_brackets_after_the_last_sentence_is_dropped(credit: str, names: tuple[str, ...]) -> None:
    article = article_of(f"{TITLE}\n\n{BODY} {credit}")
    assert (article.text, article.credits) == (BODY, names)


@pytest.mark.parametrize(
    "bracket", ["(by noon)", "(editing by hand)", "(Reporting by the mayor's office)", "(AP)", "()"]
)
def test_another_bracket_after_the_last_sentence_stays(bracket: str) -> None:
    article = article_of(f"{TITLE}\n\n{BODY} {bracket}")
    assert (article.text, article.credits) == (f"{BODY} {bracket}", ())
