"""PDF: paragraphs in reading order from lines with places, and the reasons of files that have no text."""

import time
from collections.abc import Sequence

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import Damaged, Empty, Encrypted, NoTextLayer, TextTooLong
from ingest_service.model import Article
from ingest_service.settings import Limits
from tests.ingest.reading.pdfs import LEADING, LEFT, TOP, Text, column, pdf, picture

FERRY = [
    "The council approved a new timetable for the harbour ferry on Tuesday, and the",
    "last boat of the day leaves at midnight from now on, as the mayor said after the",
    "meeting in the town hall.",
]
BRIDGE = [
    "Work on the old bridge begins in spring, once the river is low enough for the first",
    "of the four new pillars, and it ends before the winter of the year after the next.",
]
PASSWORD = "a password"  # noqa: S105  Of the encrypted test file.
NARROW_LEFT = [
    "The council approved a new",
    "timetable for the ferry, and",
    "the last boat of the day now",
    "leaves at midnight.",
]
NARROW_RIGHT = [
    "Work on the old bridge will",
    "begin in spring, when the",
    "river is low enough for the",
    "first of the pillars.",
]


def article(content: bytes) -> Article:
    """The article, whose text is its source with all notes applied."""
    (item,) = reading.read(content, "a.pdf").items
    assert normalise.apply(item.source, item.repairs) == item.text
    assert item.is_extracted
    return normalise.normalise(item)


def joined(lines: Sequence[str]) -> str:
    return " ".join(lines)


def removed(article: Article, rule: str) -> list[str]:
    return [note.removed.strip() for note in article.notes if note.rule == rule]


@pytest.mark.parametrize("gap", [0, 1])
def test_lines_become_paragraphs(gap: int) -> None:
    page = column([*FERRY, *[""] * gap, *BRIDGE])
    assert article(pdf(page)).paragraphs == (joined(FERRY), joined(BRIDGE))


def test_an_indent_begins_a_paragraph() -> None:
    page = column(FERRY[:2])
    page += [Text("after the noon.", LEFT, TOP - 2 * LEADING)]
    page += [Text(BRIDGE[0], LEFT + 12, TOP - 3 * LEADING), Text(BRIDGE[1], LEFT, TOP - 4 * LEADING)]
    assert article(pdf(page)).paragraphs == (f"{joined(FERRY[:2])} after the noon.", joined(BRIDGE))


def test_a_paragraph_of_one_full_line_is_one() -> None:
    line = "The ferry of pier A sails at nine, and the ferry of pier B sails at ten on weekdays."
    page = [Text(line, LEFT + 12, TOP), Text(BRIDGE[0], LEFT + 12, TOP - LEADING)]
    page += column([BRIDGE[1], *FERRY], top=TOP - 2 * LEADING)
    assert article(pdf(page)).paragraphs[:2] == (line, joined(BRIDGE))


def test_lines_with_one_middle_are_one_heading() -> None:
    # In Helvetica digits are .556 of the height wide, and a space is half as wide: all these lines have one middle.
    full = " ".join(["2024"] * 16)
    head = [Text("2024 2025 2026 2027 2028", 223.4, 780), Text("2029 2030", 264.7, 766)]
    (item,) = reading.read(pdf([*head, *column([full] * 3, top=730)]), "a.pdf").items
    assert item.text == "2024 2025 2026 2027 2028 2029 2030\n\n" + joined([full] * 3)


def test_a_number_inside_a_sentence_begins_no_item() -> None:
    lines = [
        "Both sides recognised the need to limit the warming of the seas to no more than",
        "1.5 degrees, and to build the new pier.",
    ]
    assert article(pdf(column([*lines, "", *FERRY]))).paragraphs[0] == joined(lines)
    items = [
        "1.5 Where the ferry sails",
        "The ferry sails from pier A at nine.",
        "1.6 Where it lands",
        "It lands at pier B at ten.",
    ]
    (item,) = reading.read(pdf(column(items)), "a.pdf").items
    assert item.text == "\n\n".join(items)


def test_items_of_a_list_are_paragraphs() -> None:
    items = [
        "• the ferry sails at nine in the morning and returns to the harbour after it has",
        "waited",
        "• the bridge is open",
    ]
    assert article(pdf(column(items))).paragraphs == (joined(items[:2]), items[2])


def test_the_largest_text_is_the_title() -> None:
    page = [
        Text("PRESS RELEASE", LEFT, 800, 24),
        Text("Ferry to sail later at night", LEFT, 770, 18),
        *column(FERRY, top=720),
    ]
    read = article(pdf(page, info={"Title": "Microsoft Word - ferry_v2.docx", "Author": "Office 2016 User"}))
    assert read.title == "Ferry to sail later at night"
    assert read.paragraphs[-1] == joined(FERRY)
    assert removed(read, "title") == ["Ferry to sail later at night"]
    assert read.authors == ()
    assert read.fields["document_author"] == "Office 2016 User"


def test_a_title_of_two_lines_is_joined() -> None:
    page = [
        Text("Ferry to sail later at", LEFT, 780, 18),
        Text("night, says council", LEFT, 758, 18),
        *column(FERRY, top=720),
    ]
    assert article(pdf(page)).title == "Ferry to sail later at night, says council"


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Ferry to sail later", "Ferry to sail later"),
        ("ferry-release.indd", "Harbour news"),
        ("Untitled", "Harbour news"),
        ("Our template for the summer campaign", "Harbour news"),
        ("Ferry to sail\nlater", "Ferry to sail later"),
    ],
)
def test_a_stated_title_counts_if_it_may_be_that_of_the_text(stated: str, title: str) -> None:
    page = [Text("Harbour news", LEFT, 790, 20), *column(["Ferry to sail later", "", *FERRY], top=740)]
    read = article(pdf(page, info={"Title": stated, "CreationDate": "D:20240604101500+02'00'"}))
    assert read.title == title
    assert read.fields["document_created"] == "2024-06-04T08:15:00Z"
    assert read.published is None


def test_a_stated_title_that_is_a_label_does_not_count() -> None:
    page = [Text("Press release", LEFT, 800, 12), Text("Ferry to sail later", LEFT, 770, 18), *column(FERRY, top=720)]
    assert article(pdf(page, info={"Title": "Press release"})).title == "Ferry to sail later"


def test_columns_are_read_one_after_the_other() -> None:
    head = [Text("Ferry and bridge: what the council decided", LEFT, 790, 18)]
    page = [*head, *column(NARROW_LEFT), *column(NARROW_RIGHT, x=320)]
    assert article(pdf(page)).paragraphs == (joined(NARROW_LEFT), joined(NARROW_RIGHT))


def test_columns_that_are_drawn_row_by_row_are_divided() -> None:
    page = [Text("Ferry and bridge: what the council decided", LEFT, 790, 18), *_row_by_row(top=TOP)]
    assert article(pdf(page)).paragraphs == (joined(NARROW_LEFT), joined(NARROW_RIGHT))


def test_columns_on_a_later_page_divide_those_of_an_earlier_one() -> None:
    long_lines = column([*FERRY, *BRIDGE, *FERRY])
    pages = [[*long_lines, *_row_by_row(top=TOP - 9 * LEADING)], _row_by_row(top=TOP)]
    assert article(pdf(*pages)).paragraphs[-4:] == (joined(NARROW_LEFT), joined(NARROW_RIGHT)) * 2


def _row_by_row(top: float) -> list[Text]:
    rows = zip(column(NARROW_LEFT, top=top), column(NARROW_RIGHT, x=320, top=top), strict=True)
    return [text for row in rows for text in row]


def test_columns_end_at_a_line_across_them() -> None:
    page = [*column(NARROW_LEFT), *column(NARROW_RIGHT, x=320)]
    page += column([*FERRY, "", ""], top=TOP - 6 * LEADING)
    page += [*column(NARROW_LEFT, top=TOP - 12 * LEADING), *column(NARROW_RIGHT, x=320, top=TOP - 12 * LEADING)]
    parts = [joined(lines) for lines in (NARROW_LEFT, NARROW_RIGHT, FERRY, NARROW_LEFT, NARROW_RIGHT)]
    assert article(pdf(page[::-1])).paragraphs == tuple(parts)


def test_a_page_of_scattered_words_is_read_in_bounded_time() -> None:
    places = [(7 * number % 500, 11 * number % 800) for number in range(4_000)]
    page = [Text(f"Pier {number} of the harbour", 20 + x, 20 + y, 2) for number, (x, y) in enumerate(places)]
    start = time.process_time()
    (item,) = reading.read(pdf(page), "a.pdf").items
    assert item.text.count("Pier") == 4_000
    assert time.process_time() - start < 10


def test_a_table_is_read_row_by_row() -> None:
    rows = [
        ("Ferry", "9:00", "12 km"),
        ("Bridge", "open", "1 km"),
        ("Tunnel", "closed", "3 km"),
        ("Road", "open", "7 km"),
    ]
    page = [
        text for x, cells in zip((72, 200, 330), zip(*rows, strict=True), strict=True) for text in column(cells, x=x)
    ]
    assert (
        article(pdf(page)).text.replace("\n\n", " ")
        == "Ferry 9:00 12 km Bridge open 1 km Tunnel closed 3 km Road open 7 km"
    )


def test_hyphens_at_line_ends_are_removed_unless_the_word_has_one() -> None:
    lines = [
        "The well-known ferry has a new time-",
        "table, says the council, and the well-",
        "known bridge is closed until 2025-",
        "26 by the Anglo-",
        "Saxon company.",
    ]
    read = article(pdf(column(lines)))
    assert read.text == (
        "The well-known ferry has a new timetable, says the council, and the well-known bridge is closed until 2025-26"
        " by the Anglo-Saxon company."
    )
    assert [note.removed for note in read.notes if note.rule == "hyphenation"] == ["-"]


def test_a_paragraph_continues_on_the_next_page_without_running_lines() -> None:
    def page(number: int, lines: list[str]) -> list[Text]:
        head = Text("Harbour board | Annual report", LEFT, 810, 9)
        return [head, *column(lines), Text(f"Page {number} of 3", 280, 30, 9)]

    read = article(pdf(page(1, [FERRY[0]]), page(2, [*FERRY[1:], "", BRIDGE[0]]), page(3, BRIDGE[1:])))
    assert read.paragraphs == (joined(FERRY), joined(BRIDGE))
    assert removed(read, "running-line") == [
        "Harbour board | Annual report", "Page 1 of 3\nPage 2 of 3\nPage 3 of 3",
    ]  # fmt: skip
    assert all(note.at is None for note in read.notes)


def test_numbers_of_pages_are_running_lines_and_rows_of_a_table_are_not() -> None:
    def page(number: int) -> list[Text]:
        rows = [f"Ward {row} has {row * row % 97} votes" for row in range(40 * number, 40 * number + 40)]
        return [*column(rows, top=780), Text(f"Chapter {'ABCD'[number]} of the report {number + 7}", 280, 30, 9)]

    read = article(pdf(*map(page, range(4))))
    assert read.text.count("Ward") == 160
    assert "Chapter" not in read.text
    two = article(pdf([*column(FERRY), Text("1", 290, 30)], [*column(BRIDGE), Text("2", 290, 30)]))
    assert removed(two, "running-line") == ["1\n2"]


def test_footnotes_do_not_divide_a_paragraph() -> None:
    first = [*column(FERRY[:2]), Text("1 Minutes of the council, page 7.", LEFT, 90, 7)]
    read = article(pdf(first, column([*FERRY[2:], "", *BRIDGE])))
    assert read.paragraphs == (joined(FERRY), "1 Minutes of the council, page 7.", joined(BRIDGE))


def test_lines_that_are_all_the_text_are_no_running_lines() -> None:
    assert article(pdf(*[column(["Pier A is closed."])] * 3)).text == "\n\n".join(["Pier A is closed."] * 3)


def test_text_that_repeats_in_the_body_is_no_running_line() -> None:
    pages = [column([f"The ferry of pier {number} sails at nine on weekdays.", *FERRY]) for number in "AB"]
    assert article(pdf(*pages)).text.count("sails at nine") == 2


@pytest.mark.parametrize("end", [8, 40, 400])
def test_a_cut_off_pdf_is_damaged(end: int) -> None:
    with pytest.raises(Damaged, match="save or export it again"):
        article(pdf(column(FERRY))[:end])


def test_a_password_is_asked_for_only_if_the_empty_one_does_not_open() -> None:
    with pytest.raises(Encrypted, match="save it without one"):
        article(pdf(column(FERRY), password=PASSWORD))
    assert article(pdf(column(FERRY), password="")).text == joined(FERRY)


def test_pictures_of_pages_have_no_text_layer() -> None:
    with pytest.raises(NoTextLayer, match="are pictures"):
        article(picture())
    with pytest.raises(Empty):
        article(pdf([]))


def test_a_text_over_the_limit_is_too_long() -> None:
    with pytest.raises(TextTooLong, match="100 characters"):
        reading.read(pdf(column(FERRY)), "a.pdf", Limits(text_characters=100))


def test_a_pdf_is_known_by_its_content() -> None:
    (item,) = reading.read(pdf(column(FERRY)), "a.txt").items
    assert (item.media_type, item.text) == ("application/pdf", joined(FERRY))
    assert [note.detail for note in item.repairs] == ["named .txt, read as PDF"]


@pytest.mark.parametrize(
    "before",
    [b"\xef\xbb\xbf", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n", b"\n" * 1_000],
    ids=["mark", "lines", "headers", "many lines"],
)
def test_a_pdf_may_begin_after_other_bytes(before: bytes) -> None:
    (item,) = reading.read(before + pdf(column(FERRY)), "a.pdf").items
    assert (item.media_type, normalise.normalise(item).paragraphs) == ("application/pdf", (joined(FERRY),))


def test_a_text_about_pdf_is_a_text() -> None:
    text = f"How a PDF begins\n\n%PDF-1.4\n1 0 obj\n\n{joined(FERRY)}\n"
    assert reading.read(text.encode(), "a.txt").items[0].text == text
