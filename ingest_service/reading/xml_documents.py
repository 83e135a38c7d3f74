"""XML: documents of bytes, parsed without entities, DTDs and network, and questions to their elements. Pure.

Elements are looked up by their local names, in any case: publishers differ in prefixes, and some forget the namespace.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from ingest_service.errors import Damaged, Undecodable
from ingest_service.reading import encoding

# The library has no types.
Element: TypeAlias = Any

DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,400}\?>")
OWN_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
LONE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SPACES = re.compile(r"\s+")


def parse(content: bytes) -> tuple[Element, str]:
    """The root element of a document, and the name of its encoding. Raises Damaged.

    Entities are not replaced, so none can grow or read a file. A document that is not well-formed is parsed once more
    after the usual faults are mended: a wrong encoding, entities of HTML, lone ampersands and control characters.
    """
    from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415  A worker that meets no XML does not load it.

    parser = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        root = etree.fromstring(content, etree.XMLParser(**parser))
        return root, (root.getroottree().docinfo.encoding or "utf-8").lower()
    except etree.XMLSyntaxError:
        pass
    try:
        decoded = encoding.decode(content)
        root = etree.fromstring(_mended(decoded.text), etree.XMLParser(encoding="utf-8", **parser))
    except etree.XMLSyntaxError as error:
        raise Damaged(f"The XML is damaged or cut off: {error.msg}; save the file again.") from None
    except Undecodable as error:
        raise Damaged(f"The XML is damaged: {error}.") from None
    return root, decoded.encoding


def name(element: Element) -> str:
    """The local name of an element in lower case; an empty text for a comment or an entity."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def children(element: Element | None) -> Iterator[Element]:
    """The elements directly inside an element."""
    for child in () if element is None else element:
        if isinstance(child.tag, str):
            yield child


def find_all(element: Element | None, path: str) -> Iterator[Element]:
    """The elements at a path of local names in lower case, such as "itemmeta/pubstatus"."""
    first, _, rest = path.partition("/")
    for child in children(element):
        if name(child) == first:
            yield from find_all(child, rest) if rest else (child,)


def find(element: Element | None, *paths: str) -> Element | None:
    """The first element at the first of these paths that has one."""
    return next((found for path in paths for found in find_all(element, path)), None)


def line(element: Element | None) -> str:
    """The text inside an element, as one line."""
    return "" if element is None else one_line("".join(pieces(element)))


def first_line(element: Element | None, *paths: str) -> str:
    """The text of the first element at one of these paths that has text, as one line."""
    lines = (line(found) for path in paths for found in find_all(element, path))
    return next(filter(None, lines), "")


def pieces(element: Element) -> Iterator[str]:
    """The pieces of text inside an element, with the characters of HTML's entities."""
    for node in element.iter():
        if isinstance(node.tag, str):
            yield node.text or ""
        elif is_entity(node):
            yield html.unescape(node.text)
        if node is not element:
            yield node.tail or ""


def is_entity(node: Element) -> bool:
    """Whether a node is a reference to an entity, not an element or comment."""
    return not isinstance(node.tag, str) and (node.text or "").startswith("&")


def one_line(text: str) -> str:
    """The text with one space for any white space between its words."""
    return SPACES.sub(" ", text).strip()


def attribute(element: Element | None, *names: str) -> str:
    """The value of the first of these attributes, by local names in lower case, that has one."""
    if element is None:
        return ""
    values = {key.rpartition("}")[2].lower(): value.strip() for key, value in element.attrib.items()}
    return next((value for key in names if (value := values.get(key))), "")


def _mended(text: str) -> bytes:
    """The document in UTF-8, without its declaration of another encoding, and with the usual faults mended."""
    text = DECLARATION.sub("", text, count=1).lstrip()
    text = NAMED_ENTITY.sub(lambda match: match[0] if match[1] in OWN_ENTITIES else _character(match[0]), text)
    return FORBIDDEN.sub("", LONE_AMPERSAND.sub("&amp;", text)).encode("utf-8", "ignore")


def _character(entity: str) -> str:
    """The character of an entity of HTML; the entity as text if HTML has none of its name."""
    return html.escape(html.unescape(entity), quote=False)


def serialised(element: Element) -> bytes:
    """The element as a document of its own, in UTF-8."""
    from lxml import etree  # noqa: PLC0415  As above.

    content: bytes = etree.tostring(element, encoding="utf-8", xml_declaration=True, with_tail=False)
    return content
