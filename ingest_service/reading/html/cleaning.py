"""What is removed from the tree of a page, or changed in it, before its text is extracted."""

import re
from collections.abc import Mapping

from ingest_service.model import Json
from ingest_service.reading.html import container, furniture, pointers, structure
from ingest_service.reading.html.container import Place
from ingest_service.reading.html.document import Element, Page

# Elements without text for people.
SILENT = (
    "script", "style", "noscript", "template", "svg", "canvas", "object", "embed", "applet", "iframe", "audio", "video",
    "map", "link", "meta", "base", "select", "datalist", "input", "textarea",
)  # fmt: skip
# Characters of prose: a page with less may be a form of consent or an error page, which its buttons show.
SHORT = 600
# A raised number after so many letters is a reference, not a power: "page 1", but "km2".
LONGEST_UNIT = 2
LAST_WORD = re.compile(r"[^\W_]+\Z")


def clean(page: Page, stated: Mapping[str, Json]) -> Place | None:
    """Removes from the tree what is no text of the article; returns where that is, None for a page without prose."""
    root = page.root
    for element in list(root.iter(*SILENT)):
        element.drop_tree()
    for element in root.iter("sup"):
        _separate(element)
    structure.simplify(root)
    place = container.find(root)
    _remove_buttons(root, place)
    if place is not None:
        furniture.remove(place, root, str(stated.get("title", "")))
        pointers.remove(place, root, str(stated.get("url", "")))
    return place


def _remove_buttons(root: Element, place: Place | None) -> None:
    """Removes the buttons; those beside the text of a short page become lines of it."""
    is_short = place is None or place.prose < SHORT
    around = root if place is None else place.body.getparent()
    for button in list(root.iter("button")):
        if is_short and around in set(button.iterancestors()):
            button.tag = "p"
        else:
            button.drop_tree()


def _separate(raised: Element) -> None:
    """Divides a raised number from the word before it, and marks it as a power of a number."""
    if not (raised.text_content() or "").strip().isdecimal():
        return
    previous, parent = raised.getprevious(), raised.getparent()
    before = parent.text if previous is None else previous.tail or previous.text_content()
    word = LAST_WORD.search(before or "")
    if word and (word[0].isdecimal() or len(word[0]) > LONGEST_UNIT):
        raised.text = ("^" if word[0].isdecimal() else " ") + (raised.text or "")
