"""Decides at once, by arrays, between most lines of a document whether a paragraph begins. Pure.

Lines of running text that fill their column continue a paragraph; wide gaps and other letters begin one. The rules of
`layout` decide what remains line by line, and would decide the same everywhere.
"""

from collections.abc import Sequence
from itertools import repeat

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
    apart = _are_apart(geometry, metrics)
    continues = _fill_column(geometry) & _are_running_text(geometry.texts)
    kinds = (Boundary.OPEN, Boundary.CONTINUES, Boundary.BEGINS)
    return list(map(kinds.__getitem__, np.where(apart, 2, continues).tolist()))


def _are_apart(geometry: Geometry, metrics: Metrics) -> Flags:
    """Whether a wide gap or letters of another kind are between two lines."""
    size, following = geometry.size[:-1], geometry.size[1:]
    gap = -np.diff(geometry.bottom) > layout.WIDE_GAP * metrics.pitches_of(size)
    alike = (size <= following * layout.OTHER_SIZE) & (following <= size * layout.OTHER_SIZE)
    apart: Flags = gap | ~alike | (geometry.bold[:-1] != geometry.bold[1:])
    return apart


def _fill_column(geometry: Geometry) -> Flags:
    """Whether the second one of two lines is not indented, and the first one has no room for its first word."""
    left, right, size = geometry.left, geometry.right, geometry.size
    edge, room = _room(geometry)
    is_indented = (left[1:] - edge > layout.INDENT * size[1:]) | (np.diff(left) > layout.INDENT * size[:-1])
    lengths = np.fromiter(map(len, geometry.texts), np.int64)
    words = np.fromiter(map(str.find, geometry.texts, repeat(" ")), np.int64)
    # Capitals make the word wider: so a line that is full without them is full.
    width = (np.where(words < 0, lengths, words) + 1) * (right - left) / lengths
    full: Flags = ~is_indented & (room - right[:-1] <= width[1:])
    return full


def _room(geometry: Geometry) -> tuple[Floats, Floats]:
    """The left edge of the block of each line but the first one, and how far to the right the lines near it reach."""
    left, right, follows = geometry.left, geometry.right, geometry.follows
    counts = np.diff(geometry.firsts, append=len(left))
    edges = np.minimum.reduceat(left, geometry.firsts)
    narrowest = edges + layout.NARROWEST * (np.maximum.reduceat(right, geometry.firsts) - edges)
    edge, room = np.repeat(edges, counts)[1:], np.repeat(narrowest, counts)[1:]
    room = np.maximum(room, np.maximum(right[:-1], right[1:]))
    room[1:] = np.where(follows[:-1], np.maximum(room[1:], right[:-2]), room[1:])
    room[:-1] = np.where(follows[1:], np.maximum(room[:-1], right[2:]), room[:-1])
    return edge, room


def _are_running_text(texts: Sequence[str]) -> Flags:
    """Whether the first one of two lines ends no sentence, and the second one begins no item of a list."""
    ends = np.fromiter((text[-1] in ENDINGS for text in texts[:-1]), bool)
    items = np.fromiter((text[0] in BULLETS for text in texts[1:]), bool)
    running: Flags = ~(ends | items)
    return running
