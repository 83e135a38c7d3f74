"""PDF: the text layer, by PDFium. Pages without one are not read: text in pictures is not recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest_service.errors import Empty, NoTextLayer
from ingest_service.model import Json
from ingest_service.reading import document_metadata, extracts
from ingest_service.reading.format import Format, Part, Source
from ingest_service.reading.opening import Opening
from ingest_service.reading.pdf import metadata, page_lines, pdfium
from ingest_service.reading.pdf.lines import Pages
from ingest_service.reading.pdf.text import PdfText

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # No stubs; imported where it is used.

MEDIA_TYPE = "application/pdf"
# So many pages are examined for pictures.
SAMPLES = 12
VISIBLE = re.compile(r"\w")
# Letters that a font shows without saying which; more than this share in the first characters is no readable text.
UNKNOWN_LETTER = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")
USUAL_ASCII = bytes(code for code in range(128) if not UNKNOWN_LETTER.match(chr(code)))
MOST_UNKNOWN = 0.3
SAMPLE_CHARACTERS = 20_000
# Pages with fewer letters on average, all of them with pictures, are scanned.
FEWEST_LETTERS = 20


def _read(source: Source) -> Iterator[Part]:
    document = pdfium.opened(source.content)
    pages = page_lines.read(document, source.limits.text_characters)
    _check_letters(pages, document)
    information = metadata.read(document, source.content)
    beginning = "\n".join(pages.lines.texts[: pages.counts[0]])
    stated = document_metadata.plausible_title(information.get("Title", ""), beginning)
    text = PdfText(pages)
    title = text.title(stated)
    fields: dict[str, Json] = {**metadata.fields(information), "pages": len(pages.counts)}
    if stated or title:
        fields["title"] = stated or (text.plain(title) if title else "")
    yield extracts.reading(MEDIA_TYPE, text.parts(title), fields, source.limits)


def _check_letters(pages: Pages, document: PdfDocument) -> None:
    """Raises NoTextLayer, or Empty for pages with nothing on them."""
    text = "".join(pages.lines.texts)
    if len(text) < FEWEST_LETTERS * len(pages.counts) and _has_pictures(document):
        raise NoTextLayer("the pages are pictures; recognise their text with another program, and save it in the PDF")
    if not VISIBLE.search(text):
        raise Empty
    if _count_unknown(sample := text[:SAMPLE_CHARACTERS]) > MOST_UNKNOWN * len(sample):
        raise NoTextLayer("the fonts of the PDF do not say which letters they show; export it again")


def _count_unknown(text: str) -> int:
    """How many letters of a text are unknown; none in ASCII."""
    if text.isascii():
        return 0
    # A search takes five times as long as to delete what it need not see.
    unusual = text.encode("utf-8", "surrogatepass").translate(None, USUAL_ASCII).decode("utf-8", "surrogatepass")
    return len(UNKNOWN_LETTER.findall(unusual))


def _has_pictures(document: PdfDocument) -> bool:
    """Whether one of the first pages has a picture, or is drawn."""
    from pypdfium2 import raw  # noqa: PLC0415  As above.

    kinds = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING]
    numbers = range(min(len(document), SAMPLES))
    return any(True for number in numbers for _ in document[number].get_objects(filter=kinds, max_depth=3))


def _recognises(opening: Opening) -> bool:
    return opening.kind == "PDF"


FORMAT = Format("PDF", MEDIA_TYPE, frozenset({".pdf"}), _recognises, _read)
