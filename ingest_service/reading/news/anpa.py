"""ANPA 1312: copy as American agencies transmit it, in an envelope with control characters.

The envelope is removed here. The lines that begin with "^" remain for the rules of normalising, which read headlines,
bylines and the numbers of filings from them, as they do in copies of such a message without its envelope.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from ingest_service.errors import Damaged
from ingest_service.reading import encoding, extracts
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.news import items, moments
from ingest_service.reading.opening import Opening

NAME = "ANPA 1312"
MEDIA_TYPE = "text/x-anpa-1312"
_SPACE = r"[\x00-\x20]"
# "z6715-----", then "r z BC-BKN--North-South 1stLd-Writethru 02-20 0500": service and number; priority, category,
# keyword, month and day, words.
ENVELOPE = re.compile(
    rf"{_SPACE}{{0,20}}[A-Za-z]\d{{4}}[^\n]{{0,20}}\n{_SPACE}{{0,9}}(?P<priority>[a-z]){_SPACE}{{1,9}}(?P<category>[a-z])"
    rf"{_SPACE}{{1,9}}(?P<keyword>[^\n]{{1,60}}?){_SPACE}{{1,9}}\d\d-\d\d{_SPACE}{{1,9}}\d{{3,5}}{_SPACE}{{0,9}}(?=\^)"
)
# "AP-WF-02-20-16 0337GMT<": service, month, day, year, time.
CLOSING = re.compile(r"\n[ \t]*[A-Z]{2,3}-[A-Z]{2}-(\d\d)-(\d\d)-(\d\d) (\d{4})GMT<?\s*\Z")
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
# The lines of the header end with a mark; those of the text begin with an indent.
HEADER_LINE = re.compile(r"\^[^\n]{0,600}[<=][ \t]*\n?")
INDENT = re.compile(r"\n[ \t]+(?=\S)")


def _recognises(opening: Opening) -> bool:
    return ENVELOPE.match(opening.text) is not None


def _read(source: Source) -> Iterable[Part]:
    decoded = encoding.decode(CONTROLS.sub(b"", source.content))
    text = decoded.text.replace("\r\n", "\n")
    envelope = ENVELOPE.match(text.lstrip())
    if envelope is None:
        raise Damaged("The envelope of the ANPA message is damaged; save it again.")
    values = {"date": None, "keyword": envelope["keyword"], "category": envelope["category"]}
    text = text.lstrip()[envelope.end() :]
    if closing := CLOSING.search(text):
        month, day, year, time = closing.groups()
        values["date"] = moments.date(f"20{year}-{month}-{day}T{time[:2]}:{time[2:]}:00Z")
        text = text[: closing.start()]
    paragraph = extracts.Paragraph(_paragraphs(text))
    read = extracts.reading(MEDIA_TYPE, [paragraph], items.metadata(values), source.limits)
    return [replace(read, encoding=decoded.encoding)]


def _paragraphs(text: str) -> str:
    """The lines of the header, and the text with an empty line before each of its paragraphs."""
    at = 0
    while header := HEADER_LINE.match(text, at):
        at = header.end()
    body = INDENT.sub("\n\n", "\n" + text[at:]).replace("\n^", "\n\n")
    return text[:at].strip() + "\n\n" + body.strip()


FORMAT = Format(NAME, MEDIA_TYPE, frozenset({".anpa", ".tst"}), _recognises, _read)
