"""The lines of a PDF with their boxes, as PDFium finds them: divided at wide spaces if one looks like two columns."""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ingest_service.errors import TextTooLong
from ingest_service.reading.pdf import pdfium
from ingest_service.reading.pdf.lines import Floats, Lines, Pages
from ingest_service.reading.pdf.pdfium import TextPage

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # No stubs; imported where it is used.

# PDFium ends a line by CR LF, and one that ends with a hyphen inside a word by U+FFFE in place of the hyphen.
LINE_END = "\r\n"
HYPHEN_END = "\ufffe"
# A space between two letters of one line.
SPACE = re.compile(rf"[^\s{HYPHEN_END}] [^\s{HYPHEN_END}]")
# So many of the longest lines of a document are examined for columns that PDFium took for one.
SAMPLES = 12
# A space that is as wide as so many heights of the line divides two columns or cells.
WIDE_SPACE = 1.5
# The weight from which letters are bold, where 400 is normal.
BOLD = 600

# Start and end in the text of a page, and whether a hyphen after it was left out.
CharacterSpan = tuple[int, int, bool]


class PageLines(NamedTuple):
    """The lines of one page in its text, with the boxes of the first and the last character, and whether it is bold."""

    text: str
    spans: list[CharacterSpan]
    boxes: bytes
    bold: list[bool]


def read(document: PdfDocument, most_characters: int) -> Pages:
    """The lines of all pages in PDFium's order, without empty ones. Raises TextTooLong or Damaged.

    PDFium keeps about 120 bytes a character of an open page. So pages are closed one by one, and read again from the
    first one if a later one shows that lines are to be divided.
    """
    pages = _pages(document, most_characters, divided=False)
    return _lines(_pages(document, most_characters, divided=True) or [] if pages is None else pages)


def _pages(document: PdfDocument, most_characters: int, *, divided: bool) -> list[PageLines] | None:
    """The lines of each page; None if they are to be divided and are not."""
    count = len(document)
    sampled = range(0, count, -(-count // SAMPLES) or 1)
    pages = []
    characters = 0
    for number in range(count):
        with pdfium.text_page(document, number) as page:
            characters += len(page.text)
            if characters > most_characters:
                raise TextTooLong(f"the pages have more than {most_characters} characters")
            spans = list(_spans(page.text))
            if divided:
                spans = list(_divided(page, spans))
            elif number in sampled and _is_divided(page, spans, -(-SAMPLES // len(sampled))):
                return None
            pages.append(_page_lines(page, spans))
    return pages


def _page_lines(page: TextPage, spans: list[CharacterSpan]) -> PageLines:
    places = [place for start, end, _ in spans for place in (start, end - 1)]
    return PageLines(page.text, spans, page.boxes(places), _are_bold(page, places))


def _are_bold(page: TextPage, places: Sequence[int]) -> list[bool]:
    """Whether the first and the last character of each line are bold."""
    bold = [weight >= BOLD for weight in page.weights(places[::2])]
    if not any(bold):
        return bold
    return [first and weight >= BOLD for first, weight in zip(bold, page.weights(places[1::2]), strict=True)]


def _lines(pages: Sequence[PageLines]) -> Pages:
    """The lines of all pages, as high as the larger one of their first and last characters."""
    boxes = _array(b"".join(page.boxes for page in pages))
    first, last = boxes[::2], boxes[1::2]
    # A line may begin or end with a smaller font.
    taller = np.where((_heights(last) > _heights(first))[:, None], last, first)
    texts = [page.text[start:end] for page in pages for start, end, _ in page.spans]
    hyphenated = np.array([span[2] for page in pages for span in page.spans], bool)
    bold = np.array(list(chain.from_iterable(page.bold for page in pages)), bool)
    edges = np.stack((first[:, 0], last[:, 2], taller[:, 3], taller[:, 1]))
    return Pages(Lines(texts, edges, bold, hyphenated), [len(page.spans) for page in pages])


def _array(boxes: bytes) -> Floats:
    """Left, top, right and bottom of each box; what a damaged file places nowhere is at 0."""
    result = np.frombuffer(boxes, np.float32).reshape(-1, 4).astype(np.float64)
    result[~np.isfinite(result)] = 0
    return result


def _heights(boxes: Floats) -> Floats:
    heights: Floats = boxes[:, 1] - boxes[:, 3]
    return heights


def _is_divided(page: TextPage, spans: Sequence[CharacterSpan], samples: int) -> bool:
    """Whether a wide space divides one of the longest lines, as if two columns were one."""
    longest = sorted(spans, key=lambda span: span[0] - span[1])[:samples]
    return bool(_wide_spaces(page, [space for start, end, _ in longest for space in _spaces(page.text, start, end)]))


def _divided(page: TextPage, spans: Sequence[CharacterSpan]) -> Iterator[CharacterSpan]:
    """The parts of lines between wide spaces."""
    wide = deque(_wide_spaces(page, _spaces(page.text, 0, len(page.text))))
    for start, end, hyphenated in spans:
        at = start
        while wide and wide[0] < end:
            yield at, wide[0], False
            at = wide.popleft() + 1
        yield at, end, hyphenated


def _spaces(text: str, start: int, end: int) -> list[int]:
    lengths = map(len, text[start:end].split(" ")[:-1])
    return list(accumulate(map((1).__add__, lengths), initial=start - 1))[1:]


def _wide_spaces(page: TextPage, spaces: Sequence[int]) -> list[int]:
    """The places of wide spaces between two letters of one line."""
    # Before and after each space: left, top, right and bottom.
    edges = array("f", page.boxes([place for space in spaces for place in (space - 1, space + 1)]))
    gaps = zip(spaces, edges[4::8], edges[2::8], edges[1::8], edges[3::8], strict=True)
    wide = [space for space, left, right, top, bottom in gaps if left - right > WIDE_SPACE * (top - bottom)]
    return [space for space in wide if SPACE.match(page.text, space - 1)]


def _spans(text: str) -> Iterator[CharacterSpan]:
    """Start and end of each line without the space around it, and whether it is hyphenated."""
    at = 0
    for line in text.replace(HYPHEN_END, HYPHEN_END + LINE_END).split(LINE_END):
        hyphenated = line[-1:] == HYPHEN_END
        if stripped := (line[:-1] if hyphenated else line).strip():
            start = at + line.index(stripped[0])
            yield start, start + len(stripped), hyphenated
        at += len(line) if hyphenated else len(line) + len(LINE_END)
