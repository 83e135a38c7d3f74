"""The text of an extracted article: paragraphs, list items and rows of tables, with an empty line between them.

The elements are those of HTML or of trafilatura, where `lb` is a line break, `item` one of a list, `cell` one of a row,
and `code` preformatted.
"""

import re
from collections.abc import Iterator

from ingest_service.model import PARAGRAPH_BREAK
from ingest_service.reading.html import structure
from ingest_service.reading.html.document import Element, line

# Control characters that represent the ends of paragraphs, lines and cells until white space is repaired.
PARAGRAPH, LINE, CELL = "\x1d", "\x1e", "\x1f"
BREAKS = re.compile(rf"{LINE}(?:[^\S{PARAGRAPH}-{CELL}]*{LINE})+")
BLOCKS = structure.BLOCKS | {"head", "list", "item", "row", "quote", "code"}
# Elements of HTML that are the same.
SAME = {"br": "lb", "li": "item", "tr": "row", "td": "cell", "th": "cell", "pre": "code"}
ITEM_MARK = "- "
CELL_MARK = " | "


def of_body(body: Element) -> str:
    """The text of an element and all in it."""
    marked = BREAKS.sub(PARAGRAPH, "".join(_marked(body)))
    paragraphs = (_lines(paragraph) for paragraph in marked.split(PARAGRAPH))
    return PARAGRAPH_BREAK.join(text for text in paragraphs if text.strip(ITEM_MARK))


def _marked(body: Element) -> Iterator[str]:
    """The text in document order, with control characters where paragraphs, lines and cells end."""
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415  No stubs; late: few workers meet a page.

    rows = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        tag, is_start = SAME.get(element.tag, element.tag), event == "start"
        is_row = tag == "row" and len(element) > 1
        rows -= is_row and not is_start
        yield _mark(tag, is_start=is_start, in_row=rows > 0)
        rows += is_row and is_start
        content = (element.text if is_start else element.tail if element is not body else "") or ""
        yield content.replace("\n", LINE) if tag == "code" and is_start else content


def _mark(tag: str, *, is_start: bool, in_row: bool) -> str:
    """What represents the start or the end of an element. In a row, blocks only separate words."""
    if tag == "lb":
        return (" " if in_row else LINE) if is_start else ""
    if tag == "cell":
        return "" if is_start else CELL
    if tag not in BLOCKS:
        return ""
    if in_row:
        return " "
    return PARAGRAPH + ITEM_MARK if tag == "item" and is_start else PARAGRAPH


def _lines(paragraph: str) -> str:
    """A paragraph with its lines and cells, without white space around them."""
    lines = (CELL_MARK.join(filter(None, map(line, row.split(CELL)))) for row in paragraph.split(LINE))
    return "\n".join(filter(None, lines))
