"""The article on a page, as far as its text goes."""

import functools
import logging
from typing import Any

from ingest_service.reading.html import text
from ingest_service.reading.html.document import Element, Page


def article(page: Page) -> str:
    """The text of the article; empty if the page has none. The tree is used up."""
    extracted = _extracted(page.root)
    return "" if extracted is None else text.of_body(extracted)


def _extracted(root: Element) -> Element | None:
    document = _library().bare_extraction(root, fast=True, include_comments=False)
    return None if document is None else document.body


@functools.cache
def _library() -> Any:  # noqa: ANN401  A module.
    """The library, loaded for the first page: few workers meet one, and it takes a second and 40 MB."""
    import trafilatura  # noqa: PLC0415  As said above.

    # What it reports of a page is the reason that the page's reading has.
    logging.getLogger(trafilatura.__name__).setLevel(logging.CRITICAL)
    return trafilatura
