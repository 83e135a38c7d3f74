"""DOCX: what a reader of the printed document sees, with all tracked changes accepted."""

import pytest

from ingest_service import normalise, reading
from ingest_service.errors import ArchiveTooLarge, Damaged, Encrypted, NoText, TextTooLong, Unreadable
from ingest_service.model import Article, Reading
from ingest_service.settings import Limits
from tests.ingest.reading.docxs import W, docx, paragraph

FERRY = "The council approved a new timetable for the harbour ferry on Tuesday."
BRIDGE = "Work on the old bridge begins in spring, once the river is low enough."


def item(content: bytes) -> Reading:
    (only,) = reading.read(content, "a.docx").items
    return only


def article(content: bytes) -> Article:
    read = item(content)
    assert normalise.apply(read.source, read.repairs) == read.text
    return normalise.normalise(read)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_the_paragraph_in_the_style_of_titles_is_the_title() -> None:
    letterhead = paragraph("Harbour board")
    core = "<dc:title>Letter template</dc:title><dc:creator>Office User</dc:creator>"
    read = article(
        docx(letterhead + paragraph("Ferry to sail later", "Titel") + paragraph(FERRY) + paragraph(BRIDGE), core)
    )
    assert (read.title, read.paragraphs) == ("Ferry to sail later", ("Harbour board", FERRY, BRIDGE))
    assert [note.removed.strip() for note in read.notes if note.rule == "title"] == ["Ferry to sail later"]
    assert (read.fields, read.authors) == ({"document_author": "Office User"}, ())


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Ferry to sail later", "Ferry to sail later"),
        ("ferry_v2.docx", ""),
        ("Document1", ""),
        ("Our new template", ""),
    ],
)
def test_a_stated_title_counts_if_it_may_be_that_of_the_text(stated: str, title: str) -> None:
    core = f"<dc:title>{stated}</dc:title><dcterms:created>2024-06-04T10:15:00Z</dcterms:created>"
    read = item(docx(paragraph("Ferry to sail later") + paragraph(FERRY), core))
    assert read.metadata == {"document_created": "2024-06-04T10:15:00Z"} | ({"title": title} if title else {})


def test_a_first_heading_is_the_title() -> None:
    body = paragraph("Ferry to sail later", "berschrift1") + paragraph(FERRY) + paragraph("The bridge", "berschrift1")
    read = article(docx(body + paragraph(BRIDGE)))
    assert (read.title, read.paragraphs) == ("Ferry to sail later", (FERRY, "The bridge", BRIDGE))


def test_items_of_lists_and_rows_of_tables_are_paragraphs() -> None:
    numbered = "<w:numPr><w:numId w:val='1'/></w:numPr>"
    cell = "<w:tc>{}</w:tc>".format
    rows = "".join(
        f"<w:tr>{cell(paragraph(a))}{cell(paragraph(b))}</w:tr>" for a, b in (("Ferry", "9:00"), ("Bridge", "open"))
    )
    body = paragraph("One", properties=numbered) + paragraph("Two", "Aufzhlung") + f"<w:tbl><w:tblPr/>{rows}</w:tbl>"
    assert item(docx(paragraph(FERRY) + body)).text.split("\n\n") == [
        FERRY,
        "- One",
        "- Two",
        "Ferry | 9:00",
        "Bridge | open",
    ]


def test_a_table_that_only_arranges_paragraphs_is_read_cell_by_cell() -> None:
    cells = f"<w:tc>{paragraph(FERRY)}{paragraph(BRIDGE)}</w:tc><w:tc>{paragraph('Contact')}</w:tc>"
    assert item(docx(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")).text.split("\n\n") == [FERRY, BRIDGE, "Contact"]


def test_inserted_text_is_kept_and_deleted_text_is_not() -> None:
    changed = (
        f"<w:p>{run('The ferry sails at ')}<w:del><w:r><w:delText>nine</w:delText></w:r></w:del>"
        f"<w:ins>{run('ten')}</w:ins><w:moveFrom>{run('away')}</w:moveFrom>{run('.')}</w:p>"
    )
    joined = paragraph("It is ", properties="<w:rPr><w:del/></w:rPr>") + paragraph("late.")
    assert item(docx(changed + joined)).text == "The ferry sails at ten.\n\nIt is late."


def test_what_is_not_shown_is_not_read() -> None:
    comment = '<w:commentRangeStart w:id="1"/>' + run("late.") + '<w:commentReference w:id="1"/>'
    field = "<w:r><w:instrText>PAGE</w:instrText></w:r>"
    hidden = run("secret", "<w:vanish/>") + run("The ferry is ", '<w:vanish w:val="0"/>')
    header = f"<w:hdr {W}>{paragraph('Harbour board, page 1')}</w:hdr>"
    comments = f"<w:comments {W}><w:comment>{paragraph('Check this')}</w:comment></w:comments>"
    assert (
        item(docx(f"<w:p>{hidden}{comment}{field}</w:p>", parts={"header": header, "comments": comments})).text
        == "The ferry is late."
    )


def test_text_boxes_and_controls_are_read_once() -> None:
    inner = f"<w:txbxContent>{paragraph(BRIDGE)}</w:txbxContent>"
    choices = f"<mc:Choice>{inner}</mc:Choice><mc:Fallback>{inner}</mc:Fallback>"
    box = f"<w:r><mc:AlternateContent xmlns:mc='m'>{choices}</mc:AlternateContent></w:r>"
    control = f"<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
    assert item(docx(f"<w:p>{run(FERRY)}{box}</w:p>{control}")).text.split("\n\n") == [FERRY, BRIDGE, "In a control."]


def test_line_ends_tabs_and_hyphens_are_characters() -> None:
    line_end, tab, hyphen = (f"<w:r><w:{kind}/></w:r>" for kind in ("br", "tab", "noBreakHyphen"))
    body = f"<w:p>{run('Pier A')}{line_end}{run('Mon')}{tab}{run('nine')}{hyphen}{run('ten')}</w:p>"
    assert item(docx(body)).text == "Pier A\nMon\tnine-ten"


def test_footnotes_follow_the_text() -> None:
    notes = (
        f"<w:footnotes {W}><w:footnote w:type='separator'>{paragraph('---')}</w:footnote>"
        f"<w:footnote w:id='1'>{paragraph('Minutes, page 7.')}</w:footnote></w:footnotes>"
    )
    assert item(docx(paragraph(FERRY), parts={"footnotes": notes})).text == f"{FERRY}\n\nMinutes, page 7."


def test_the_main_part_is_found_by_its_relation() -> None:
    assert item(docx(paragraph(FERRY), main="word/document2.xml")).text == FERRY


def test_a_document_is_known_by_its_content() -> None:
    (only,) = reading.read(docx(paragraph(FERRY)), "a.zip").items
    assert [note.detail for note in only.repairs] == ["named .zip, read as DOCX"]


def test_entities_are_not_replaced() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<!DOCTYPE w [<!ENTITY a0 "ha">{laughs}]><w:styles {W}>&a11;</w:styles>'
    assert item(docx(paragraph(FERRY), parts={"styles": document})).text == FERRY


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), Encrypted),
        (docx(paragraph(FERRY))[:-60], Damaged),
        (docx("<w:p>"), Damaged),
        (docx(paragraph(" ")), NoText),
        (docx("<w:p>" * 5_000 + "</w:p>" * 5_000), Damaged),
        (docx(paragraph("a" * 30_000_000)), ArchiveTooLarge),
    ],
)
def test_a_document_that_cannot_be_read_says_why(content: bytes, error: type[Unreadable]) -> None:
    with pytest.raises(error):
        reading.read(content, "a.docx")


def test_a_text_over_the_limit_is_too_long() -> None:
    with pytest.raises(TextTooLong):
        reading.read(docx(paragraph(FERRY)), "a.docx", Limits(text_characters=10))
