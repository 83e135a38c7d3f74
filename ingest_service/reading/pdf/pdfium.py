"""The calls of PDFium: a document, the text of its pages, and the boxes and weights of many letters at once.

Calls for each page avoid the objects of pypdfium2, and calls for each letter the types of their arguments: both take
longer than what PDFium then does.
"""

from __future__ import annotations

import ctypes
import functools
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from ingest_service.errors import Damaged, Encrypted

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # No stubs; imported where it is used.

# The bytes of a box: four floats, in the order left, top, right, bottom.
BOX_BYTES = 16
# So many boxes are asked for at once.
MOST_BOXES = 1024
BEYOND_16_BITS = re.compile("[\U00010000-\U0010ffff]")


def opened(content: bytes) -> PdfDocument:
    """The document. An empty password opens what is only protected against changes."""
    from pypdfium2 import PdfDocument, PdfiumError, raw  # noqa: PLC0415  Loaded only in a worker that meets a PDF.

    try:
        return PdfDocument(content)
    except PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise Encrypted("the PDF is protected by a password; save it without one") from None
        raise Damaged("the PDF is cut off or damaged; save or export it again") from None


class TextPage:
    """The text of an open page, and where its characters are."""

    def __init__(self, handle: object) -> None:
        self._handle = handle
        count = _functions().count(handle)
        self.text = _text(handle, count)
        # PDFium counts some characters that have no text.
        self._is_direct = len(self.text) == count

    def boxes(self, places: Sequence[int]) -> bytes:
        """Left, top, right and bottom of the characters at these places of the text, as high as their fonts.

        Each is a float of 32 bits, in points from the lower left corner; all are 0 where PDFium knows no box.
        """
        indices = self._indices(places)
        chunks = (indices[start : start + MOST_BOXES] for start in range(0, len(indices), MOST_BOXES))
        return b"".join(map(self._boxes, chunks))

    def weights(self, places: Sequence[int]) -> list[int]:
        """The weights of the fonts of the characters at these places, where 400 is normal."""
        return list(map(_functions().weight, repeat(self._handle), self._indices(places)))

    def _boxes(self, indices: Sequence[int]) -> bytes:
        buffer, references = _buffer()
        size = BOX_BYTES * len(indices)
        ctypes.memset(buffer, 0, size)
        # A queue of no length makes the calls.
        deque(map(_functions().box, repeat(self._handle), indices, references), maxlen=0)
        return ctypes.string_at(buffer, size)

    def _indices(self, places: Sequence[int]) -> Sequence[int]:
        """PDFium's own numbers of these characters."""
        if self._is_direct:
            return places
        # PDFium counts a character beyond U+FFFF, such as an emoji, as two.
        wide = [match.start() for match in BEYOND_16_BITS.finditer(self.text)]
        units = (place + bisect_left(wide, place) for place in places)
        return list(map(_functions().index, repeat(self._handle), units))


@contextmanager
def text_page(document: PdfDocument, number: int) -> Iterator[TextPage]:
    """The text of a page, which is closed afterwards. Raises Damaged."""
    from pypdfium2 import raw  # noqa: PLC0415  As above.

    page = raw.FPDF_LoadPage(document, number)
    handle = raw.FPDFText_LoadPage(page) if page else None
    try:
        if not handle:
            raise Damaged(f"page {number + 1} of the PDF is damaged; save or export it again")
        yield TextPage(handle)
    finally:
        # PDFium accepts to close what could not be opened.
        raw.FPDFText_ClosePage(handle)
        raw.FPDF_ClosePage(page)


class Functions(NamedTuple):
    """Functions of PDFium that are called for each page or letter."""

    count: Callable[..., int]
    text: Callable[..., int]
    box: Callable[..., int]
    weight: Callable[..., int]
    index: Callable[..., int]


@functools.cache
def _functions() -> Functions:
    """The functions without types of their arguments: ctypes then calls them in half the time.

    They keep the lock of the interpreter, which takes a third of a call to release and to take again.
    """
    from pypdfium2 import raw  # noqa: PLC0415  As above.

    functions = (
        raw.FPDFText_CountChars,
        raw.FPDFText_GetText,
        raw.FPDFText_GetLooseCharBox,
        raw.FPDFText_GetFontWeight,
        raw.FPDFText_GetCharIndexFromTextIndex,
    )
    untyped = ctypes.PYFUNCTYPE(ctypes.c_int)
    return Functions(*(ctypes.cast(function, untyped) for function in functions))


@functools.cache
def _buffer() -> tuple[ctypes.Array[ctypes.c_char], list[object]]:
    """Room for boxes, and references to each of them: to make those takes longer than to use them."""
    buffer = ctypes.create_string_buffer(BOX_BYTES * MOST_BOXES)
    return buffer, [ctypes.byref(buffer, BOX_BYTES * number) for number in range(MOST_BOXES)]


@functools.lru_cache(maxsize=1)
def _text_buffer(size: int) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(size)


def _text(handle: object, count: int) -> str:
    """The text of a page with so many characters; the end of PDFium's is a zero."""
    if count <= 0:
        return ""
    # Most pages need the same power of two: to make another type of buffer takes longer than to fill one.
    buffer = _text_buffer(2 << (count + 1).bit_length())
    written = _functions().text(handle, 0, count, buffer)
    # A half of a pair of surrogates, which faulty fonts name, becomes U+FFFD: PDFium counts it too.
    return ctypes.string_at(buffer, 2 * max(0, written - 1)).decode("utf-16-le", "replace")
