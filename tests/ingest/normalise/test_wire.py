"""Messages as wire services transmit them: headers, markers, notes to editors."""

import pytest

from ingest_service.model import Wire
from ingest_service.normalise import wire_markers
from tests.ingest.normalise.texts import BODY, TITLE, article_of, under_title

IPTC = (
    "\x01abc0042 3 i 120  dpa 0311\r\n\r\nIslandia/ferries/\r\n\x02EXTRA\r\n{title} =\r\n\r\n   {body}\r\n\x03\r\n"
    "211200 nov 18\r\n\x04"
)
ANPA = (
    "^BC-AS--Ferry, 1st Ld-Writethru,120<\n^{title}<\n^Eds: ADDS details.<\n^By JANE ROE=\n"
    "^Associated Press Writer=\n{body}"
)


def test_the_header_of_an_iptc_message_is_read() -> None:
    article = article_of(IPTC.format(title=TITLE, body=BODY))
    assert (article.title, article.text, article.kind) == (TITLE, BODY, "wire")
    assert (article.publisher, article.published, article.wire) == ("dpa", "2018-11-21T12:00:00Z", Wire("EXTRA", 0))


def test_a_header_without_control_characters_is_read() -> None:
    message = IPTC.format(title=TITLE, body=BODY).translate(dict.fromkeys(range(1, 5)))
    article = article_of(message)
    assert (article.title, article.text, article.published) == (TITLE, BODY, "2018-11-21T12:00:00Z")


def test_the_header_of_an_anpa_message_is_read() -> None:
    article = article_of(ANPA.format(title=TITLE, body=BODY))
    assert (article.title, article.text, article.kind) == (TITLE, BODY, "wire")
    assert (article.publisher, article.authors) == ("Associated Press", ("JANE ROE",))
    assert article.wire == Wire("1st Ld-Writethru", 1)


@pytest.mark.parametrize(
    ("above", "wire"),
    [
        ("URGENT\nBC-AS--Ferry, 1st Ld-Writethru,120\n", Wire("1st Ld-Writethru", 1)),
        ("BC-AS--Ferry,120\n", None),
    ],
)
def test_priority_and_slug_above_an_anpa_header_are_no_text(above: str, wire: Wire | None) -> None:
    article = article_of(f"{above}{ANPA.partition('<')[2].lstrip().format(title=TITLE, body=BODY)}")
    assert (article.title, article.text, article.kind) == (TITLE, BODY, "wire")
    assert (article.authors, article.wire) == (("JANE ROE",), wire)


@pytest.mark.parametrize("alarm", ["URGENT", "FLASH", "BULLETIN"])
def test_a_priority_above_a_dateline_is_no_title(alarm: str) -> None:
    text = f"PORT ALMA (AP) - {BODY}"
    article = article_of(f"{alarm}\n\n{TITLE}\n\n{text}")
    assert (article.title, article.text, article.wire) == (TITLE, text, Wire(alarm, 0))
    article = article_of(f"{alarm}\n{text}")
    assert (article.title, article.text, article.wire) == ("", text, Wire(alarm, 0))


def test_a_priority_without_a_dateline_is_a_title() -> None:
    article = article_of(f"BULLETIN\n\n{BODY}")
    assert (article.title, article.text, article.wire) == ("BULLETIN", BODY, None)


def test_the_head_of_a_message_may_have_filings_lines_and_a_byline() -> None:
    head = "\x02REFILE\r\n2ND LEAD\r\nCouncil of the island decides\r\non the hours of ferries\r\nBy Jane Roe, Reuters"
    article = article_of(IPTC.replace("\x02EXTRA\r\n{title}", head).format(body=BODY))
    assert (article.title, article.text) == ("Council of the island decides on the hours of ferries", BODY)
    assert (article.authors, article.publisher, article.wire) == (("Jane Roe",), "Reuters", Wire("2ND LEAD", 2))


@pytest.mark.parametrize(
    "notes",
    [
        "# Notebook\r\n\r\n## Internet links\r\n- [Port](http://port.example)\r\n\r\ndpa jr\r\n",
        "The following information is not intended for publication\r\n\r\nEditing by Jane Roe, +49 30 1234\r\n",
    ],
)
def test_the_notes_of_a_desk_are_not_published(notes: str) -> None:
    article = article_of(IPTC.format(title=TITLE, body=f"{BODY}\r\n\r\n{notes}"))
    assert (article.text, article.published) == (BODY, "2018-11-21T12:00:00Z")


@pytest.mark.parametrize("line", ["abc0042 is the number of the boat", "^ marks the spot", "^One line<"])
def test_what_is_no_header_stays(line: str) -> None:
    assert article_of(f"{line}\n\n{BODY}").title == line


@pytest.mark.parametrize(
    ("line", "wire"),
    [
        ("RPT-UPDATE 1-", Wire("RPT-UPDATE 1", 1)),
        ("WRAPUP 3-", Wire("WRAPUP 3", 3)),
        ("ADDS DETAILS-", Wire("ADDS DETAILS", 1)),
        ("RECASTS, ADDS QUOTES AND BACKGROUND-", Wire("RECASTS, ADDS QUOTES AND BACKGROUND", 1)),
        ("REFILE-", Wire("REFILE", 1)),
        ("ADV-", Wire("ADV", 1)),
        ("URGENT: ", Wire("URGENT", 0)),
        ("2nd LEAD: ", Wire("2nd LEAD", 2)),
        ("3rd LEAD ", Wire("3rd LEAD", 3)),
        ("(FLASH) ", Wire("FLASH", 0)),
    ],
)
def test_other_markers_are_read(line: str, wire: Wire) -> None:
    article = article_of(f"{line}{TITLE}\n\n{BODY}")
    assert (article.title, article.wire, article.kind) == (TITLE, wire, "wire")


@pytest.mark.parametrize(
    "line",
    [
        "Urgent: a crane for the quay",
        "UPDATE: Quay late",
        "EXTRA: Seats",
        "2nd LEAD singer joins",
        "LEAD: Found",
        "ADVERSE-wind warning",
        "ADDS UP-Why the quay costs more",
        "ADDS DETAILS: Quay plan",
        "ADDS DETAILS-minded harbour master",
        "Lead: a metal",
    ],
)
def test_a_title_with_such_a_word_stays(line: str) -> None:
    article = article_of(f"{line}\n\n{BODY}")
    assert (article.title, article.wire) == (line, None)


@pytest.mark.parametrize(
    "note",
    ["ATTENTION - ADDS quotes ///", "Eds: Updates with repairs.", "(Adds details, quotes)", "(Recasts with comment)"],
)
def test_a_note_to_editors_is_dropped(note: str) -> None:
    assert under_title(note).text == BODY


@pytest.mark.parametrize(
    "line", ["(Adds to the cost)", "Attention all boats", "Eds and meds", "Editor's note: we erred"]
)
def test_what_is_no_note_to_editors_stays(line: str) -> None:
    assert under_title(line).paragraphs[0] == line


def test_a_marker_that_is_the_whole_text_is_read() -> None:
    assert wire_markers.marker("EXTRA") == Wire("EXTRA", 0)
    assert wire_markers.marker("EXTRA seats") is None
