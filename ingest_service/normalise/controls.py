"""Control characters: they have no place in a text."""

import re

from ingest_service.model import Note
from ingest_service.normalise import wire_headers

NAME = "control-character"
# All but tab and what ends a line.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def control_character(source: str, start: int) -> list[Note]:
    """Removes control characters; those of a wire message show where its header ends, and are removed with it."""
    if CONTROLS.search(source, start) is None:
        return []
    kept = wire_headers.MARKS if wire_headers.FIRST.match(source.lstrip()) else ""
    return [Note(NAME, match.span(), match[0]) for match in CONTROLS.finditer(source, start) if match[0] not in kept]
