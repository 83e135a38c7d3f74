"""Dates: a line of its own under the title, a dateline, metadata."""

import pytest

from ingest_service import months
from ingest_service.normalise import dates
from tests.ingest.normalise.texts import BODY, TITLE, article_of, at_the_end, under_title


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
        "20 juin 2024",
        "Donnerstag, 20. Juni 2024, 14:30 Uhr",
        "20 de junio de 2024",
        "20 июня 2024 г.",
        "2024. június 20.",
        "2024. 6. 20.",
        "2024/06/20",
        "20.06.2024",
        "06/20/2024",
        "Thursday, June 20, 2024 - 14:30",
        "June 20  2024",
        "Admin | June 20, 2024",
        "Published: 14:30, 20 June 2024",
        "June 20, 2024 at 9 a.m.",
        "June 20, 2024 | Press Release | 3 min read",
        "6/20/24",
        "20/6/24 10:30",
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
        "05/06/2024",
        "05/06/24",
        "14.6.24",
        "12. listopada 2024",
        "Port Alma | June 20, 2024",
        "Posted by the council on June 20, 2024",
        "June 20, 2024 to June 22, 2024",
    ],
)
def test_what_is_no_date_line_stays(line: str) -> None:
    article = under_title(line)
    assert (article.published, article.paragraphs[0]) == (None, line)


@pytest.mark.parametrize(
    "line",
    [
        "Posted by Jane Roe on June 20, 2024",
        "By Jane Roe | June 20, 2024",
        "June 20, 2024 by Jane Roe",
        "By Jane Roe, June 20, 2024",
        "Published June 20, 2024 | By Jane Roe | 4 Comments",
    ],
)
def test_an_author_beside_the_date_is_read(line: str) -> None:
    article = under_title(line)
    assert (article.published, article.authors, article.text) == ("2024-06-20", ("Jane Roe",), BODY)


@pytest.mark.parametrize(
    "lines",
    [
        ("Published 5 January 2025 | Updated 26 June 2025",),
        ("Updated: 26 June 2025 | First published: 5 January 2025",),
        ("5 January 2025", "Last updated: 26 June 2025"),
    ],
)
def test_the_date_of_publication_wins_over_that_of_an_update(lines: tuple[str, ...]) -> None:
    article = under_title(*lines)
    assert (article.published, article.fields, article.text) == ("2025-01-05", {"updated": "2025-06-26"}, BODY)


def test_a_date_above_the_title_is_the_date() -> None:
    article = article_of(f"June 20, 2024\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.published, article.text) == (TITLE, "2024-06-20", BODY)


@pytest.mark.parametrize(
    "entries",
    [
        ("Friday, December 9, 2005", "10:30 AM Visit to the pier", "Monday, December 12, 2005", "9:00 AM Meeting"),
        ("January 3, 2020", "Work began on the quay.", "March 4, 2021", "The first boats came in."),
        ("June 26, 2025", "10.00 Opening", "11.30 Vote"),
        ("June 26, 2025", "10:30 AM", "North pier", "12:30 PM", "South pier"),
    ],
)
def test_the_heading_of_a_schedule_is_no_date_of_the_text(entries: tuple[str, ...]) -> None:
    article = article_of("\n\n".join((TITLE, *entries)))
    assert (article.published, article.paragraphs) == (None, entries)


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
        ("Port Alma (dpa) - ", "dpa", None),
        ("PORT ALMA (AP) _ ", "Associated Press", None),
        ("Seoul, Sept 4, 2024 (AFP) - ", "Agence France-Presse", "2024-09-04"),
        ("(Reuters) - ", "Reuters", None),
        ("LONDON (Reuters Breakingviews) - ", "Reuters", None),
        ("MOSCOW, September 4. /TASS/. ", "TASS", None),
        ("(ANSA) - ROMA, 04 SET - ", "ANSA", None),
        ("Madrid, 4 sep (EFE).- ", "EFE", None),
        ("New Delhi, Sep 4 (PTI) ", "Press Trust of India", None),
    ],
)
def test_a_dateline_tells_the_agency_and_stays(opening: str, publisher: str, published: str | None) -> None:
    article = article_of(f"{TITLE}\n\n{opening}{BODY}")
    assert (article.publisher, article.published, article.kind) == (publisher, published, "wire")
    assert article.text == opening + BODY
    assert article.published_basis == ("dateline" if published else None)


@pytest.mark.parametrize(
    "opening",
    [
        "Seoul (Yonhap) reports that ",
        "NATO (AP) spokesmen say ",
        "IN SHORT (see above) - ",
        "The Post (Reuters) - owned by a trust - said that ",
        "On June 26, 2025 - a Thursday - it rained. ",
        "Talks with 12 ministers (see page 3) - ",
    ],
)
def test_what_is_no_dateline_tells_nothing(opening: str) -> None:
    article = article_of(f"{TITLE}\n\n{opening}{BODY}")
    assert (article.publisher, article.kind == "wire") == (None, False)


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
        ("26.06.2025", "2025-06-26"),
        ("2025/06/26", "2025-06-26"),
        ("Thursday, June 26, 2025 - 14:30", "2025-06-26"),
        ("26 juin 2025", "2025-06-26"),
        ("26 de junio de 2025", "2025-06-26"),
        ("26. Juni 2025", "2025-06-26"),
        ("2025. 6. 26.", "2025-06-26"),
        ("20250626", "2025-06-26"),
        ("2025-06-26 14:30:00 +0000 UTC", "2025-06-26T14:30:00Z"),
        ("2025-06-26 14:30:00 UTC", "2025-06-26T14:30:00Z"),
        ("05/06/2025", None),
        ("5.6.2025", None),
        ("yesterday", None),
        ("2024-13-01", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_dates_of_metadata(value: str, published: str | None) -> None:
    assert dates.of_metadata(value) == published


@pytest.mark.parametrize(
    ("opening", "kind", "place"),
    [
        ("PORT ALMA, June 26, 2025 – ", "article", "PORT ALMA"),
        ("(PORT ALMA, June 26, 2025) - ", "article", "PORT ALMA"),
        ("PORT ALMA, Islandia, June 26, 2025 /PRNewswire/ -- ", "release", "PORT ALMA, Islandia"),
    ],
)
def test_a_dateline_without_an_agency_gives_place_and_date(opening: str, kind: str, place: str) -> None:
    article = article_of(f"{TITLE}\n\n{opening}{BODY}")
    assert (article.published, article.published_basis, article.kind) == ("2025-06-26", "dateline", kind)
    assert (article.fields, article.text) == ({"place": place}, opening + BODY)


def test_each_name_of_a_month_means_one_month() -> None:
    meanings: dict[str, set[int]] = {}
    for row in months.ROWS:
        assert len(row.split()) == 12
        for number, forms in enumerate(row.split(), 1):
            for form in forms.split(","):
                meanings.setdefault(form, set()).add(number)
    assert [form for form, numbers in meanings.items() if len(numbers) > 1] == []


@pytest.mark.parametrize("line", ["Updated: June 20, 2024", "Last updated on June 20, 2024 at 9 a.m."])
def test_a_line_that_holds_only_an_update_is_kept_as_a_field(line: str) -> None:
    article = under_title(line)
    assert (article.published, article.fields, article.text) == (None, {"updated": "2024-06-20"}, BODY)
    assert article.kind == "document"


MENU = "\n\n".join(["Home", "Ferries", "Harbours"])
LONG_BODY = BODY.replace("\n\n", " ")


@pytest.mark.parametrize(
    "line",
    [
        "Jane Roe 20/06/2024 2 comments Harbours, Ferries",
        "Jane Roe - Jun 20, 2024, 10:31 pm CST",
        "By Jane Roe - 06/20/24 06:56 AM EST",
        "Thursday June 20, 2024 7:45 am PST by Jane Roe",
        "21:17 20.06.2024 Get short link",
        "Posted at 2024-06-20T14:42:01-0700",
        "2024-06-20 20:52:15  来源： 新华网",
        "기사입력 :[ 2024-06-20 15:24 ]",
        "on June 20, 2024 at 12:06 PM, updated June 21, 2024 at 12:10 PM",
        "Associated Press  June 20, 2024, 9:02 AM",
    ],
)
def test_a_stamp_under_the_heading_of_a_saved_page_is_the_date(line: str) -> None:
    article = article_of(f"{TITLE} - Almanach\n\n{MENU}\n\n{TITLE}\n\n{line}\n\n{LONG_BODY}")
    assert (article.title, article.published, article.published_basis) == (TITLE, "2024-06-20", "text")


@pytest.mark.parametrize(
    "line",
    [
        "The mayor came on June 20, 2024",
        "From June 20, 2024 to June 22, 2024",
        "Jane Roe 05/06/2024 2 comments",
        "June 20, 2024 was a fine day for all the boats in the harbour.",
        "Updated June 20, 2024 | 10:30",
        "Ferry 6/20/24/3",
    ],
)
def test_what_is_no_stamp_under_a_heading_is_no_date(line: str) -> None:
    article = article_of(f"{TITLE} - Almanach\n\n{MENU}\n\n{TITLE}\n\n{line}\n\n{LONG_BODY}")
    assert article.published is None
    assert line in article.text or article.fields["updated"] == "2024-06-20"


def test_a_stamp_above_the_text_is_the_date_without_a_heading() -> None:
    article = article_of(f"{TITLE}\n\n{MENU}\n\nBoats\n\nPosted June 20, 2024 by the crew\n\n{LONG_BODY}")
    assert article.published == "2024-06-20"


@pytest.mark.parametrize(
    "lines",
    [
        "Captain pleads guilty\n\nJune 20, 2024\n\nYard settles\n\nJune 18, 2024",
        "Quay of June 20, 2024",
        "Battle of Alma, June 20, 1854",
    ],
)
def test_a_date_of_a_list_or_an_event_above_the_text_is_not_the_date(lines: str) -> None:
    assert article_of(f"{TITLE}\n\n{MENU}\n\n{lines}\n\n{LONG_BODY}").published is None


@pytest.mark.parametrize(
    "sentence",
    [
        "The port announced today, June 20, 2024, that the harbour is open.",
        "The harbour is open, the port said today (Thursday, June 20, 2024).",
        "Der Hafen ist offen, sagte die Reederei heute, 20. Juni 2024.",
    ],
)
def test_the_day_that_a_text_calls_today_is_the_date(sentence: str) -> None:
    article = under_title(sentence)
    assert (article.published, article.published_basis) == ("2024-06-20", "text")
    assert sentence in article.text


@pytest.mark.parametrize(
    "sentence",
    [
        "The port announced today that it opened on June 20, 2024.",
        "Today, June 20, boats wait outside.",
        "On June 20, 2024, the harbour was open.",
    ],
)
def test_another_day_in_a_sentence_is_not_the_date(sentence: str) -> None:
    assert under_title(sentence).published is None


def test_a_label_before_a_date_at_the_end_gives_the_date() -> None:
    assert at_the_end(BODY, "Published on June 20, 2024").published == "2024-06-20"
    assert at_the_end(BODY, "June 20, 2024").published is None


def test_a_date_above_a_text_without_a_title_is_the_date() -> None:
    article = article_of(f"June 20, 2024\n\n{LONG_BODY}")
    assert (article.title, article.published, article.text) == ("", "2024-06-20", LONG_BODY)
    assert article_of(f"June 20, 2024\n\n10:30 Boats\n\n11:30 Fish\n\n{LONG_BODY}").published is None


def test_a_date_below_a_byline_is_the_date_where_the_heading_differs() -> None:
    page = f"{TITLE}\n\n{MENU}\n\n{LONG_BODY}\n\nBoats wait\n\n%s\n\nJune 20, 2024\n\n5:50 PM\n\n{LONG_BODY}"
    assert article_of(page % "By Jane RoeStaff Writer").published == "2024-06-20"
    assert article_of(page % "Tides").published is None


def test_a_schedule_below_a_second_heading_does_not_hide_the_date() -> None:
    schedule = f"{TITLE} and more\n\nJune 1, 2024\n\n10:30 Boats\n\n11:30 Fish\n\n{LONG_BODY}"
    stamp = "Submitted on Thu, 2024-06-20 13:49"
    text = f"{TITLE} - Almanach\n\n{MENU}\n\n{TITLE}\n\n{stamp}\n\n{LONG_BODY}\n\n{TITLE}\n\n{schedule}"
    assert article_of(text).published == "2024-06-20"


@pytest.mark.parametrize(("line", "published"), [("06.20.2024 09:00 AM", "2024-06-20"), ("June 20, 2024", None)])
def test_a_stamp_with_a_time_above_the_heading_is_the_date(line: str, published: str | None) -> None:
    text = f"{TITLE} - Almanach\n\n{MENU}\n\n{line}\n\n{TITLE}\n\nBoats wait\n\nFish too\n\nTides\n\n{LONG_BODY}"
    assert article_of(text).published == published


@pytest.mark.parametrize(("letters", "published"), [(65, "2024-06-20"), (30, None)])
def test_a_heading_is_above_a_long_line_of_a_script_without_spaces(letters: int, published: str | None) -> None:
    heading = "岛上议会批准夜间渡轮后居民欢迎这个决定和新的时间表以及船票"
    lines = (f"{heading}_阿尔马新闻网", "首页", "渡轮", heading, "来源", "2024-06-20 15:13 分享", "岛" * letters)
    assert article_of("\n\n".join(lines)).published == published
