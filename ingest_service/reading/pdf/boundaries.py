"""Decides at once, by arrays, between most lines of a document whether a paragraph begins. Pure.

Lines of running text that fill their column continue a paragraph; wide gaps and other letters begin one. The rules of
`layout` decide what remains line by line, and would decide the same everywhere.
"""

from collections.abc import Callable, Iterable
from itertools import repeat
from operator import itemgetter

import numpy as np

from ingest_service.reading.pdf import layout
from ingest_service.reading.pdf.geometry import Flags, Floats, Geometry
from ingest_service.reading.pdf.layout import Boundary
from ingest_service.reading.pdf.metrics import Metrics

# What may end a sentence or a line of a table of contents.
ENDINGS = frozenset(f"{layout.ENDS}{layout.CLOSINGS}.0123456789")
BULLETS = frozenset(layout.BULLETS)


def decided(geometry: Geometry, metrics: Metrics) -> list[Boundary]:
    """The boundary before each line of the document but the first one."""
    texts, firsts = geometry.texts, list(map(itemgetter(0), geometry.texts))
    apart = _are_apart(geometry, metrics)
    ended = _flags(ENDINGS.__contains__, map(itemgetter(-1), texts))[:-1]
    full = _is_full(geometry, _flags(str.isupper, firsts))
    may_run_on = ~apart & ~_is_indented(geometry) & ~_flags(BULLETS.__contains__, firsts)[1:]
    continues = may_run_on & (full | ~ended & _flags(str.islower, firsts)[1:])
    for number in np.flatnonzero(continues & (ended | ~full)).tolist():
        continues[number] = not _may_divide(texts[number], texts[number + 1])
    kinds = (Boundary.OPEN, Boundary.CONTINUES, Boundary.BEGINS)
    return list(map(kinds.__getitem__, np.where(apart, 2, continues).tolist()))


def _flags(function: Callable[[str], bool], texts: Iterable[str]) -> Flags:
    return np.fromiter(map(function, texts), bool)


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
    edge = geometry.of_blocks(np.minimum, left)
    indented: Flags = ((left - edge)[1:] > layout.INDENT * size[1:]) | (np.diff(left) > layout.INDENT * size[:-1])
    return indented


def _is_full(geometry: Geometry, capitals: Flags) -> Flags:
    """Whether a line has no room for the first word of the next one.

    More than one capital makes the word wider: so a line that is full without them is full.
    """
    left, right, texts = geometry.left, geometry.right, geometry.texts
    lengths = np.fromiter(map(len, texts), np.int64)
    words = np.fromiter(map(str.find, texts, repeat(" ")), np.int64)
    width = (np.where(words < 0, lengths, words) + 1 + layout.WIDER * capitals) * (right - left) / lengths
    full: Flags = _room(geometry) - right[:-1] <= width[1:]
    return full


def _room(geometry: Geometry) -> Floats:
    """How far to the right the lines near two lines reach, in their block."""
    right, follows = geometry.right, geometry.follows
    edge = geometry.of_blocks(np.minimum, geometry.left)[1:]
    narrowest = edge + layout.NARROWEST * (geometry.of_blocks(np.maximum, right)[1:] - edge)
    room: Floats = np.maximum(narrowest, np.maximum(right[:-1], right[1:]))
    room[1:] = np.where(follows[:-1], np.maximum(room[1:], right[:-2]), room[1:])
    room[:-1] = np.where(follows[1:], np.maximum(room[:-1], right[2:]), room[:-1])
    return room
