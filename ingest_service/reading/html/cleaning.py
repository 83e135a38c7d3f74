"""What is removed from the tree of a page, or changed in it, before its text is extracted."""

import re

from ingest_service.reading.html import structure
from ingest_service.reading.html.document import Element, Page

# Elements without text for people.
SILENT = (
    "script", "style", "noscript", "template", "svg", "canvas", "object", "embed", "applet", "iframe", "audio", "video",
    "map", "link", "meta", "base", "select", "datalist", "input", "textarea", "button", "dialog",
)  # fmt: skip
# A raised number after so many letters is a reference, not a power: "page 1", but "km2".
LONGEST_UNIT = 2
LAST_WORD = re.compile(r"[^\W_]+\Z")


def clean(page: Page) -> None:
    """Removes what is no text from the tree, and separates what would run together."""
    for element in list(page.root.iter(*SILENT)):
        element.drop_tree()
    for element in page.root.iter("sup"):
        _separate(element)
    structure.simplify(page.root)


def _separate(raised: Element) -> None:
    """Divides a raised number from the word before it, and marks it as a power of a number."""
    if not (raised.text_content() or "").strip().isdecimal():
        return
    previous, parent = raised.getprevious(), raised.getparent()
    before = parent.text if previous is None else previous.tail or previous.text_content()
    word = LAST_WORD.search(before or "")
    if word and (word[0].isdecimal() or len(word[0]) > LONGEST_UNIT):
        raised.text = ("^" if word[0].isdecimal() else " ") + (raised.text or "")
