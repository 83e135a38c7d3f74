"""The structure of a page, made plain before its text is extracted: paragraphs are `p`, and tables hold data.

Old pages divide paragraphs by two line breaks, put text beside blocks, and lay the page out in the cells of a table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest_service.reading.html.document import Element

CONTAINERS = ("body", "div", "article", "section", "main", "center", "font", "blockquote")
_BLOCKS = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr li main nav ol p pre section table tbody td th tr ul"
)
BLOCKS = frozenset(_BLOCKS.split())
PARAGRAPHS = ("p", "h1", "h2", "h3", "ul", "ol", "blockquote", "article", "table")
FEWEST_PARAGRAPHS = 2
# An address of the web has none.
SPACE = re.compile(r"\s|[\u3000-\u9fff]")
# Characters; a shorter `div` may be a label or a button, unless it ends as a sentence does.
SHORTEST_PARAGRAPH = 80
SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]»」』]*\Z")
# Characters: the cell of a data table is shorter.
LONGEST_CELL = 600


def simplify(root: Element) -> None:
    """Changes the tree in place."""
    for preformatted in root.iter("pre"):
        _keep_lines(preformatted)
    for table in list(root.iter("table")):
        if _is_layout(table):
            _dissolve(table)
    for container in list(root.iter(*CONTAINERS)):
        _divide(container)


def _keep_lines(preformatted: Element) -> None:
    """Replaces the line ends of a preformatted text by `br`."""
    for element in list(preformatted.iter()):
        if element.text and "\n" in element.text:
            element.text, *rest = element.text.split("\n")
            element[:0] = [_line_break(element, text) for text in rest]
        if element is not preformatted and element.tail and "\n" in element.tail:
            element.tail, *rest = element.tail.split("\n")
            for text in reversed(rest):
                element.addnext(_line_break(element, text))


def _line_break(element: Element, tail: str) -> Element:
    line_break = element.makeelement("br")
    line_break.tail = tail
    return line_break


def _is_layout(table: Element) -> bool:
    """Whether a table lays out a page: a cell holds another table, several blocks, or more text than a cell of data."""
    if table.get("role") == "presentation" or next(table.iterdescendants("table"), None) is not None:
        return True
    for cell in table.iter("td"):
        blocks = sum(1 for _ in cell.iter(*PARAGRAPHS))
        if blocks >= FEWEST_PARAGRAPHS or len(cell.text_content()) > LONGEST_CELL:
            return True
    return False


def _dissolve(table: Element) -> None:
    """Makes blocks of a table and of its own rows and cells."""
    for element in table.iter("tbody", "thead", "tfoot", "tr", "td", "th"):
        if next(element.iterancestors("table")) is table:
            element.tag = "div"
    table.tag = "div"


def _divide(container: Element) -> None:
    """Puts text that is beside blocks, or divided by two line breaks, into paragraphs."""
    if not any(text and text.strip() for text in (container.text, *(child.tail for child in container))):
        _retag(container)
        return
    parts = list(_parts(container))
    if len(parts) < FEWEST_PARAGRAPHS:
        _retag(container)
        return
    container.text = None
    for part in parts:
        if isinstance(part, _Run):
            container.extend(part.wrapped(container))
        else:
            container.append(part)


def _retag(container: Element) -> None:
    """Makes a paragraph of a `div` that holds nothing but text."""
    # Most hold blocks directly, and looking further costs the most of all steps.
    if container.tag != "div" or any(child.tag in BLOCKS for child in container):
        return
    if len(container) and next(container.iterdescendants(*BLOCKS), None) is not None:
        return
    text = container.text_content().strip()
    linked = sum(len(link.text_content()) for link in container.iter("a"))
    is_long = len(text) >= SHORTEST_PARAGRAPH or bool(SENTENCE_END.search(text[-3:]))
    if is_long and SPACE.search(text) and linked * 2 < len(text):
        container.tag = "p"


@dataclass(slots=True)
class _Run:
    """Text and the inline elements after it, with their own tails."""

    text: str
    nodes: list[Element] = field(default_factory=list)

    def wrapped(self, container: Element) -> list[Element]:
        """A paragraph of the run; only its elements if it has no text."""
        if not self.text.strip() and not any((node.tail or "").strip() or _has_text(node) for node in self.nodes):
            return self.nodes
        paragraph = container.makeelement("p")
        paragraph.text = self.text
        paragraph.extend(self.nodes)
        return [paragraph]

    def ends_with_break(self) -> bool:
        """Whether nothing follows a line break at the end."""
        return bool(self.nodes) and self.nodes[-1].tag == "br" and not (self.nodes[-1].tail or "").strip()


def _parts(container: Element) -> Iterator["_Run | Element"]:
    """The blocks in a container and the runs between them and between double line breaks; all without white space."""
    run = _Run(container.text or "")
    for child in list(container):
        is_block = child.tag in BLOCKS
        is_double_break = child.tag == "br" and run.ends_with_break()
        if not is_block and not is_double_break:
            run.nodes.append(child)
            continue
        following, child.tail = child.tail or "", None
        if is_double_break:
            container.remove(run.nodes.pop())
            container.remove(child)
        if run.nodes or run.text.strip():
            yield run
        if is_block:
            yield child
        run = _Run(following)
    if run.nodes or run.text.strip():
        yield run


def _has_text(element: Element) -> bool:
    return any(text.strip() for text in element.itertext())
