"""Joins the lines of pages into paragraphs, by their boxes: indents, gaps, and lines that leave room. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest_service.reading.pdf.lines import Line

# A gap that is so many times the usual distance of two lines divides paragraphs, an indent of so many heights begins
# one, and so does letters' becoming so much larger or smaller. Fonts of one size differ in height by less.
WIDE_GAP = 1.2
INDENT = 0.8
OTHER_SIZE = 1.3
SAME_SIZE = 1.15
# The distance of two lines in heights, where nothing shows it.
USUAL_PITCH = 1.3
MOST_PITCH = 2.5
# Lines may be shorter beside a picture, but seldom than this share of their block.
NARROWEST = 0.75
# Centred lines have their middle at one place, within so many points.
SAME_MIDDLE = 3.0
# Left edges that differ by less are one, in points.
SAME_EDGE = 1.0
# By this a capital is wider than an average letter.
WIDER = 0.4
BULLET = re.compile(r"[-*•·▪‣–—◦●○■□►✓]\s")
# A number may also be in the middle of a sentence.
NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-z])[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)\s")
# A line of a table of contents.
LEADER = re.compile(r"(?:\. ?){4}\d*$")
SENTENCE_END = re.compile(r"[.!?:…。！？][\"'”’)\]»]*$")

Block = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Metrics:
    """The height of most letters of a document, and the usual distance of two lines for letters of each height."""

    body_size: float
    pitches: dict[int, float]

    @classmethod
    def of(cls, blocks: Iterable[Block]) -> "Metrics":
        """The metrics of all blocks of a document."""
        sizes: dict[float, int] = {}
        distances: dict[int, dict[float, int]] = {}
        for block in blocks:
            bottom = 0.0
            for line in block:
                size, distance = line.top - line.bottom, bottom - line.bottom
                height = round(size, 1)
                sizes[height] = sizes.get(height, 0) + len(line.text)
                if 0 < distance < MOST_PITCH * size:
                    counts = distances.setdefault(round(size), {})
                    rounded = round(distance * 2) / 2
                    counts[rounded] = counts.get(rounded, 0) + 1
                bottom = line.bottom
        pitches = {size: _smallest_common(counter) for size, counter in distances.items()}
        return cls(max(sizes, key=lambda size: sizes[size], default=0.0), pitches)

    def pitch(self, size: float) -> float:
        """The usual distance of the bottoms of two lines whose letters have this height."""
        return self.pitches.get(round(size)) or USUAL_PITCH * size

    def is_body(self, line: Line) -> bool:
        """Whether the letters of a line are as high as most."""
        return _are_like(line.size, self.body_size, SAME_SIZE)


class Room(NamedTuple):
    """The left edge of a block, and how far to the right the lines near a place reach."""

    left: float
    right: float

    def are_centred(self, line: Line, following: Line) -> bool:
        """Whether two lines of unlike lengths have one middle, as far from the left as from the right."""
        longer = line if line.left < following.left else following
        if abs(line.left - following.left) <= SAME_MIDDLE or abs(_middle(line) - _middle(following)) > SAME_MIDDLE:
            return False
        return abs((longer.left - self.left) - (self.right - longer.right)) <= 2 * SAME_MIDDLE


def paragraphs(blocks: Sequence[Block], metrics: Metrics) -> list[list[Line]]:
    """The paragraphs of a document in order; one that continues in the next column or on the next page is one."""
    result: list[list[Line]] = []
    body = -1
    for block in blocks:
        parts = list(_divided(block, metrics))
        first = next((number for number, part in enumerate(parts) if metrics.is_body(part[0])), None)
        # Footnotes are between a paragraph and its rest.
        if body >= 0 and first == 0 and _continues(result[body][-1], parts[0][0], result[body]):
            result[body] += parts.pop(0)
        result += parts
        body = max(
            (number for number in range(max(body, 0), len(result)) if metrics.is_body(result[number][-1])), default=body
        )
    return result


def _smallest_common(distances: Mapping[float, int]) -> float:
    """The smallest distance that is at least half as common as the commonest: larger ones divide short paragraphs."""
    most = max(distances.values())
    return min(distance for distance, count in distances.items() if count * 2 >= most)


def _divided(block: Block, metrics: Metrics) -> Iterator[list[Line]]:
    """The paragraphs of a block."""
    edge, rights = min(line.left for line in block), [line.right for line in block]
    narrowest = edge + NARROWEST * (max(rights) - edge)
    start = 0
    for number in range(1, len(block)):
        room = Room(edge, max(narrowest, *rights[max(0, number - 2) : number + 2]))
        if _follows_one_line(block, start, number, edge) or _begins(block[number - 1], block[number], metrics, room):
            yield list(block[start:number])
            start = number
    yield list(block[start:])


def _follows_one_line(block: Block, start: int, number: int, edge: float) -> bool:
    """Whether an indented line follows a paragraph of one line, indented as far, and the next line is not indented."""
    line, following = block[number - 1], block[number]
    if number - 1 > start or following.left - edge <= INDENT * following.size or number + 1 == len(block):
        return False
    return abs(line.left - following.left) < SAME_EDGE and block[number + 1].left - edge < SAME_EDGE


def _begins(line: Line, following: Line, metrics: Metrics, room: Room) -> bool:
    """Whether a paragraph begins with the line `following`."""
    if _are_apart(line, following, metrics):
        return True
    if following.left - line.left > INDENT * line.size and not _is_item(line):
        return not room.are_centred(line, following)
    if _ends_inside_word(line):
        return False
    is_ended = bool(SENTENCE_END.search(line.text[-5:]))
    if room.right - line.right <= _first_word_width(following):
        return is_ended and bool(NUMBERED.match(following.text))
    # Lines around a picture, and ragged ones, leave room.
    begins = is_ended or not following.text[0].islower() or bool(NUMBERED.match(following.text))
    return begins and not room.are_centred(line, following)


def _are_apart(line: Line, following: Line, metrics: Metrics) -> bool:
    """Whether a gap, a bullet, or letters of another kind divide two lines."""
    size = line.top - line.bottom
    if line.bottom - following.bottom > WIDE_GAP * metrics.pitch(size) or line.bold != following.bold:
        return True
    if not _are_like(size, following.top - following.bottom, OTHER_SIZE):
        return True
    return bool(BULLET.match(following.text)) or (
        line.text[-1] in ".0123456789" and bool(LEADER.search(line.text[-15:]))
    )


def _ends_inside_word(line: Line) -> bool:
    return line.hyphenated or (line.text[-1] == "-" and line.text[-2:-1].isalnum())


def _middle(line: Line) -> float:
    return (line.left + line.right) / 2


def _is_item(line: Line) -> bool:
    return bool(BULLET.match(line.text) or NUMBERED.match(line.text))


def _first_word_width(line: Line) -> float:
    """The width of the first word of a line and a space, in points."""
    word = line.text.partition(" ")[0]
    capitals = 0 if word.islower() else sum(map(str.isupper, word))
    return (len(word) + 1 + WIDER * capitals) * (line.right - line.left) / len(line.text)


def _continues(line: Line, following: Line, paragraph: Sequence[Line]) -> bool:
    """Whether a paragraph continues in the next column or on the next page."""
    if line.bold != following.bold or BULLET.match(following.text):
        return False
    if _ends_inside_word(line):
        return True
    if SENTENCE_END.search(line.text[-5:]) or not _are_like(line.size, following.size, SAME_SIZE):
        return False
    right = max(other.right for other in paragraph)
    return following.text[0].islower() or (len(paragraph) > 1 and right - line.right <= _first_word_width(following))


def _are_like(size: float, other: float, ratio: float) -> bool:
    return size <= other * ratio and other <= size * ratio
