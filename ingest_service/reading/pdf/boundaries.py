"""Decides at once, by arrays, between most lines of a document whether a paragraph begins. Pure.

Lines of running text that fill their column continue a paragraph; wide gaps and other letters begin one, and so does no
small letter after a line with room. The rules of `layout` decide what remains line by line, and would decide the same
everywhere.
"""

from itertools import repeat

import numpy as np

from ingest_service.reading.pdf import character_classes, layout
from ingest_service.reading.pdf.character_classes import CharacterClass
from ingest_service.reading.pdf.geometry import Geometry
from ingest_service.reading.pdf.layout import Boundaries, Boundary
from ingest_service.reading.pdf.lines import Flags, Floats
from ingest_service.reading.pdf.metrics import Metrics

# What may end a sentence or a line of a table of contents.
ENDINGS = CharacterClass(frozenset(f"{layout.ENDS}{layout.CLOSINGS}.0123456789").__contains__)
BULLETS = CharacterClass(frozenset(layout.BULLETS).__contains__)
HYPHEN = ord("-")
CAPITALS, SMALL = CharacterClass(str.isupper), CharacterClass(str.islower)


def decided(geometry: Geometry, metrics: Metrics) -> Boundaries:
    """The boundary before each line of the document but the first one."""
    texts, beginnings = geometry.texts, character_classes.codes(geometry.texts, 0)
    endings, small = character_classes.codes(texts, -1)[:-1], SMALL.among(beginnings)[1:]
    ended = ENDINGS.among(endings)
    full, has_room = _full_and_with_room(geometry, CAPITALS.among(beginnings))
    may_run_on = ~_is_indented(geometry) & ~BULLETS.among(beginnings)[1:]
    continues = may_run_on & (full | ~ended & small)
    begins = _are_apart(geometry, metrics) | has_room & ~small & _are_at_one_edge(geometry) & (endings != HYPHEN)
    for number in np.flatnonzero(continues & ~begins & (ended | ~full)).tolist():
        continues[number] = not _may_divide(texts[number], texts[number + 1])
    return np.where(begins, int(Boundary.BEGINS), np.where(continues, int(Boundary.CONTINUES), int(Boundary.OPEN)))


def _may_divide(text: str, following: str) -> bool:
    """Whether a line that ends a sentence or with a number may end a paragraph though it is full."""
    return bool(layout.NUMBERED.match(following) or layout.is_leader(text))


def _are_apart(geometry: Geometry, metrics: Metrics) -> Flags:
    """Whether a wide gap or letters of another kind are between two lines."""
    size, following = geometry.size[:-1], geometry.size[1:]
    gap = -np.diff(geometry.bottom) > layout.WIDE_GAP * metrics.pitches_of(size)
    alike = (size <= following * layout.OTHER_SIZE) & (following <= size * layout.OTHER_SIZE)
    apart: Flags = gap | ~alike | (geometry.bold[:-1] != geometry.bold[1:])
    return apart


def _is_indented(geometry: Geometry) -> Flags:
    """Whether a line begins to the right of the edge of its block, or of the line before it."""
    left, size = geometry.left, geometry.size
    edge = geometry.in_blocks(np.minimum, left)
    indented: Flags = ((left - edge)[1:] > layout.INDENT * size[1:]) | (np.diff(left) > layout.INDENT * size[:-1])
    return indented


def _full_and_with_room(geometry: Geometry, begins_large: Flags) -> tuple[Flags, Flags]:
    """Whether a line certainly has no room for the first word of the next one, and whether it certainly has.

    Capitals make the word wider: if it begins with one it has at least that one, and at most as many as letters.
    """
    right, lengths, extent = geometry.right, geometry.lengths, geometry.right - geometry.left
    spaces = np.fromiter(map(str.find, geometry.texts, repeat(" ")), np.int64)
    words = np.where(spaces < 0, lengths, spaces)
    least, most = ((words + 1 + layout.WIDER * capitals) * extent / lengths for capitals in (begins_large, words))
    room = _room(geometry) - right[:-1]
    return room <= least[1:], room > most[1:]


def _are_at_one_edge(geometry: Geometry) -> Flags:
    """Whether two lines begin at one place, so that they are not centred, and no hyphen is left out between them."""
    near: Flags = (np.abs(np.diff(geometry.left)) <= layout.SAME_MIDDLE) & ~geometry.hyphenated[:-1]
    return near


def _room(geometry: Geometry) -> Floats:
    """How far to the right the lines near two lines reach, in their block."""
    right, follows = geometry.right, geometry.follows
    edge = geometry.in_blocks(np.minimum, geometry.left)[1:]
    narrowest = edge + layout.NARROWEST * (geometry.in_blocks(np.maximum, right)[1:] - edge)
    room: Floats = np.maximum(narrowest, np.maximum(right[:-1], right[1:]))
    room[1:] = np.where(follows[:-1], np.maximum(room[1:], right[:-2]), room[1:])
    room[:-1] = np.where(follows[1:], np.maximum(room[:-1], right[2:]), room[:-1])
    return room
