"""The openings of two texts: a story that is filed again keeps its headline or its first paragraph. Pure."""

from collections.abc import Iterable

import numpy as np

from ingest_service.model import PARAGRAPH_BREAK, Span
from ingest_service.sameness.alignment import Alignment
from ingest_service.sameness.fold import Fold
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.sameness.side import Side

# How far into a text its first long paragraph is looked for, in code points: no menu is longer.
LONGEST_MENU = 20_000


def are_alike(a: Side, b: Side, alignments: Iterable[Alignment]) -> bool:
    """Whether the texts have much of the title in common, or share a part of their openings.

    A brief and its expansion do. Two pages of one site with the same menus do not.
    """
    if _have_similar_titles(a, b):
        return True
    if not have_titles(a, b) and any(
        max(alignment.a[0], alignment.b[0]) < PARAMETERS.opening for alignment in alignments
    ):
        return True
    openings = _opening(a), _opening(b)
    return any(
        _reaches_into(alignment.a, openings[0]) and _reaches_into(alignment.b, openings[1]) for alignment in alignments
    )


def have_titles(a: Side, b: Side) -> bool:
    """Whether both texts have a title."""
    return bool(a.title.strip() and b.title.strip())


def _have_similar_titles(a: Side, b: Side) -> bool:
    titles = [set(side.title.casefold().split()) for side in (a, b)]
    return len(titles[0] & titles[1]) * 2 > min(map(len, titles))


def _opening(side: Side) -> Span:
    """The opening, in folded characters: it begins with the first line that is longer than a line of a menu or table.

    In a text without such a line, it begins with the first paragraph that is so long, or with the text.
    """
    fold = side.folded.fold
    start = _first_long(fold, side.text, "\n") or _first_long(fold, side.text, PARAGRAPH_BREAK)
    return start, min(len(fold.string), start + PARAMETERS.opening)


def _first_long(fold: Fold, text: str, divider: str) -> int:
    """The folded character that begins the first long part of the text, between dividers; 0 if there is none."""
    offset = 0
    while offset < min(len(text), LONGEST_MENU):
        end = text.find(divider, offset)
        end = len(text) if end < 0 else end
        # In the type of the positions: numpy would copy all positions to look up another type.
        first, last = fold.positions.searchsorted(np.array((offset, end), dtype=fold.positions.dtype)).tolist()
        if last - first >= PARAMETERS.opening_paragraph:
            return int(first)
        offset = end + len(divider)
    return 0


def _reaches_into(span: Span, opening: Span) -> bool:
    """Whether a span covers enough of the opening, or half of a short one."""
    covered = min(span[1], opening[1]) - max(span[0], opening[0])
    return covered >= min(PARAMETERS.opening_shared, (opening[1] - opening[0]) / 2)
