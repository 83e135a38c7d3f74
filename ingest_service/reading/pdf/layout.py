"""Joins the lines of pages into paragraphs, by their boxes: indents, gaps, and lines that leave room. Pure."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from ingest_service.reading.pdf.lines import Line
from ingest_service.reading.pdf.metrics import SAME_SIZE, Metrics, are_like

# A gap that is so many times the usual distance of two lines divides paragraphs, an indent of so many heights begins
# one, and so does letters' becoming so much larger or smaller.
WIDE_GAP = 1.2
INDENT = 0.8
OTHER_SIZE = 1.3
# Lines may be shorter beside a picture, but seldom than this share of their block.
NARROWEST = 0.75
# Centred lines have their middle at one place, within so many points.
SAME_MIDDLE = 3.0
# Left edges that differ by less are one, in points.
SAME_EDGE = 1.0
# By this a capital is wider than an average letter.
WIDER = 0.4
BULLETS = "-*•·▪‣–—◦●○■□►✓"
BULLET = re.compile(rf"[{BULLETS}]\s")
# A number may also be in the middle of a sentence.
NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-z])[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)\s")
# A line of a table of contents.
LEADER = re.compile(r"(?:\. ?){4}\d*$")
ENDS, CLOSINGS = ".!?:…。！？", "\"'”’)]»"
SENTENCE_END = re.compile(rf"[{ENDS}][{re.escape(CLOSINGS)}]*$")

Block = Sequence[Line]


class Boundary(Enum):
    """What is between two lines: the same paragraph, an end of it, or what only the rules for two lines decide."""

    CONTINUES = "continues"
    BEGINS = "begins"
    OPEN = "open"


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


def paragraphs(blocks: Sequence[Block], boundaries: Sequence[Boundary], metrics: Metrics) -> list[list[Line]]:
    """The paragraphs of a document in order; one that continues in the next column or on the next page is one.

    The boundaries are those before each line of the document but the first one.
    """
    result: list[list[Line]] = []
    body, at = -1, 0
    for block in blocks:
        parts = list(_divided(block, boundaries[at : at + len(block) - 1], metrics))
        at += len(block)
        first = next((number for number, part in enumerate(parts) if metrics.is_body(part[0])), None)
        # Footnotes are between a paragraph and its rest.
        if body >= 0 and first == 0 and _continues(result[body][-1], parts[0][0], result[body]):
            result[body] += parts.pop(0)
        result += parts
        later = range(len(result) - 1, body, -1)
        body = next((number for number in later if metrics.is_body(result[number][-1])), body)
    return result


def _divided(block: Block, boundaries: Sequence[Boundary], metrics: Metrics) -> Iterator[list[Line]]:
    """The paragraphs of a block."""
    edge, rights = min([line.left for line in block]), [line.right for line in block]
    narrowest = edge + NARROWEST * (max(rights) - edge)
    start = 0
    for number, boundary in enumerate(boundaries, 1):
        if boundary is Boundary.CONTINUES:
            continue
        if boundary is Boundary.OPEN:
            room = Room(edge, max(narrowest, *rights[max(0, number - 2) : number + 2]))
            if not (
                _follows_one_line(block, start, number, edge)
                or _begins(block[number - 1], block[number], metrics, room)
            ):
                continue
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
    if not are_like(size, following.top - following.bottom, OTHER_SIZE):
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
    if SENTENCE_END.search(line.text[-5:]) or not are_like(line.size, following.size, SAME_SIZE):
        return False
    right = max(other.right for other in paragraph)
    return following.text[0].islower() or (len(paragraph) > 1 and right - line.right <= _first_word_width(following))
