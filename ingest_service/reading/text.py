"""Plain text, with YAML front matter where there is some."""

import re

from ingest_service.errors import Empty, TextTooLong
from ingest_service.model import Note, Reading
from ingest_service.reading import encoding, formats, front_matter, repairs
from ingest_service.settings import Limits

# The catalog accepts no article with more paragraphs.
MAX_LINES = 200_000
VISIBLE = re.compile("[^\\s\u200c\u200d\ufffd]")
ENCODING = "encoding"


def read(content: bytes, limits: Limits, media_type: str = formats.TEXT) -> Reading:
    """The reading of a text. Raises Empty, TextTooLong or Undecodable."""
    decoded = encoding.decode(content)
    source = decoded.text
    if len(source) > limits.text_characters:
        raise TextTooLong(f"the text has {len(source)} characters, the limit is {limits.text_characters}")
    text, notes = repairs.repaired(source)
    if not VISIBLE.search(text):
        raise Empty
    lines = len(text.splitlines())
    if lines > MAX_LINES:
        raise TextTooLong(f"the text has {lines} lines, the limit is {MAX_LINES}")
    if decoded.rivals:
        detail = f"{decoded.encoding}, possibly {' or '.join(decoded.rivals)}"
        notes = (Note(ENCODING, (0, 0), "", detail=detail), *notes)
    metadata, span = front_matter.read(text, limits.front_matter_characters)
    return Reading(None, media_type, decoded.encoding, source, text, notes, metadata, span)
