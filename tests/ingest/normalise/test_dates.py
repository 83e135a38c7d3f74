"""Dates: a line of its own under the title, a dateline, metadata."""

import pytest

from ingest_service.normalise import dates
from tests.ingest.normalise.texts import BODY, TITLE, article_of, under_title


@pytest.mark.parametrize(
    "line",
    [
        "June 20, 2024",
        "20 June 2024",
        "Thursday, 20th June 2024",
        "2024-06-20",
        "Published: June 20, 2024, 3:15 pm",
        "Jun. 20, 2024",
        "Posted on 20 Jun 2024",
        "2024년 6월 20일",
        "2024年6月20日",
    ],
)
def test_a_date_line_under_the_title_is_the_date(line: str) -> None:
    article = under_title(line)
    assert (article.published, article.published_basis, article.text) == ("2024-06-20", "text", BODY)


@pytest.mark.parametrize(
    "line",
    [
        "June 20, 2024 was a fine day",
        "June 2024",
        "31 June 2024",
        "Updated: June 20, 2024",
        "June 20, 2024 to June 22, 2024",
    ],
)
def test_what_is_no_date_line_stays(line: str) -> None:
    article = under_title(line)
    assert (article.published, article.paragraphs[0]) == (None, line)


def test_a_date_line_deep_in_the_text_stays() -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\n{BODY}\n\nJune 20, 2024\n\n{BODY}")
    assert article.published is None
    assert "June 20, 2024" in article.paragraphs


def test_a_date_line_that_contradicts_the_metadata_stays() -> None:
    article = article_of(f"---\ntitle: {TITLE}\ndate: 2024-06-19\n---\nJune 20, 2024\n\n{BODY}")
    assert (article.published, article.paragraphs[0]) == ("2024-06-19", "June 20, 2024")


@pytest.mark.parametrize(
    ("opening", "publisher", "published"),
    [
        ("SEOUL, Sept. 4, 2024 (Yonhap) -- ", "Yonhap News Agency", "2024-09-04"),
        ("SEOUL, Sept. 4 (Yonhap) -- ", "Yonhap News Agency", None),
        ("WELLINGTON, New Zealand (AP) — ", "Associated Press", None),
        ("PARIS, 4 September 2024 (AFP) - ", "Agence France-Presse", "2024-09-04"),
    ],
)
def test_a_dateline_tells_the_agency_and_stays(opening: str, publisher: str, published: str | None) -> None:
    article = article_of(f"{TITLE}\n\n{opening}{BODY}")
    assert (article.publisher, article.published, article.kind) == (publisher, published, "wire")
    assert article.text == opening + BODY
    assert article.published_basis == ("dateline" if published else None)


@pytest.mark.parametrize(
    "opening", ["Seoul (Yonhap) reports that ", "NATO (AP) spokesmen say ", "IN SHORT (see above) - "]
)
def test_what_is_no_dateline_tells_nothing(opening: str) -> None:
    article = article_of(f"{TITLE}\n\n{opening}{BODY}")
    assert (article.publisher, article.kind) == (None, "document")


@pytest.mark.parametrize(
    ("value", "published"),
    [
        ("2024-09-04", "2024-09-04"),
        ("2024-09", "2024-09"),
        ("2024", "2024"),
        ("4 September 2024", "2024-09-04"),
        ("2024-09-04T10:00:00+09:00", "2024-09-04T01:00:00Z"),
        ("2024-09-04 10:00", "2024-09-04"),
        ("2024-09-04T10:00Z", "2024-09-04T10:00:00Z"),
        ("Wed, 04 Sep 2024 10:00:00 +1200", "2024-09-03T22:00:00Z"),
        ("2024-09-04 10:00:00.5 +0900", "2024-09-04T01:00:00Z"),
        ("yesterday", None),
        ("2024-13-01", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_dates_of_metadata(value: str, published: str | None) -> None:
    assert dates.of_metadata(value) == published
