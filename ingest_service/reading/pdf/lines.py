"""The lines of a PDF page with their boxes, as PDFium finds them. Pure."""

from __future__ import annotations

import ctypes
import functools
import heapq
import re
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage  # type: ignore[import-untyped]  # No stubs; imported where it is used.

# PDFium ends a line by CR LF, and one that ends with a hyphen inside a word by U+FFFE in place of the hyphen.
LINE_END = "\r\n"
HYPHEN_END = "\ufffe"
SPACE = re.compile(r"(?<=\S) (?=\S)")
# A space that is as wide as so many heights of the line divides two columns or cells.
WIDE_SPACE = 1.5
# The weight from which letters are bold, where 400 is normal.
BOLD = 600

# The bytes of a box of PDFium: four floats, in the order left, top, right, bottom.
BOX_BYTES = 16

# Start and end in the text of a page, and whether a hyphen after it was left out.
CharacterSpan = tuple[int, int, bool]


class Line(NamedTuple):
    """A line of a page: its text and box, in points from the lower left corner; `bold` if its letters are so.

    `hyphenated` lines end inside a word, without the hyphen.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool = False
    hyphenated: bool = False

    @property
    def size(self) -> float:
        """The height of the font, in points."""
        return self.top - self.bottom

    def beside(self, other: Line) -> Line:
        """One line of this one and of another one on the same row."""
        text, right = f"{self.text} {other.text}", max(self.right, other.right)
        return self._replace(text=text, right=right, hyphenated=other.hyphenated)


class PageText:
    """The text of one page, and where its characters are."""

    def __init__(self, page: PdfPage) -> None:
        self._page: PdfTextPage = page.get_textpage()
        self._handle = ctypes.cast(self._page.raw, ctypes.c_void_p)
        self.text: str = self._page.get_text_range()
        # PDFium counts some characters that have no text.
        self._is_direct = len(self.text) == self._page.count_chars()
        self._spans = list(_spans(self.text))

    def lines(self, *, divided: bool = False) -> list[Line]:
        """The lines in PDFium's order, without empty ones; `divided` at wide spaces."""
        if divided:
            return self._lines([part for span in self._spans for part in self._parts(*span)])
        return self._lines(self._spans)

    def is_divided(self, samples: int) -> bool:
        """Whether a wide space divides one of the longest lines, as if two columns were one."""
        longest = heapq.nlargest(samples, self._spans, key=lambda span: span[1] - span[0])
        return any(len(list(self._parts(*span))) > 1 for span in longest)

    def _parts(self, start: int, end: int, hyphenated: bool) -> Iterator[CharacterSpan]:
        """The parts of a line between wide spaces."""
        at = start
        spaces = [space.start() for space in SPACE.finditer(self.text, start, end)]
        boxes = self._boxes([place for space in spaces for place in (space - 1, space + 1)])
        for space, (_, top, right, bottom), (left, *_) in zip(spaces, boxes, boxes, strict=True):
            if left - right > WIDE_SPACE * (top - bottom):
                yield at, space, False
                at = space + 1
        yield at, end, hyphenated

    def _lines(self, spans: Sequence[CharacterSpan]) -> list[Line]:
        """The lines at these places: as high as the larger one of their first and last characters."""
        boxes = self._boxes([place for start, end, _ in spans for place in (start, end - 1)])
        lines = []
        for (start, end, hyphenated), first, last in zip(spans, boxes, boxes, strict=True):
            left, top, _, bottom = first
            _, last_top, right, last_bottom = last
            # A line may begin or end with a smaller font.
            if last_top - last_bottom > top - bottom:
                bottom, top = last_bottom, last_top
            bold = self._is_bold(start) and self._is_bold(end - 1)
            lines.append(Line(self.text[start:end], left, right, bottom, top, bold, hyphenated))
        return lines

    def _is_bold(self, at: int) -> bool:
        return _functions().weight(self._handle, self._index(at)) >= BOLD

    def _boxes(self, places: Sequence[int]) -> Iterator[tuple[float, ...]]:
        """Left, top, right and bottom of characters, as high as their fonts."""
        boxes = ctypes.create_string_buffer(BOX_BYTES * len(places))
        box_of, handle = _functions().box, self._handle
        for number, place in enumerate(places if self._is_direct else map(self._index, places)):
            box_of(handle, place, ctypes.byref(boxes, BOX_BYTES * number))
        return struct.iter_unpack("4f", boxes)

    def _index(self, at: int) -> int:
        return at if self._is_direct else _functions().index(self._handle, at)


class Functions(NamedTuple):
    """Functions of PDFium that are called for each line."""

    box: Callable[..., int]
    weight: Callable[..., int]
    index: Callable[..., int]


@functools.cache
def _functions() -> Functions:
    """The functions without types of their arguments: ctypes then calls them in half the time."""
    from pypdfium2 import raw  # noqa: PLC0415  Loaded only in a worker that meets a PDF.

    functions = (raw.FPDFText_GetLooseCharBox, raw.FPDFText_GetFontWeight, raw.FPDFText_GetCharIndexFromTextIndex)
    untyped = ctypes.CFUNCTYPE(ctypes.c_int)
    return Functions(*(ctypes.cast(function, untyped) for function in functions))


def _spans(text: str) -> Iterator[CharacterSpan]:
    """Start and end of each line without the space around it, and whether it is hyphenated."""
    at = 0
    for line in text.split(LINE_END):
        for number, part in enumerate(parts := line.split(HYPHEN_END)):
            if stripped := part.strip():
                start = at + len(part) - len(part.lstrip())
                yield start, start + len(stripped), number + 1 < len(parts)
            at += len(part) + len(HYPHEN_END)
        at += len(LINE_END) - len(HYPHEN_END)
