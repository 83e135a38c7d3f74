"""The tree of a page, parsed once, and what several modules ask of it."""

import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from ingest_service.errors import NoText

# The library has no types.
Element: TypeAlias = Any

XHTML = re.compile(r"\s*(?:<\?xml\b[^>]*>\s*)?<!doctype\s+html\s+public\s+\"-//w3c//dtd xhtml|\s*<\?xml\b", re.I)
# Control characters, and references to them; white space is none. Two patterns, since one for both takes twice as long.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
CONTROL_REFERENCE = re.compile(
    "&#(?:0*(?:[0-8]|1[1245-9]|2[0-9]|3[01])(?![0-9])|x0*(?:[0-8bcef]|1[0-9a-f])(?![0-9a-f]));?", re.I
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the root of its tree, which cleaning changes."""

    root: Element


def parsed(text: str) -> Page:
    """The page of a text, whether it has `html`, `head` and `body` or lacks them. Raises NoText."""
    from lxml import etree, html  # type: ignore[import-untyped]  # noqa: PLC0415  No stubs; late: few workers meet a page.

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False,
        default_doctype=False, collect_ids=False,
    )  # fmt: skip
    try:
        # Control characters are read, but could not be written into the tree again.
        text = CONTROL_REFERENCE.sub("", CONTROL.sub("", text))
        # Bytes, since a text with a declaration of its encoding would be refused.
        return Page(html.document_fromstring(text.encode(), parser=parser, ensure_head_body=True))
    except etree.ParserError:
        raise NoText("The page has no elements.") from None


def is_xhtml(text: str) -> bool:
    """Whether a page says that it is XHTML."""
    return bool(XHTML.match(text))


def line(text: str | None) -> str:
    """A text as one line."""
    return " ".join(text.split()) if text else ""
