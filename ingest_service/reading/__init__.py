"""Reading: bytes to readings, that is decoded text and the file's own metadata. Pure.

One module for each format, each with `read(content, limits)`; `formats` detects the format of a file.
"""

from ingest_service.errors import TooLarge
from ingest_service.model import Reading
from ingest_service.reading import formats, markdown, text
from ingest_service.settings import Limits

DEFAULTS = Limits()
READERS = {formats.TEXT: text.read, formats.MARKDOWN: markdown.read}


def read(content: bytes, path: str, limits: Limits = DEFAULTS) -> tuple[Reading, ...]:
    """The items of a file, one for most. Raises Empty, TooLarge, TextTooLong, UnknownFormat or Undecodable."""
    if len(content) > limits.file_bytes:
        raise TooLarge(f"the file has {len(content)} bytes, the limit is {limits.file_bytes}")
    return (READERS[formats.detect(content, path)](content, limits),)
