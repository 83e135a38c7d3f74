"""The title, its filing marker, and the lines that repeat it."""

import pytest

from ingest_service.model import Wire
from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed, under_title


@pytest.mark.parametrize(
    "line",
    [
        TITLE,
        "Will the harbour open?",
        "What now? Harbours explained",
        "Dr. Roe: S. Harbour will open by Sept. 4",
        "S. Harbour opens to boats from the U.S.",
        "Hafen in Königsberg öffnet",
        "항구가 문을 열다",
    ],
)
def test_a_short_first_line_is_the_title(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert article.title == line
    assert article.text == BODY


@pytest.mark.parametrize(
    "line",
    [
        "The harbour is open.",
        "- Buy bread",
        "Dear Jane,",
        "June 20, 2024",
        "The harbour will be opened for:",
        "1. Open the harbour",
        "The harbour is open. Boats may come in",
        "A long first line that goes on and on, " * 8,
        "* * *",
    ],
)
def test_a_first_line_that_reads_like_text_stays(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert article.title == ""
    assert article.paragraphs[0] == line.strip()


def test_the_equals_sign_after_a_headline_is_no_part_of_it() -> None:
    assert article_of(f"{TITLE} =\n\n{BODY}").title == TITLE


def test_a_byline_above_the_title_names_the_author() -> None:
    article = article_of(f"By Jane Roe\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.authors, article.text) == (TITLE, ("Jane Roe",), BODY)


def test_a_line_without_text_below_stays_text() -> None:
    article = article_of("Only one line here")
    assert (article.title, article.text) == ("", "Only one line here")


def test_a_wrapped_title_is_one_line() -> None:
    body = "The minister opened the new harbour on Tuesday\nafter nine years of work and two floods had\ndelayed it."
    article = article_of(f"Minister opens the new harbour of the northern\nislands\n\n{body}")
    assert article.title == "Minister opens the new harbour of the northern islands"
    assert article.text == body.replace("\n", " ")


@pytest.mark.parametrize("path", ["a.md", "a.txt"])
def test_a_marked_title_loses_its_marks(path: str) -> None:
    assert article_of(f"# {TITLE}\n\n{BODY}", path).title == TITLE
    assert article_of(f"{TITLE}\n{'=' * len(TITLE)}\n\n{BODY}", path).title == TITLE


def test_a_title_of_the_front_matter_is_not_repeated_in_the_text() -> None:
    article = article_of(f"---\ntitle: {TITLE}\n---\n# {TITLE}\n\n{BODY}", "a.md")
    assert (article.title, article.text) == (TITLE, BODY)


@pytest.mark.parametrize(
    ("line", "title", "wire"),
    [
        ("(LEAD) Harbour opens", "Harbour opens", Wire("LEAD", 1)),
        ("(2nd LD) Harbour opens", "Harbour opens", Wire("2nd LD", 2)),
        ("(URGENT) Harbour opens", "Harbour opens", Wire("URGENT", 0)),
        ("UPDATE 3-Harbour opens", "Harbour opens", Wire("UPDATE 3", 3)),
        ("CORRECTED-UPDATE 1-Harbour opens", "Harbour opens", Wire("CORRECTED-UPDATE 1", 1)),
    ],
)
def test_a_filing_marker_is_no_title(line: str, title: str, wire: Wire) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.wire, article.kind, article.text) == (title, wire, "wire", BODY)


def test_a_filing_marker_in_the_front_matter_is_no_title() -> None:
    article = article_of(f"---\ntitle: (3rd LD) Harbour opens\n---\n{BODY}")
    assert (article.title, article.wire) == ("Harbour opens", Wire("3rd LD", 3))


@pytest.mark.parametrize(
    "line",
    [
        "(LEADING) questions asked",
        "Lead (LEAD) found in water",
        "UPDATE 1.2 released to all",
        "(Lead) singer leaves band",
        "URGENT-care unit opens",
    ],
)
def test_what_only_looks_like_a_filing_marker_stays(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.wire) == (line, None)


@pytest.mark.parametrize(
    "trail",
    [
        f"Home General {TITLE}",
        f"Home » News » {TITLE}",
        f"News > Politics > {TITLE}",
        "Home > News > Harbours",
        "Home / News / Harbours",
    ],
)
def test_a_breadcrumb_is_dropped(trail: str) -> None:
    article = article_of(f"{trail}\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, BODY)
    assert removed(article, "breadcrumb") == [trail]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Home at last", TITLE),
        (f"Exclusive: {TITLE}", TITLE),
        ("Home prices fall", "They fall again"),
        ("Home: a history", TITLE),
    ],
)
def test_a_title_that_only_looks_like_a_breadcrumb_stays(first: str, second: str) -> None:
    assert article_of(f"{first}\n\n{second}\n\n{BODY}").title == first


@pytest.mark.parametrize("label", ["New harbour", "Minister harbour", "the NEW harbour", "harbour minister"])
def test_a_picture_label_is_dropped(label: str) -> None:
    article = under_title(label)
    assert article.text == BODY
    assert removed(article, "picture-label") == [label]


@pytest.mark.parametrize(
    "line", ["The new harbour opens.", "Harbour opens late", "Harbour", "**New harbour**", "## New harbour", "Boats"]
)
def test_what_is_no_picture_label_stays(line: str) -> None:
    article = under_title(line)
    assert article.paragraphs[0] == line.strip("*# ")
    assert article.title == TITLE


def test_a_picture_label_further_down_stays() -> None:
    article = article_of(f"{TITLE}\n\n{BODY}\n\nNew harbour\n\n{BODY}")
    assert "New harbour" in article.paragraphs


def test_what_looks_like_a_picture_label_but_opens_a_paragraph_stays() -> None:
    article = article_of(f"{TITLE}\n\nThe minister\nJane Roe opened it.\n\n{BODY}")
    assert article.paragraphs[:2] == ("The minister", "Jane Roe opened it.")


def test_a_title_repeated_below_itself_goes() -> None:
    title = "Minister opens the new harbour of the northern islands after nine years"
    article = article_of(f"{title}\n\n{title}\n\n{BODY}")
    assert (article.title, article.text) == (title, BODY)


def test_a_filing_marker_is_taken_off_the_repetition_too() -> None:
    article = article_of(f"---\ntitle: UPDATE 2-{TITLE}\n---\nUPDATE 2-{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, BODY)


@pytest.mark.parametrize(
    "note", ["(ATTN: UPDATES throughout; CHANGES photo)", "(ATTN: ADDS byline)", "(ATTN: RECASTS lead)"]
)
def test_a_note_to_editors_is_dropped(note: str) -> None:
    article = under_title(note)
    assert (article.text, removed(article, "desk-note")) == (BODY, [note])


@pytest.mark.parametrize(
    "line", ["(Attn: the mayor)", "ATTN: all boats", "(ATTN: all boats) must leave", "(UPDATES follow)"]
)
def test_what_is_no_note_to_editors_stays(line: str) -> None:
    assert under_title(line).paragraphs[0] == line


@pytest.mark.parametrize("line", ["Washington  DC", "WASHINGTON D.C.", "New Alma, TX", "06 12 2006"])
def test_a_place_or_a_date_in_figures_is_no_title(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.text) == ("", f"{line}\n\n{BODY}")


@pytest.mark.parametrize("line", ["Harbour News AB", "Fire in LA", "12 boats of 2006"])
def test_a_title_that_looks_like_a_place_or_a_date_is_one(line: str) -> None:
    assert article_of(f"{line}\n\n{BODY}").title == line


def test_a_title_is_below_a_date_in_figures() -> None:
    article = article_of(f"Releases\n\n06 12 2006\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, f"Releases\n\n06 12 2006\n\n{BODY}")


MENU = "HOME\n\nGET HELP\n\nCONTACT US"
LONG_BODY = BODY.replace("\n\n", " ")
CUT_OFF = "Minister opens the new harbour after nine years"


@pytest.mark.parametrize("mark", [" - Alma Harbour Office", "…"])
def test_the_heading_of_a_saved_page_is_whole(mark: str) -> None:
    heading = f"{CUT_OFF} of work and two floods"
    article = article_of(f"{CUT_OFF}{mark}\n\n{MENU}\n\nFOR IMMEDIATE RELEASE\n\n{heading}\n\n{LONG_BODY}")
    assert article.title == heading
    assert heading in article.text


@pytest.mark.parametrize(
    "line", [f"{CUT_OFF}, and boats wait", f"{CUT_OFF} of work. Boats wait outside.", "Minister opens the new harbour"]
)
def test_a_line_that_is_no_longer_title_changes_nothing(line: str) -> None:
    assert article_of(f"{CUT_OFF} - Alma Harbour Office\n\n{MENU}\n\n{line}\n\n{LONG_BODY}").title == CUT_OFF


def test_a_menu_below_a_title_is_not_part_of_it() -> None:
    title = "Captain Charged With Theft of Two Boats From Northern Quay"
    article = article_of(f"{title} - Alma Harbour Office\nHOME\nGET HELP\nFOR IMMEDIATE RELEASE\n{title}\n{LONG_BODY}")
    assert article.title == title


@pytest.mark.parametrize(
    "line", ["United States Senator   Jane Roe", "U.S. Senator Jane Roe", "Office of U.S. Representative Jane Roe"]
)
def test_a_title_is_below_the_official_whose_site_it_is(line: str) -> None:
    article = article_of(f"{line}\n\n{TITLE}\n\n{BODY}")
    assert (article.title, article.text) == (TITLE, f"{line}\n\n{BODY}")


@pytest.mark.parametrize("line", ["U.S. Senator Jane Roe opens the new harbour in Port Alma", "Senator Jane Roe"])
def test_a_title_that_names_an_official_is_one(line: str) -> None:
    assert article_of(f"{line}\n\n{BODY}").title == line
