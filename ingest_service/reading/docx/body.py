"""The paragraphs of a document of WordprocessingML (ISO/IEC 29500-1, 17), with all changes accepted. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ingest_service.reading import xml_documents
from ingest_service.reading.xml_documents import Element

# What is not part of the text: deleted and moved text, the older form of a drawing, properties, comments, ruby.
LEFT_OUT = {"del", "movefrom", "fallback", "ppr", "rpr", "sectpr", "tblpr", "trpr", "tcpr", "sdtpr", "instrtext", "rt"}
ITEM = "- "
CELLS = " | "
CHARACTERS = {"tab": "\t", "cr": "\n", "nobreakhyphen": "-"}
OFF = {"0", "false", "off", "none"}
# Notes that Word itself adds: the lines above footnotes.
SEPARATORS = {"separator", "continuationseparator", "continuationnotice"}


@dataclass(slots=True)
class Block:
    """A paragraph: its text, and the name of its style in lower case."""

    text: str
    style: str = ""


@dataclass(slots=True)
class _Run:
    """The text of a paragraph so far, and the paragraphs of the text boxes in it."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)


def blocks(container: Element, styles: Mapping[str, str]) -> Iterator[Block]:
    """The paragraphs and the rows of tables in an element, in order; `styles` names them by their id."""
    # The mark at the end of a paragraph was deleted: it continues in the next one.
    pending = ""
    for element in _content(container):
        if xml_documents.name(element) == "tbl":
            yield from _table(element, styles)
            continue
        block, boxes, is_joined = _paragraph(element, styles)
        block.text, pending = pending + block.text, ""
        if is_joined:
            pending = block.text
        elif text := block.text.strip():
            yield Block(text, block.style)
        yield from boxes
    if text := pending.strip():
        yield Block(text)


def notes(root: Element | None, styles: Mapping[str, str]) -> Iterator[Block]:
    """The footnotes or endnotes of a document."""
    for note in xml_documents.children(root):
        text = " ".join(block.text for block in blocks(note, styles))
        if text and _attribute(note, "type").lower() not in SEPARATORS:
            yield Block(text)


def style_names(root: Element | None) -> dict[str, str]:
    """The names of styles by their id; those of Word are English whatever the language of the program."""
    return {
        _attribute(style, "styleid"): _attribute(xml_documents.find(style, "name"), "val").lower()
        for style in xml_documents.find_all(root, "style")
    }


def _content(container: Element) -> Iterator[Element]:
    """The paragraphs and tables in an element; those inside controls and inserted parts too."""
    for child in xml_documents.children(container):
        kind = xml_documents.name(child)
        if kind in {"p", "tbl"}:
            yield child
        elif kind not in LEFT_OUT:
            yield from _content(child)


def _paragraph(element: Element, styles: Mapping[str, str]) -> tuple[Block, list[Block], bool]:
    """A paragraph, those of the text boxes in it, and whether its end was deleted."""
    properties = xml_documents.find(element, "ppr")
    style = _attribute(xml_documents.find(properties, "pstyle"), "val")
    style = styles.get(style, style.lower())
    run = _Run()
    _add(element, run, styles)
    text = "".join(run.pieces)
    is_item = xml_documents.find(properties, "numpr") is not None or style.startswith("list ")
    is_item = is_item and not style.startswith(("heading", "title"))
    is_joined = xml_documents.find(properties, "rpr/del") is not None
    return Block(ITEM + text.lstrip() if is_item and text.strip() else text, style), run.boxes, is_joined


def _add(element: Element, run: _Run, styles: Mapping[str, str]) -> None:
    for child in xml_documents.children(element):
        kind = xml_documents.name(child)
        if kind == "t":
            run.pieces.append(child.text or "")
        elif kind in CHARACTERS:
            run.pieces.append(CHARACTERS[kind])
        elif kind == "br":
            run.pieces.append("\n")
        elif kind == "txbxcontent":
            run.boxes += blocks(child, styles)
        elif kind not in LEFT_OUT and not (kind == "r" and _is_hidden(child)):
            _add(child, run, styles)


def _is_hidden(run: Element) -> bool:
    hidden = xml_documents.find(run, "rpr/vanish")
    return hidden is not None and _attribute(hidden, "val").lower() not in OFF


def _table(table: Element, styles: Mapping[str, str]) -> Iterator[Block]:
    """A paragraph for each row; the paragraphs of the cells if a table only arranges them."""
    rows = [[list(blocks(cell, styles)) for cell in _cells(row)] for row in _rows(table)]
    if any(len(cell) > 1 for row in rows for cell in row) or all(len(row) == 1 for row in rows):
        yield from (block for row in rows for cell in row for block in cell)
        return
    for row in rows:
        if text := CELLS.join(" ".join(block.text.split()) for cell in row for block in cell):
            yield Block(text)


def _rows(table: Element) -> Iterator[Element]:
    for child in xml_documents.children(table):
        kind = xml_documents.name(child)
        if kind == "tr":
            if xml_documents.find(child, "trpr/del") is None:
                yield child
        elif kind not in LEFT_OUT:
            yield from _rows(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in xml_documents.children(row):
        kind = xml_documents.name(child)
        if kind == "tc":
            yield child
        elif kind not in LEFT_OUT:
            yield from _cells(child)


def _attribute(element: Element | None, name: str) -> str:
    """The value of an attribute by its local name; empty if there is none."""
    if element is None:
        return ""
    return next((value for key, value in element.items() if key.rpartition("}")[2].lower() == name), "")
