"""Decides at once, by arrays, between most lines of a document whether a paragraph begins. Pure.

Lines of running text that fill their column continue a paragraph; wide gaps and other letters begin one. The rules of
`layout` decide what remains line by line, and would decide the same everywhere.
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
CAPITALS, SMALL = CharacterClass(str.isupper), CharacterClass(str.islower)


def decided(geometry: Geometry, metrics: Metrics) -> Boundaries:
    """The boundary before each line of the document but the first one."""
    texts, beginnings = geometry.texts, character_classes.codes(geometry.texts, 0)
    apart = _are_apart(geometry, metrics)
    ended = ENDINGS.among(character_classes.codes(texts, -1))[:-1]
    full = _is_full(geometry, CAPITALS.among(beginnings))
    may_run_on = ~apart & ~_is_indented(geometry) & ~BULLETS.among(beginnings)[1:]
    continues = may_run_on & (full | ~ended & SMALL.among(beginnings)[1:])
    for number in np.flatnonzero(continues & (ended | ~full)).tolist():
        continues[number] = not _may_divide(texts[number], texts[number + 1])
    return np.where(apart, int(Boundary.BEGINS), np.where(continues, int(Boundary.CONTINUES), int(Boundary.OPEN)))


def _may_divide(text: str, following: str) -> bool:
    """Whether a line that ends a sentence or with a number may end a paragraph though it is full."""
    return bool(layout.NUMBERED.match(following) or layout.LEADER.search(text[-15:]))


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


def _is_full(geometry: Geometry, capitals: Flags) -> Flags:
    """Whether a line has no room for the first word of the next one.

    More than one capital makes the word wider: so a line that is full without them is full.
    """
    left, right, lengths = geometry.left, geometry.right, geometry.lengths
    words = np.fromiter(map(str.find, geometry.texts, repeat(" ")), np.int64)
    width = (np.where(words < 0, lengths, words) + 1 + layout.WIDER * capitals) * (right - left) / lengths
    full: Flags = _room(geometry) - right[:-1] <= width[1:]
    return full


def _room(geometry: Geometry) -> Floats:
    """How far to the right the lines near two lines reach, in their block."""
    right, follows = geometry.right, geometry.follows
    edge = geometry.in_blocks(np.minimum, geometry.left)[1:]
    narrowest = edge + layout.NARROWEST * (geometry.in_blocks(np.maximum, right)[1:] - edge)
    room: Floats = np.maximum(narrowest, np.maximum(right[:-1], right[1:]))
    room[1:] = np.where(follows[:-1], np.maximum(room[1:], right[:-2]), room[1:])
    room[:-1] = np.where(follows[1:], np.maximum(room[:-1], right[2:]), room[:-1])
    return room
