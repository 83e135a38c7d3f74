"""Markdown: read as text, with its own media type; normalising removes the marks."""

from ingest_service.reading import text
from ingest_service.reading.format import Format
from ingest_service.reading.opening import MARKDOWN_SUFFIXES, Opening


def _recognises(opening: Opening) -> bool:
    return opening.suffix in MARKDOWN_SUFFIXES and opening.kind is None


FORMAT = Format(
    "Markdown", "text/markdown", MARKDOWN_SUFFIXES, _recognises, lambda source: [text.reading(source, "text/markdown")]
)
