"""The encoding of a page: a byte order mark, valid UTF-8, what the page declares, else the most probable one."""

import re

from ingest_service.reading import charset
from ingest_service.reading.detection import Decoded

# Browsers look for a declaration in the first 1,024 bytes; pages that are saved have more before it.
HEAD = 16 * 1024
DECLARATION = re.compile(rb"<(?:meta|\?xml)\b[^>]{0,300}?\b(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)


def decode(content: bytes) -> Decoded:
    """The text of a page, and its encoding. Raises Undecodable."""
    declaration = DECLARATION.search(content, 0, HEAD)
    return charset.decode(content, declaration[1].decode() if declaration else None)
