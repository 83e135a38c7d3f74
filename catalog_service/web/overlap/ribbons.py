"""The picture of a relation: both texts as bars drawn to length, with a ribbon for each passage. Pure.

Across, the picture is measured in thousandths of its width, so that it fits every window.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog_service.web.overlap.pairs import Passage

WIDTH = 1000.0
HEIGHT = 80.0
# A short text is drawn no shorter than this, and a short passage no narrower.
SHORTEST_BAR = 300.0
NARROWEST = 4.0
# Numbers of passages are this far apart.
NUMBER = 26.0
# The picture of more passages would be a single surface; the longest ones are drawn.
MOST = 200


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A passage: its place and width on both bars, the path between them, and the place of its number."""

    number: int
    tone: int
    left: tuple[float, float]
    right: tuple[float, float]
    path: str
    label: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """The lengths of both bars, and the ribbons in the order of the left text."""

    left: float
    right: float
    ribbons: tuple[Ribbon, ...]


def draw(passages: Sequence[Passage], left: int, right: int) -> Picture:
    """The picture of passages in texts of these lengths, in code points."""
    longest = max(left, right, 1)
    bars = max(SHORTEST_BAR, WIDTH * left / longest), max(SHORTEST_BAR, WIDTH * right / longest)
    scales = bars[0] / max(left, 1), bars[1] / max(right, 1)
    drawn = sorted(sorted(passages, key=lambda passage: -passage.words)[:MOST], key=lambda passage: passage.number)
    places = [(_place(each.left, scales[0], bars[0]), _place(each.right, scales[1], bars[1])) for each in drawn]
    labels = _labels([start + width / 2 for (start, width), _ in places])
    ribbons = (
        Ribbon(passage.number, passage.tone, a, b, _path(a, b), label)
        for passage, (a, b), label in zip(drawn, places, labels, strict=True)
    )
    return Picture(round(bars[0], 1), round(bars[1], 1), tuple(ribbons))


def _place(span: tuple[int, int], scale: float, bar: float) -> tuple[float, float]:
    """Where a span begins on its bar, and how wide it is."""
    width = max(NARROWEST, (span[1] - span[0]) * scale)
    return round(min(span[0] * scale, bar - width), 1), round(width, 1)


def _path(a: tuple[float, float], b: tuple[float, float]) -> str:
    """The outline of a ribbon from the place `a` at the top to the place `b` at the bottom, as an SVG path."""
    middle = HEIGHT / 2
    a_end, b_end = round(sum(a), 1), round(sum(b), 1)
    down = f"M{a[0]} 0C{a[0]} {middle} {b[0]} {middle} {b[0]} {HEIGHT}"
    return f"{down}L{b_end} {HEIGHT}C{b_end} {middle} {a_end} {middle} {a_end} 0Z"


def _labels(centres: Sequence[float]) -> list[float | None]:
    """Places for the numbers near these centres, which are in order; None where there is no room."""
    places: list[float | None] = []
    last = -NUMBER
    for at, centre in enumerate(centres):
        following = centres[at + 1] if at + 1 < len(centres) else WIDTH
        # Of two close neighbours, the first gives way to the left.
        wanted = min(centre, max(centre - NUMBER / 2, (centre + following - NUMBER) / 2))
        place = max(wanted, last + NUMBER, NUMBER / 4)
        if place - centre > NUMBER:
            places.append(None)
            continue
        places.append(round(min(place, WIDTH - NUMBER / 4), 1))
        last = place
    return places
