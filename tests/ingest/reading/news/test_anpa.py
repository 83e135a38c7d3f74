"""ANPA 1312: the envelope and its control characters are removed, and the header is read."""

import pytest

from ingest_service import normalise, reading
from ingest_service.model import Article, Wire

FIRST = "The council approved a new timetable for the harbour ferry on Tuesday evening."
SECOND = "Night nurses had asked for it, the mayor said."
HEADER = (
    "^BC-AS--Ferry Hours, 1st Ld-Writethru,120<\n^Ferry to sail later at night<\n^AP Photo XX101, XX102<\n"
    "^Eds: Adds quotes.<\n^{summary}<\n^By ADA HOLM=\n^AP Business Writer=\n"
).format(summary="The council of Port Alma approved it. " * 8)
BODY = f"\t   {FIRST} \n \n\t   {SECOND}\n\n\t   AP-WF-03-04-26 0815GMT<\n\n"
# As it is transmitted, and as it is saved without control characters.
ENVELOPES = {
    "transmitted": "\x16\x16\x01z6715\x1f-----\r\nr f \x13\x11BC-AS--Ferry-Hours\x13 03-04 0120\r\n\x02",
    "saved": "z6715-----\nr f BC-AS--Ferry-Hours   03-04 0120\n",
}


def article(text: str) -> Article:
    (item,) = reading.read(text.encode("cp1252"), "ferry.tst").items
    return normalise.normalise(item)


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_a_message_is_read(envelope: str) -> None:
    read = article(envelope + HEADER + BODY)
    assert (read.title, read.authors, read.publisher) == (
        "Ferry to sail later at night", ("ADA HOLM",), "Associated Press",
    )  # fmt: skip
    assert (read.wire, read.published) == (Wire("1st Ld-Writethru", 1), "2026-03-04T08:15:00Z")
    assert (read.paragraphs, read.kind) == ((FIRST, SECOND), "wire")
    assert {**read.fields} == {"keyword": "BC-AS--Ferry-Hours", "category": "f"}


def test_an_agency_in_the_byline_is_the_publisher() -> None:
    header = "^BC-Ferry,12<\n^Ferry late<\n^By The Associated Press=\n"
    read = article(ENVELOPES["saved"] + header + BODY)
    assert (read.title, read.authors, read.publisher) == ("Ferry late", (), "Associated Press")


def test_a_message_without_header_lines_but_the_first_is_read() -> None:
    read = article(ENVELOPES["saved"] + "^BC-APNewsAlert,17<\n" + BODY)
    assert (read.paragraphs[-1], read.published) == (SECOND, "2026-03-04T08:15:00Z")


def test_prose_that_looks_a_little_like_an_envelope_is_text() -> None:
    (item,) = reading.read(b"R2345 is the boat\nr f on 03-04 0120\n\nIt sails at nine.", "a.txt").items
    assert item.media_type == "text/plain"
