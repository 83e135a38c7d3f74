"""The calls of PDFium: boxes of many letters at once, and pages that are closed."""

import struct

import pytest
from pypdfium2 import raw  # type: ignore[import-untyped]  # The package ships no stubs.

from ingest_service.errors import Damaged
from ingest_service.reading.pdf import pdfium
from tests.ingest.reading.pdfs import EMOJI, Text, pdf


def test_a_letter_has_the_box_and_the_weight_of_its_font() -> None:
    document = pdfium.opened(pdf([Text("Ferry", 72, 700, 10), Text("Pier", 72, 600, 20, bold=True)]))
    with pdfium.text_page(document, 0) as page:
        assert page.text == "Ferry\r\nPier"
        first, second = struct.iter_unpack("4f", page.boxes([0, 7]))
        regular, bold = page.weights([0, 7])
    assert regular < 600 <= bold
    for (left, top, right, bottom), size in ((first, 10), (second, 20)):
        assert left == 72
        assert left < right < left + size
        assert size <= top - bottom <= 1.3 * size


def test_more_boxes_than_there_is_room_for_are_asked_for_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    document = pdfium.opened(pdf([Text("The ferry to the harbour", 72, 700)]))
    with pdfium.text_page(document, 0) as page:
        places = range(len(page.text))
        boxes = page.boxes(places)
        monkeypatch.setattr(pdfium, "MOST_BOXES", 5)
        assert page.boxes(places) == boxes
    lefts = [box[0] for box in struct.iter_unpack("4f", boxes)]
    assert lefts == sorted(lefts)


def test_a_character_without_a_box_has_none_of_another_page() -> None:
    document = pdfium.opened(pdf([Text("Ferry", 72, 700)]))
    with pdfium.text_page(document, 0) as page:
        page.boxes([0])
        assert page.boxes([99]) == bytes(pdfium.BOX_BYTES)


def test_letters_after_an_emoji_have_their_own_boxes() -> None:
    document = pdfium.opened(pdf([Text(f"{EMOJI} Ferry {EMOJI}", 72, 700), Text("Pier", 200, 600, bold=True)]))
    with pdfium.text_page(document, 0) as page:
        assert page.text == f"{EMOJI} Ferry {EMOJI}\r\nPier"
        places = [0, page.text.index("y"), page.text.index("P")]
        first, last, other = struct.iter_unpack("4f", page.boxes(places))
        assert page.weights(places)[2] >= 600
    assert first[0] == 72 < last[0] < 200 == other[0]


@pytest.mark.parametrize(
    ("stated", "shown"),
    [(b"<D83D>", "\ufffd"), (b"<DE00>", "\ufffd"), (b"<DE00D83D>", "\ufffd\ufffd"), (b"<D83D0041>", "\ufffdA")],
)
def test_letters_after_half_a_pair_of_surrogates_have_their_own_boxes(stated: bytes, shown: str) -> None:
    content = pdf([Text(f"{EMOJI} Ferry {EMOJI}", 72, 700), Text("Pier", 200, 600)])
    # As long as before, so that the places of the objects in the file remain right.
    document = pdfium.opened(content.replace(b"<D83DDE00>", stated.ljust(10)))
    with pdfium.text_page(document, 0) as page:
        assert page.text == f"{shown} Ferry {shown}\r\nPier"
        first, other = struct.iter_unpack("4f", page.boxes([0, page.text.index("P")]))
    assert (first[0], other[0]) == (72, 200)


def test_a_page_is_closed_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []
    monkeypatch.setattr(raw, "FPDF_ClosePage", closed.append)
    document = pdfium.opened(pdf([Text("Ferry", 72, 700)]))
    with pytest.raises(Damaged, match="page 2 of the PDF"), pdfium.text_page(document, 1):
        pass
    with pytest.raises(KeyError), pdfium.text_page(document, 0):
        raise KeyError
    assert len(closed) == 2
