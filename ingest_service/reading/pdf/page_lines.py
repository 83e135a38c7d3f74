"""The lines of a PDF with their boxes, as PDFium finds them: divided at wide spaces if one looks like two columns."""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from operator import itemgetter
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
BLANK = re.compile(" ")
# So many of the longest lines of a document are examined for columns that PDFium took for one.
SAMPLES = 12
# A space that is as wide as so many heights of the line divides two columns or cells.
WIDE_SPACE = 1.5
# The weight from which letters are bold, where 400 is normal.
BOLD = 600


class Rows(NamedTuple):
    """The lines in the text of a page: where each begins, its text, and the numbers of those that lost a hyphen."""

    starts: list[int]
    texts: list[str]
    hyphenated: list[int]

    def ends(self) -> list[int]:
        """The places of the last characters."""
        return [start + len(text) - 1 for start, text in zip(self.starts, self.texts, strict=True)]


class PageLines(NamedTuple):
    """The lines of one page, with the boxes of their first and of their last characters, and whether each is bold."""

    rows: Rows
    first: bytes
    last: bytes
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
            rows = _rows(page.text)
            if divided:
                rows = _divided(page, rows)
            elif number in sampled and _is_divided(page, rows, -(-SAMPLES // len(sampled))):
                return None
            ends = rows.ends()
            boxes = page.boxes(rows.starts + ends)
            half = len(boxes) // 2
            pages.append(PageLines(rows, boxes[:half], boxes[half:], _are_bold(page, rows.starts, ends)))
    return pages


def _are_bold(page: TextPage, starts: Sequence[int], ends: Sequence[int]) -> list[bool]:
    """Whether the first and the last character of each line are bold."""
    weights = page.weights(starts)
    if max(weights, default=0) < BOLD:
        return [False] * len(weights)
    return [min(both) >= BOLD for both in zip(weights, page.weights(ends), strict=True)]


def _lines(pages: Sequence[PageLines]) -> Pages:
    """The lines of all pages, as high as the larger one of their first and last characters."""
    first, last = _array(page.first for page in pages), _array(page.last for page in pages)
    # A line may begin or end with a smaller font.
    taller = np.where((_heights(last) > _heights(first))[:, None], last, first)
    texts = list(chain.from_iterable(page.rows.texts for page in pages))
    counts = [len(page.rows.texts) for page in pages]
    hyphenated = np.zeros(len(texts), bool)
    firsts = accumulate(counts, initial=0)
    hyphenated[[at + number for page, at in zip(pages, firsts, strict=False) for number in page.rows.hyphenated]] = True
    bold = np.array(list(chain.from_iterable(page.bold for page in pages)), bool)
    edges = np.stack((first[:, 0], last[:, 2], taller[:, 3], taller[:, 1]))
    return Pages(Lines(texts, edges, bold, hyphenated), counts)


def _array(boxes: Iterable[bytes]) -> Floats:
    """Left, top, right and bottom of each box; what a damaged file places nowhere is at 0."""
    result = np.frombuffer(b"".join(boxes), np.float32).reshape(-1, 4).astype(np.float64)
    result[~np.isfinite(result)] = 0
    return result


def _heights(boxes: Floats) -> Floats:
    heights: Floats = boxes[:, 1] - boxes[:, 3]
    return heights


def _is_divided(page: TextPage, rows: Rows, samples: int) -> bool:
    """Whether a wide space divides one of the longest lines, as if two columns were one."""
    lines = sorted(zip(map(len, rows.texts), rows.starts, strict=True), key=itemgetter(0), reverse=True)[:samples]
    return bool(_wide_spaces(page, [space for length, start in lines for space in _spaces(page.text, start, length)]))


def _divided(page: TextPage, rows: Rows) -> Rows:
    """The parts of lines between wide spaces."""
    wide = deque(_wide_spaces(page, _spaces(page.text, 0, len(page.text))))
    starts, texts, hyphenated = parts = Rows([], [], [])
    were_hyphenated = frozenset(rows.hyphenated)
    for number, (start, text) in enumerate(zip(rows.starts, rows.texts, strict=True)):
        at, end = start, start + len(text)
        while wide and wide[0] < end:
            starts.append(at)
            texts.append(page.text[at : wide[0]])
            at = wide.popleft() + 1
        if number in were_hyphenated:
            hyphenated.append(len(texts))
        starts.append(at)
        texts.append(page.text[at:end])
    return parts


def _spaces(text: str, start: int, length: int) -> list[int]:
    return [match.start() for match in BLANK.finditer(text, start, start + length)]


def _wide_spaces(page: TextPage, spaces: Sequence[int]) -> list[int]:
    """The places of wide spaces between two letters of one line."""
    # Before and after each space: left, top, right and bottom.
    edges = array("f", page.boxes([place for space in spaces for place in (space - 1, space + 1)]))
    gaps = zip(spaces, edges[4::8], edges[2::8], edges[1::8], edges[3::8], strict=True)
    wide = [space for space, left, right, top, bottom in gaps if left - right > WIDE_SPACE * (top - bottom)]
    return [space for space in wide if SPACE.match(page.text, space - 1)]


def _rows(text: str) -> Rows:
    """The lines of a page without the space around them, and without empty ones."""
    starts, texts, hyphenated = rows = Rows([], [], [])
    has_hyphens = HYPHEN_END in text
    at = 0
    for row in (text.replace(HYPHEN_END, HYPHEN_END + LINE_END) if has_hyphens else text).split(LINE_END):
        line, end = row.strip(), at + len(row) + len(LINE_END)
        if is_hyphenated := has_hyphens and line[-1:] == HYPHEN_END:
            line, end = line[:-1].rstrip(), at + len(row)
        if line:
            if is_hyphenated:
                hyphenated.append(len(texts))
            starts.append(at if len(line) == len(row) else at + row.index(line[0]))
            texts.append(line)
        at = end
    return rows
