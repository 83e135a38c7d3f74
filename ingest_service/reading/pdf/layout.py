"""Joins the lines of pages into paragraphs, by their boxes: indents, gaps, and lines that leave room. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import IntEnum
from itertools import repeat
from operator import add
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ingest_service.reading.pdf.geometry import Geometry
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
# The points before the number of a page, in the last characters of a line of a table of contents.
LEADER_POINTS, LEADER_END = 4, 15
LEADER = re.compile(rf"(?:\. ?){{{LEADER_POINTS}}}\d*$")
ENDS, CLOSINGS = ".!?:…。！？", "\"'”’)]»"
SENTENCE_END = re.compile(rf"[{ENDS}][{re.escape(CLOSINGS)}]*$")

# The numbers of the lines of a paragraph, which ascend: those of footnotes may be between them.
Numbers = Sequence[int]


class Boundary(IntEnum):
    """What is between two lines: the same paragraph, an end of it, or what only the rules for two lines decide."""

    CONTINUES = 0
    BEGINS = 1
    OPEN = 2


# What is before each line of a document but the first one.
Boundaries = npt.NDArray[np.int_]


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


class Block(NamedTuple):
    """A block of a document: its lines from number `first` up to `end`, its left edge, and how far its lines reach."""

    lines: Geometry
    first: int
    end: int
    left: float
    narrowest: float

    @classmethod
    def all(cls, lines: Geometry) -> "list[Block]":
        """The blocks of a document."""
        lefts = np.minimum.reduceat(lines.left, lines.firsts).tolist()
        rights = np.maximum.reduceat(lines.right, lines.firsts).tolist()
        ends = map(add, lines.firsts, lines.counts)
        narrowest = (left + NARROWEST * (right - left) for left, right in zip(lefts, rights, strict=True))
        return list(map(cls, repeat(lines), lines.firsts, ends, lefts, narrowest))

    def room(self, number: int) -> Room:
        """The room of a line and of the lines near it."""
        near = self.lines.right[max(self.first, number - 2) : min(self.end, number + 2)]
        return Room(self.left, max(self.narrowest, *near.tolist()))

    def is_indented(self, line: Line) -> bool:
        """Whether a line begins to the right of the edge."""
        return line.left - self.left > INDENT * line.size


def paragraphs(lines: Geometry, boundaries: Boundaries, metrics: Metrics) -> list[Numbers]:
    """The paragraphs of a document in order; one that continues in the next column or on the next page is one."""
    starts = _starts(lines, boundaries, metrics)
    parts: list[Numbers] = list(map(range, starts, [*starts[1:], len(lines)]))
    are_body = metrics.are_body(lines.size).tolist()
    result: list[Numbers] = []
    body = -1
    places = [bisect_left(starts, first) for first in lines.firsts]
    for first, start, end in zip(lines.firsts, places, [*places[1:], len(starts)], strict=True):
        # Footnotes are between a paragraph and its rest.
        if body >= 0 and are_body[first] and _continues(lines, result[body], first):
            result[body] = _extended(result[body], parts[start])
            result += parts[start + 1 : end]
        else:
            result += parts[start:end]
        later = range(len(result) - 1, body, -1)
        body = next((number for number in later if are_body[result[number][-1]]), body)
    return result


def _extended(paragraph: Numbers, rest: Numbers) -> Numbers:
    """A paragraph with its rest; one of many pages is not copied for each."""
    numbers: list[int] = paragraph if isinstance(paragraph, list) else list(paragraph)
    numbers.extend(rest)
    return numbers


def _starts(lines: Geometry, boundaries: Boundaries, metrics: Metrics) -> list[int]:
    """The numbers of the first lines of the paragraphs, of which none is in two blocks."""
    numbers = np.flatnonzero((boundaries != int(Boundary.CONTINUES)) | ~lines.follows)
    are_open = (boundaries == int(Boundary.OPEN)) & lines.follows
    blocks, starts = Block.all(lines), [0]
    for number, is_open in zip((numbers + 1).tolist(), are_open[numbers].tolist(), strict=True):
        if not is_open or _is_beginning(blocks[bisect_right(lines.firsts, number) - 1], starts[-1], number, metrics):
            starts.append(number)
    return starts


def _is_beginning(block: Block, start: int, number: int, metrics: Metrics) -> bool:
    """Whether a paragraph begins with this line, by the rules for single lines; the one before began at `start`."""
    line, following = block.lines.line(number - 1), block.lines.line(number)
    if number - 1 == start and number + 1 < block.end and block.is_indented(following):
        # It follows a paragraph of one line, indented as far, and the next line is not indented.
        after = block.lines.line(number + 1)
        if abs(line.left - following.left) < SAME_EDGE and after.left - block.left < SAME_EDGE:
            return True
    return _begins(line, following, metrics, block.room(number))


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
    return bool(BULLET.match(following.text)) or is_leader(line.text)


def is_leader(text: str) -> bool:
    """Whether a line is one of a table of contents: points lead to a number."""
    return text.count(".", -LEADER_END) >= LEADER_POINTS and bool(LEADER.search(text[-LEADER_END:]))


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


def _continues(lines: Geometry, paragraph: Numbers, number: int) -> bool:
    """Whether a paragraph continues in the next column or on the next page, with this line."""
    line, following = lines.line(paragraph[-1]), lines.line(number)
    if line.bold != following.bold or BULLET.match(following.text):
        return False
    if _ends_inside_word(line):
        return True
    if SENTENCE_END.search(line.text[-5:]) or not are_like(line.size, following.size, SAME_SIZE):
        return False
    if following.text[0].islower():
        return True
    right = float(lines.right[np.array(paragraph)].max())
    return len(paragraph) > 1 and right - line.right <= _first_word_width(following)
