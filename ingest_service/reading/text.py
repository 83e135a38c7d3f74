"""Plain text, with YAML front matter where there is some."""

import re

from ingest_service.errors import Empty, TextTooLong
from ingest_service.model import Note, Reading
from ingest_service.reading import encoding, front_matter, repairs
from ingest_service.reading.format import Format, Source

MEDIA_TYPE = "text/plain"
SUFFIXES = frozenset({"", ".txt", ".text", ".asc"})
# The catalog accepts no article with more paragraphs.
MAX_LINES = 200_000
VISIBLE = re.compile("[^\\s\u200c\u200d\ufffd]")
ENCODING = "encoding"


def reading(file: Source, media_type: str = MEDIA_TYPE) -> Reading:
    """The reading of a text. Raises Empty, TextTooLong or Undecodable."""
    decoded = encoding.decode(file.content)
    source, limits = decoded.text, file.limits
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


# Any prose is plain text, so the registry needs no sign of it.
FORMAT = Format("plain text", MEDIA_TYPE, SUFFIXES, lambda opening: False, lambda source: [reading(source)])
