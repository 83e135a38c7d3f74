"""The top of a release: letterhead, label and title; and the name of the site after a title."""

import pytest

from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed

LETTERHEAD = (
    "January 21, 2024 Contact: Jane Roe",
    "Director of Communications",
    "Alma County Harbour Office",
    "214-000-0000 (Office)",
    "jane.roe@example.org",
)


def test_a_letterhead_gives_date_and_publisher() -> None:
    article = article_of("\n".join([*LETTERHEAD, f"FOR IMMEDIATE RELEASE: {TITLE}", "", BODY]))
    assert (article.title, article.text, article.kind) == (TITLE, BODY, "release")
    assert (article.published, article.publisher) == ("2024-01-21", "Alma County Harbour Office")
    assert removed(article, "letterhead") == list(LETTERHEAD)


def test_a_title_that_goes_on_below_the_label_is_whole() -> None:
    head = "For Immediate Release: Harbour Office Celebrates Sixth Annual\nFerry Day with Ceremony"
    for body in (BODY, BODY.replace("\n\n", " ")):
        article = article_of(f"{head}\n(PORT ALMA) – {body}")
        assert article.title == "Harbour Office Celebrates Sixth Annual Ferry Day with Ceremony"
        assert article.text == f"(PORT ALMA) – {body}"


def test_a_title_of_three_lines_is_whole() -> None:
    head = (
        "FOR IMMEDIATE RELEASE: Court Affirms the Injunction That Protects Northern\n"
        "Harbours from the New Rules of the Harbour Commission, and Orders\nRepair of the Quay"
    )
    article = article_of(f"{head}\n(PORT ALMA) – {BODY}")
    assert article.title == " ".join(head.removeprefix("FOR IMMEDIATE RELEASE: ").splitlines())
    assert article.text == f"(PORT ALMA) – {BODY}"


def test_a_short_line_below_a_title_is_not_part_of_it() -> None:
    article = article_of(f"FOR IMMEDIATE RELEASE: Harbour Opens\nRepair of the Quay\n(PORT ALMA) – {BODY}")
    assert article.title == "Harbour Opens"


def test_a_label_below_the_title_and_a_subtitle_makes_a_release() -> None:
    article = article_of(f"{TITLE}\n\nBoats wait\n\nFish too\n\nFor Immediate Release: June 8, 2006\n\n{BODY}")
    assert (article.title, article.kind, article.published) == (TITLE, "release", "2006-06-08")
    assert removed(article, "release-label") == ["For Immediate Release: June 8, 2006"]


def test_a_label_that_is_repeated_is_removed() -> None:
    article = article_of(f"FOR IMMEDIATE RELEASE  FOR IMMEDIATE RELEASE\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.kind, article.text) == (TITLE, "release", BODY)


def test_a_place_that_publishes_is_part_of_the_letterhead() -> None:
    article = article_of(f"PORT OF ALMA\nNEWS RELEASE\nContact: Jane Roe\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.publisher, article.text) == (TITLE, "PORT OF ALMA", BODY)


@pytest.mark.parametrize(
    "text",
    [
        f"Senate Backs City Council\n\nFOR IMMEDIATE RELEASE\n\n{BODY}",
        f"FOR IMMEDIATE RELEASE\n\nSenate Backs City Council\n\nJune 26, 2025\n\n{BODY}",
    ],
)
def test_a_title_that_sounds_like_an_office_stays_the_title(text: str) -> None:
    article = article_of(text)
    assert (article.title, article.text, article.kind) == ("Senate Backs City Council", BODY, "release")


@pytest.mark.parametrize(
    "line", ["Contact between two islands grows", "Office of the Harbour Master", "Contact: the film"]
)
def test_a_title_without_a_label_is_no_letterhead(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.kind) == (line, "document")


@pytest.mark.parametrize(
    ("line", "title", "kind"),
    [
        (f"MEDIA RELEASE: {TITLE}", TITLE, "release"),
        (f"Press Release – {TITLE}", TITLE, "release"),
        (f"PARA PUBLICACIÓN INMEDIATA: {TITLE}", TITLE, "release"),
        (f"Title: {TITLE}", TITLE, "document"),
        ("Press release: why the form survives", "Press release: why the form survives", "document"),
        ("Titles: a history", "Titles: a history", "document"),
    ],
)
def test_a_label_before_the_title_is_no_part_of_it(line: str, title: str, kind: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.kind, article.text) == (title, kind, BODY)


@pytest.mark.parametrize("label", ["PRESS RELEASE: ", "NEWS RELEASE - ", "Pressemitteilung: "])
def test_a_label_before_a_stated_title_is_no_part_of_it(label: str) -> None:
    for body in (BODY, f"FOR IMMEDIATE RELEASE\n\n{TITLE}\n\n{BODY}"):
        article = article_of(f'---\ntitle: "{label}{TITLE}"\n---\n{body}')
        assert (article.title, article.text, article.kind) == (TITLE, BODY, "release")


@pytest.mark.parametrize(
    ("suffix", "publisher"),
    [
        (" | Alma County Harbour Office", "Alma County Harbour Office"),
        (" – Alma News", "Alma News"),
        (" - Alma Department of Education", "Alma Department of Education"),
        (" | News | Port of Alma", "Port of Alma"),
        (" | Press Releases", None),
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_title(suffix: str, publisher: str | None) -> None:
    for text in (f"{TITLE}{suffix}\n\n{BODY}", f'---\ntitle: "{TITLE}{suffix}"\n---\n{BODY}'):
        article = article_of(text)
        assert (article.title, article.publisher, article.text) == (TITLE, publisher, BODY)


@pytest.mark.parametrize(
    "line",
    [
        "Ferry fares rise – Roe resigns",
        "Opinion | Why the island needs a night ferry",
        "Storm closes northern quay - mayor",
        "Boats return to quay – Jane Roe",
        "Score: Alma 2 - Bay 1",
    ],
)
def test_a_title_with_a_bar_or_a_dash_stays_whole(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.publisher) == (line, None)


def test_a_site_name_is_recognised_where_the_title_is_repeated() -> None:
    article = article_of(f"{TITLE} - alma.example\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, BODY)


@pytest.mark.parametrize(
    ("title", "suffix", "publisher"),
    [
        ("섬 의회 야간 여객선 승인", " | 알마일보", "알마일보"),
        ("岛上议会批准夜间渡轮", "_阿尔马新闻网", "阿尔马新闻网"),
        ("岛上议会批准夜间渡轮", "-阿尔马新闻网", "阿尔马新闻网"),
        (TITLE, " - Harbours 80/90 - Almanach", "Almanach"),
        (TITLE, " » Local » Noticias » Almanach", "Almanach"),
        (TITLE, " / Local / almanach.example", "almanach.example"),
    ],
)
def test_all_that_follows_the_heading_in_the_title_of_a_window_is_no_title(
    title: str, suffix: str, publisher: str
) -> None:
    article = article_of(f"{title}{suffix}\n\nMenu\n\n{title}\n\n{BODY}")
    assert (article.title, article.publisher) == (title, publisher)


@pytest.mark.parametrize(
    "title", ["岛上议会-批准夜间渡轮", "夜间渡轮_第二部分", f"{TITLE} - Harbours 80/90 - Almanach"]
)
def test_a_title_with_separators_stays_whole_where_no_heading_repeats_a_part(title: str) -> None:
    assert article_of(f"{title}\n\nMenu\n\n{BODY}").title == title


def test_a_stamp_below_a_heading_with_a_label_gives_the_date() -> None:
    heading = f"MEDIA ADVISORY: {TITLE}"
    article = article_of(f"{heading} - Alma Harbour Office\nNews\n{heading}\nAdmin | July 1, 2024\n{BODY * 2}")
    assert (article.title, article.published) == (TITLE, "2024-07-01")


@pytest.mark.parametrize("mark", ["-", "--", "—", "|", "/"])
def test_an_address_behind_the_title_is_the_name_of_the_site(mark: str) -> None:
    article = article_of(f"{TITLE} {mark} www.almanach.example\n\n{BODY}")
    assert (article.title, article.publisher) == (TITLE, "www.almanach.example")


@pytest.mark.parametrize("tail", ["2.0", "9.30", "U.S.", "Port Alma", "3.14.15"])
def test_what_is_no_address_behind_a_slash_is_part_of_the_title(tail: str) -> None:
    assert article_of(f"{TITLE} / {tail}\n\n{BODY}").title == f"{TITLE} / {tail}"


def test_the_official_behind_a_wide_gap_is_no_title_where_the_heading_shows_it() -> None:
    official = "U S  Senator Jane Roe"
    article = article_of(f"{TITLE}   {official}\n\nJane Roe\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.publisher) == (TITLE, official)
    whole = f"{TITLE}   {official}"
    assert article_of(f"{whole}\n\nJane Roe\n\n{BODY}").title == whole
    assert article_of(f"{whole}\n\nJane Roe\n\n{whole}\n\n{BODY}").title == whole
