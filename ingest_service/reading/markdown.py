"""Markdown: read as text, with its own media type; normalising removes the marks."""

from ingest_service.model import Reading
from ingest_service.reading import formats, text
from ingest_service.settings import Limits


def read(content: bytes, limits: Limits) -> Reading:
    """The reading of a Markdown text. Raises as `text.read`."""
    return text.read(content, limits, formats.MARKDOWN)
