"""Marked-up text to paragraphs: the bodies of NITF, XHTML and other news formats, and fragments of HTML. Pure.

For whole pages of the web this is the wrong reader: it takes all text, menus included.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from ingest_service.reading import xml_documents
from ingest_service.reading.xml_documents import Element

Event = tuple[Literal["start", "end", "skip"], Element]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Elements of HTML and NITF that begin and end a paragraph; all others are part of one.
BLOCKS = _names(
    "abstract address article aside block blockquote body bq caption center dd div dl dt fieldset figcaption figure"
    " form h1 h2 h3 h4 h5 h6 hedline hl1 hl2 hr li main media media-caption note ol p pre section table tagline tbody"
    " tfoot thead tr ul"
)
ROW, CELLS, ITEMS, PREFORMATTED = "tr", _names("td th"), _names("li"), "pre"
# Elements without text for a reader.
DROPPED = _names(
    "audio button canvas embed head iframe input map media-metadata media-object media-producer"
    " media-reference nav nitf-table-metadata noscript object script select style svg template textarea video"
)
# At the edges of a page of HTML: what they hold is in the item's metadata.
EDGES = _names("header footer")
# Of a figure only the caption is text, not the credit or a second description.
FIGURES, CAPTIONS = _names("figure media"), _names("figcaption media-caption")

BREAK = "\u2028"
CELL_BREAK = " | "
ITEM_MARK = "- "
FEWEST_PROSE_WORDS = 8

TAG = re.compile(r"<(?:[a-zA-Z][\w:.-]*(?:\s[^<>]*)?/?|/[a-zA-Z][\w:.-]*\s*|!--[^<>]*--)>")
DIVIDING_TAG = re.compile(r"<(?:p|div|br|li|tr|section|article|pre|h[1-6])\b", re.I)
ONLY_TAGS = re.compile(r"\s*(?:<[^<>]*>\s*)+")
# Some texts are escaped twice.
ENTITY_AS_TEXT = re.compile(r"&(?:#\d{2,7}|#x[0-9a-fA-F]{2,6}|quot|apos|amp|nbsp);")
# Pretty-printed XML has the mark that follows an element on a line of its own.
BEFORE_MARK = re.compile(r"(?<!\s)\s+(?=[,.;:!?)’”»](?:\s|$))")
LAID_OUT_ROW = re.compile(r"\S.*\S {3,}\S")
INDENTED = re.compile(r"[ \t]{2,}\S")
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*$")
EMPTY_LINES = re.compile(r"\n\s*\n")


def paragraphs(*roots: Element) -> list[str]:
    """The paragraphs in these elements, in order; a row of a table and an item of a list are one each."""
    return [paragraph for root in roots for paragraph in _Collector(root).collected()]


def fragment(text: str) -> list[str]:
    """The paragraphs of a fragment of HTML; without an element that divides it, empty lines do."""
    parts = [text] if DIVIDING_TAG.search(text) else EMPTY_LINES.split(text)
    return [paragraph for part in parts for paragraph in _fragment(part)]


def plain(text: str) -> list[str]:
    """The paragraphs of plain text: divided at empty lines if there are some, else at line ends."""
    text = text.strip()
    parts = EMPTY_LINES.split(text) if EMPTY_LINES.search(text) else text.splitlines()
    return [part.strip() for part in parts if part.strip()]


def prose(root: Element) -> list[str]:
    """The sentences of at least eight words that elements of an unknown vocabulary hold, such as SportsML."""
    found = []
    for element in root.iter():
        if xml_documents.name(element):
            texts = [element.text, *(child.tail for child in element)]
            lines = [xml_documents.one_line(text) for text in texts if text]
            found += [line for line in lines if SENTENCE_END.search(line) and len(line.split()) >= FEWEST_PROSE_WORDS]
    return found


def _fragment(text: str) -> list[str]:
    if not TAG.search(text):
        return _divided(html.unescape(text), as_laid_out=False)
    root = _parsed(text)
    return [] if root is None else paragraphs(root)


def _parsed(text: str) -> Element | None:
    """The element of a fragment; None if it has no element or text."""
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415  A worker that meets no markup does not load it.

    content = xml_documents.FORBIDDEN.sub("", text).encode("utf-8", "ignore")
    try:
        return etree.fromstring(content, etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False))
    except etree.XMLSyntaxError:
        return None


class _Collector:
    """Collects the paragraphs of one element."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._pieces: list[str] = []
        self._mark = ""
        self._kept_as_laid_out = 0
        self._row: Element | None = None
        self._found: list[str] = []

    def collected(self) -> list[str]:
        for kind, node in _events(self._root):
            if kind == "start":
                self._start(node)
            elif kind == "end":
                self._end(node)
            elif xml_documents.is_entity(node):
                self._pieces.append(html.unescape(node.text))
            if kind != "start" and node is not self._root and node.tail:
                self._pieces.append(node.tail)
        self._flush()
        return self._found

    def _start(self, element: Element) -> None:
        tag = xml_documents.name(element)
        if self._begins_paragraph(tag):
            self._flush()
        if tag == ROW and self._row is None and _is_row_of_data(element):
            self._row = element
        elif tag in CELLS:
            self._start_cell()
        elif tag in ITEMS:
            self._mark = ITEM_MARK
        elif tag == PREFORMATTED:
            self._kept_as_laid_out += 1
        elif tag == "br":
            self._pieces.append(BREAK)
        elif tag == "span" and _follows_another(element):
            self._pieces.append(" ")
        if element.text:
            self._pieces.append(element.text)

    def _start_cell(self) -> None:
        if self._row is None:
            self._flush()
        elif any(map(str.strip, self._pieces)):
            self._pieces.append(CELL_BREAK)

    def _end(self, element: Element) -> None:
        tag = xml_documents.name(element)
        if element is self._row:
            self._flush()
            self._row = None
        elif self._begins_paragraph(tag):
            self._flush()
        if tag in ITEMS:
            self._mark = ""
        elif tag == PREFORMATTED:
            self._kept_as_laid_out -= 1

    def _begins_paragraph(self, tag: str) -> bool:
        return tag in BLOCKS and self._row is None

    def _flush(self) -> None:
        """Ends a paragraph, or several if its lines are laid out as such."""
        raw = "".join(self._pieces)
        self._pieces = []
        if not raw.strip() or ONLY_TAGS.fullmatch(raw):
            return
        made = _divided(raw, as_laid_out=self._kept_as_laid_out > 0)
        self._found += [self._mark + made[0], *made[1:]] if made else []
        self._mark = ""


def _events(root: Element) -> Iterator[Event]:
    """The start and the end of each element, and what is skipped between them; without recursion, for deep trees."""
    yield "start", root
    stack = [(root, iter(root), _skips(root))]
    while stack:
        element, children, is_skipped = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", element
        elif is_skipped(xml_documents.name(child)):
            yield "skip", child
        else:
            yield "start", child
            stack.append((child, iter(child), _skips(child)))


def _skips(parent: Element) -> Callable[[str], bool]:
    """Whether a child of an element is skipped, by its name; comments and entities have none."""
    names = {xml_documents.name(child) for child in parent}
    if xml_documents.name(parent) in FIGURES and names & CAPTIONS:
        return lambda name: name not in CAPTIONS
    dropped = DROPPED | EDGES if names - EDGES - {""} else DROPPED
    return lambda name: not name or name in dropped


def _follows_another(span: Element) -> bool:
    """Whether a span directly follows another one of a different class: style sheets put a space between them."""
    before = span.getprevious()
    return (
        before is not None
        and xml_documents.name(before) == "span"
        and not before.tail
        and before.get("class") != span.get("class")
    )


def _is_row_of_data(row: Element) -> bool:
    """Whether the cells of a row hold only phrases; tables also lay out whole pages."""
    return not any(xml_documents.name(inner) in BLOCKS for cell in row for inner in cell)


def _divided(raw: str, *, as_laid_out: bool) -> list[str]:
    """The paragraphs of a text without elements."""
    raw = ENTITY_AS_TEXT.sub(lambda match: html.unescape(match[0]), raw)
    if as_laid_out:
        return _between_empty_lines(raw)
    return list(_wire_copy(raw)) if _is_laid_out(raw) else _flowing(raw)


def _is_laid_out(raw: str) -> bool:
    """Whether line ends and indents divide a text, as in wire copy: some lines are indented and others are not."""
    rows = [row for row in raw.split("\n")[1:] if row.strip()]
    indented = sum(1 for row in rows if INDENTED.match(row))
    if 0 < indented < len(rows):
        return True
    return not indented and sum(1 for row in rows if LAID_OUT_ROW.match(row)) > 1


def _between_empty_lines(raw: str) -> list[str]:
    """The paragraphs of a preformatted text, with their line ends and indents: normalising reads these."""
    parts = EMPTY_LINES.split(raw.replace(BREAK, "\n").expandtabs(4))
    return ["\n".join(map(str.rstrip, part.split("\n"))).strip("\n") for part in parts if part.strip()]


def _wire_copy(raw: str) -> Iterator[str]:
    """The paragraphs of wire copy: an indent begins one, other lines continue it; a row of columns is one itself."""
    paragraph: list[str] = []
    is_row = False
    for line in [*raw.replace(BREAK, "\n").split("\n"), ""]:
        text, was_row, is_row = line.strip(), is_row, LAID_OUT_ROW.search(line) is not None
        begins = not text or is_row or was_row or line[0].isspace()
        if begins and paragraph:
            yield " ".join(paragraph)
            paragraph = []
        if text:
            paragraph.append(text if is_row else xml_documents.one_line(text))


def _flowing(raw: str) -> list[str]:
    """The paragraphs of a text whose line ends mean nothing; two breaks divide paragraphs."""
    raw = BEFORE_MARK.sub(lambda spaces: "" if "\n" in spaces[0] else spaces[0], raw)
    lines = [xml_documents.one_line(line) for line in raw.split(BREAK)]
    return list(_joined(lines))


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Lines joined to paragraphs at the empty lines between them."""
    paragraph: list[str] = []
    for line in [*lines, ""]:
        if line:
            paragraph.append(line)
        elif paragraph:
            yield "\n".join(paragraph)
            paragraph = []
