"""The article on a page, as far as its text goes."""

import functools
import logging
from typing import Any

from ingest_service.model import PARAGRAPH_BREAK
from ingest_service.reading.html import text
from ingest_service.reading.html.container import Place
from ingest_service.reading.html.document import Element, Page

# The share of the article's prose that extraction must leave.
LEAST_SHARE = 0.5
# Extraction of more elements takes minutes; a long article has a few thousand.
MOST_ELEMENTS = 50_000
ASIDE = ("aside", "figure", "footer", "form", "nav")


def article(page: Page, place: Place | None) -> str:
    """The text of the article; empty if the page has none. The tree is used up."""
    if place is not None and place.is_certain:
        _narrow(page.root, place.scope)
    if page.root.xpath("count(//*)") <= MOST_ELEMENTS:
        extracted = _extracted(page.root)
        read = "" if extracted is None else text.of_body(extracted)
        least = 0 if place is None else place.prose * LEAST_SHARE
        # Extraction joins all paragraphs of a short page.
        if PARAGRAPH_BREAK in read and len(read) >= least:
            return read
    return _all_of(page.root.find("body") if place is None else place.body)


def _all_of(body: Element) -> str:
    """All text in an element, for pages of which extraction loses most."""
    for element in list(body.iter(*ASIDE)):
        element.drop_tree()
    return text.of_body(body)


def _extracted(root: Element) -> Element | None:
    document = _library().bare_extraction(root, fast=True, include_comments=False)
    return None if document is None else document.body


def _narrow(root: Element, scope: Element) -> None:
    """Leaves nothing in the body of the page but the article: extraction is the faster the smaller the tree is."""
    body = root.find("body")
    if scope is not body:
        scope.tail = body.text = None
        body[:] = [scope]


@functools.cache
def _library() -> Any:  # noqa: ANN401  A module.
    """The library, loaded for the first page: few workers meet one, and it takes a second and 40 MB."""
    import trafilatura  # noqa: PLC0415  As said above.

    # What it reports of a page is the reason that the page's reading has.
    logging.getLogger(trafilatura.__name__).setLevel(logging.CRITICAL)
    return trafilatura
