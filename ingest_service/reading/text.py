"""Plain text, with YAML front matter where there is some."""

import re

from ingest_service.errors import Empty, TextTooLong
from ingest_service.model import Reading
from ingest_service.reading import encoding, formats, front_matter
from ingest_service.settings import Limits

# The catalog accepts no article with more paragraphs.
MAX_LINES = 200_000
VISIBLE = re.compile("[^\\s\ufeff\u200b\u200c\u200d\u2060\ufffd]")


def read(content: bytes, limits: Limits, media_type: str = formats.TEXT) -> Reading:
    """The reading of a text. Raises Empty, TextTooLong or Undecodable."""
    source, name = encoding.decode(content)
    if len(source) > limits.text_characters:
        raise TextTooLong(f"the text has {len(source)} characters, the limit is {limits.text_characters}")
    if not VISIBLE.search(source):
        raise Empty
    lines = len(source.splitlines())
    if lines > MAX_LINES:
        raise TextTooLong(f"the text has {lines} lines, the limit is {MAX_LINES}")
    metadata, span = front_matter.read(source, limits.front_matter_characters)
    return Reading(None, media_type, name, source, metadata, span)
