"""Texts that are no prose are known by their content; prose that only looks a little like them is read."""

import pytest

from ingest_service import reading
from ingest_service.errors import UnknownFormat
from ingest_service.reading.opening import Opening

PROSE = "The council approved a new timetable for the ferry on Tuesday evening.\n"
FORMATS = {
    "HTML": [
        f"<!-- saved from url -->\n<HTML><head><title>Ferry</title></head><body><p>{PROSE}</p></body></HTML>",
        f'<div class="story"><h1>Ferry hours</h1><p>{PROSE}</p></div>\n',
        f"\ufeff\n<!-- a --> <!-- b -->\n<p>{PROSE}</p>\n<p>{PROSE}</p>",
    ],
    "XML": [
        "<story><headline>Ferry</headline><body>The ferry sails.</body></story>\n",
        "<!-- export -->\n<ns:item id='1'><ns:title>Ferry</ns:title></ns:item>",
        "<rss version='2.0'><channel><title>News</title>",
    ],
    "mail": [
        f"Delivered-To: desk@example.com\nReceived: by 192.0.2.1;\n Tue, 4 Jun 2024\nSubject: Ferry\n\n{PROSE}",
        f"From: Press <press@example.org>\nTo: desk@example.com\nSubject: Ferry\nDate: Tue, 4 Jun 2024\n\n{PROSE}",
        f"From press@example.org Tue Jun  4 10:15:00 2024\nSubject: Ferry\n\n{PROSE}",
    ],
    "JSON": [
        '{"title": "Ferry", "text": "It sails."}',
        '[\n {"a": 1},\n {"a": 2}\n]',
        '{"a": 1}\n{"a": 2}\n{"a": 3}\n',
        "[" + '{"title": "Ferry"}, ' * 60_000 + "{}]",
        '{"title": "Ferry",\n  "text": "It is cut o',
    ],
    "WARC": ["WARC/1.0\r\nWARC-Type: response\r\n", "WARC/1.1\nWARC-Type: warcinfo\n", "\nWARC/1.0\n"],
    "iCalendar": ["BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "\ufeffBEGIN:VCALENDAR\n", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"],
    "SRT": [
        "1\n00:00:01,000 --> 00:00:02,000\nThe ferry sails.\n",
        "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nThe ferry.\r\n",
        "12\n0:00:01.000 --> 0:00:02.000\nThe ferry.\n",
    ],
    "WebVTT": [
        "WEBVTT\n\n00:01.000 --> 00:02.000\nThe ferry.\n",
        "WEBVTT - Ferry\n\n1\n00:01.000 --> 00:02.000\nA\n",
        "\ufeffWEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\nA\r\n",
    ],
    "source code": [
        "#!/bin/sh\necho ferry\n",
        "import os\n\n\ndef sail(boat):\n    if boat.ready:\n        return boat.go()\n    return None\n",
        "// The ferry\npublic class Ferry {\n  private int hours = 6;\n  void sail() {\n    go(hours);\n  }\n}\n",
        "#include <stdio.h>\nint main(void) {\n  printf(\"ferry\");\n  return 0;\n}\n",
    ],
    "CSV": ["name,hours,fare\n" + "north,6,2.50\n" * 5, "a\tb\tc\n" * 6, "Boot;Zeit;Preis\n" + "Nord;6;2,50\n" * 4],
    "LaTeX": [f"\\documentclass{option}{{article}}\n\\begin{{document}}\nA.\n" for option in ("", "[a4]", "[b5]")],
}  # fmt: skip

NEIGHBOURS = [
    # HTML and XML
    "<div> is the tag that groups elements, and </div> closes it, the manual says.\n",
    "<3 to the crew of the ferry, said the mayor.\n",
    f"<Reuters> {PROSE}",
    f"<!-- note to self -->\n{PROSE}",
    "<p> is a paragraph.\n",
    # Mail
    f"To: All editors\nFrom: The harbour office\nDate: 4 June 2024\nSubject: Ferry hours\n\n{PROSE}",
    f"Title: Ferry hours\nDate: 2024-03-01\nAuthor: Jane Roe\n\n{PROSE}",
    f"Contact: Jane Roe\nEmail: jane@example.org\nPhone: 214-000-0000\n\n{PROSE}",
    f"Subject: the ferry\n\n{PROSE}",
    f"From the harbour office came word on Tuesday: {PROSE}",
    # JSON
    f"[1] A footnote\n\n{PROSE}",
    f"[Editor's note: this is an update]\n\n{PROSE}",
    f'{{"Ferry" was the word of the day}}\n\n{PROSE}',
    f"{{{{ a template }}}}\n{PROSE}",
    # WARC, calendars, subtitles
    f"WARC/1.0 is the format of web archives.\n{PROSE}",
    f"BEGIN: the ferry sails.\n{PROSE}",
    f"WEBVTT is a format of subtitles.\n\n{PROSE}",
    f"1\n\n00:00 is midnight --> the last boat\n{PROSE}",
    # Code
    "Shall I compare thee;\nThou art more lovely;\nRough winds do shake;\nAnd summer's lease;\n",
    "Agenda:\n\nOpening remarks (mayor)\n\nFerry hours:\n\nFares (treasurer)\n\nQuestions:\n\nClosing (mayor)\n",
    f"Import duties rise\n\n{PROSE}If the boat is late: wait.\n",
    f"The program is short:\n\nprint(1);\n\n{PROSE}{PROSE}It ends here.\n",
    # Tables
    "The north boat, the south boat, and others\nsail at six, at seven, and at nine\nfrom here, from there, and back\n"
    "for all, for some, and for none\n",
    "North, South, East\n\nSix, seven, nine\n",
    "10:30\tHarbour master visits the north pier\n12:30\tHarbour master visits the south pier\n",
]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in FORMATS.items() for text in texts])
def test_a_text_of_another_format_is_not_taken_for_prose(name: str, text: str) -> None:
    assert Opening(text.encode(), "a.txt").kind == name


@pytest.mark.parametrize("text", NEIGHBOURS)
def test_prose_that_looks_a_little_like_another_format_is_read(text: str) -> None:
    (item,) = reading.read(text.encode(), "a.txt").items
    assert item.source == text


@pytest.mark.parametrize(
    "text",
    [
        '<p align="center"><img src="a.png"></p>\n\n# Ferry\n\nIt sails.\n\n<p>End</p>\n',
        "import os\n\n```python\nimport os\nx = f(1)\ny = g(2)\n```\n",
        "a|b|c\n-|-|-\n1|2|3\n4|5|6\n7|8|9\n",
    ],
)
def test_markdown_may_hold_html_code_and_tables(text: str) -> None:
    (item,) = reading.read(text.encode(), "a.md").items
    assert item.source == text


def test_a_page_in_utf_16_is_a_page() -> None:
    (item,) = reading.read("<html><body>The ferry sails.</body></html>".encode("utf-16"), "a.txt").items
    assert (item.media_type, item.text) == ("text/html", "The ferry sails.")


@pytest.mark.parametrize("name", ["boat.py", "boat.ics", "boat.srt", "boat.ODT", "boat.ndjson", "boat.url"])
def test_a_name_of_another_format_is_believed(name: str) -> None:
    with pytest.raises(UnknownFormat):
        reading.read(PROSE.encode(), name)
