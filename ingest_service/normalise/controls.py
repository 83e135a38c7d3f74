"""Control characters: they have no place in a text."""

import re

import numpy as np

from ingest_service.model import Note
from ingest_service.normalise import wire_headers

NAME = "control-character"
# All but tab and what ends a line.
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# The first character after each of the two ranges of control characters, and the last one before the second.
FIRST_END, LAST_BETWEEN, SECOND_END = 0x20, 0x7E, 0xA0


def control_character(source: str, start: int) -> list[Note]:
    """Removes control characters; those of a wire message show where its header ends, and are removed with it."""
    if CONTROLS.search(_in_ranges(source)) is None:
        return []
    kept = wire_headers.MARKS if wire_headers.FIRST.match(source.lstrip()) else ""
    return [Note(NAME, match.span(), match[0]) for match in CONTROLS.finditer(source, start) if match[0] not in kept]


def _in_ranges(text: str) -> str:
    """The characters of a text that may be controls, mostly line ends: the others are left out four times as fast."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    in_ranges = (units < FIRST_END) | ((units > LAST_BETWEEN) & (units < SECOND_END))
    return units[in_ranges].tobytes().decode("utf-16-le")
