"""The lines of a PDF with their places: without the space around them, and with the hyphens that PDFium left out."""

from collections.abc import Sequence

from ingest_service.reading.pdf import page_lines, pdfium
from tests.ingest.reading.pdfs import Text, column, pdf


def lines_of(*pages: Sequence[Text]) -> list[tuple[str, int, bool]]:
    """The text of each line of all pages, its left edge, and whether a hyphen after it was left out."""
    lines = page_lines.read(pdfium.opened(pdf(*pages)), 10_000).lines
    return [(line.text, round(line.left), line.hyphenated) for line in lines.single()]


def test_a_line_begins_at_its_first_letter() -> None:
    indented, plain, other = lines_of(column(["  The harbour", "is open until", "  midnight"]))
    assert indented[:2] == ("The harbour", 78)
    assert plain[:2] == ("is open until", 72)
    assert other[:2] == ("midnight", 78)


def test_a_hyphen_that_was_left_out_belongs_to_the_line_of_its_page() -> None:
    lines = lines_of(column(["The ferry"]), column(["The harbour of the well-", "known town is open"]))
    assert lines == [("The ferry", 72, False), ("The harbour of the well", 72, True), ("known town is open", 72, False)]


def test_a_hyphen_that_was_left_out_belongs_to_the_last_part_of_a_divided_line() -> None:
    rows = [Text("The first column", 72, 700), Text("The second col-", 300, 700)]
    lines = lines_of(column(["The ferry"]), [*rows, Text("of the page", 72, 686), Text("umn of it", 300, 686)])
    assert lines[1:] == [
        ("The first column", 72, False), ("The second col", 300, True),
        ("of the page", 72, False), ("umn of it", 300, False),
    ]  # fmt: skip
