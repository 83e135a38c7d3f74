"""Finds the lines that two texts have in common, in linear time: the anchors of a diff.

A line that occurs once in each text is an anchor if it keeps its order (patience diff, Bram Cohen). Then equal lines
beside the anchors and at the ends are added. Lines, because a paragraph may consist of several.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog_service.diffing import chains
from catalog_service.diffing.chains import Pair
from catalog_service.diffing.words import Span

# White space around a line belongs to what is between the lines.
LINE = re.compile(r"\S(?:[^\n]*\S)?")
# A shorter line ("Total", "Read more") may be at another place by chance.
SHORTEST_ANCHOR = 16


@dataclass(frozen=True, slots=True)
class Match:
    """A span of the first text and the span of the second that corresponds to it."""

    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class _Lines:
    texts: Sequence[str]
    spans: Sequence[Span]

    @classmethod
    def of(cls, text: str) -> "_Lines":
        spans = [match.span() for match in LINE.finditer(text)]
        return cls([text[slice(*span)] for span in spans], spans)


def common(first: str, second: str) -> list[Match]:
    """The runs of common lines, in order."""
    a, b = _Lines.of(first), _Lines.of(second)
    anchors = chains.heaviest(_unique(a.texts, b.texts))
    matches: list[Match] = []
    for left, right in _extended(a.texts, b.texts, anchors):
        match = Match(a.spans[left], b.spans[right])
        start = matches[-1] if matches else Match((0, 0), (0, 0))
        if first[start.a[1] : match.a[0]] == second[start.b[1] : match.b[0]]:
            match = Match((start.a[0], match.a[1]), (start.b[0], match.b[1]))
            del matches[-1:]
        matches.append(match)
    return matches


def between(matches: Sequence[Match], ends: tuple[int, int]) -> list[Match]:
    """The spans before, between and after the matches, in texts of these lengths."""
    edges = (Match((0, 0), (0, 0)), *matches, Match((ends[0], ends[0]), (ends[1], ends[1])))
    return [Match((left.a[1], right.a[0]), (left.b[1], right.b[0])) for left, right in itertools.pairwise(edges)]


def _unique(a: Sequence[str], b: Sequence[str]) -> Iterator[Pair]:
    """The pairs of equal lines that occur once in each text."""
    often_a, often_b = Counter(a), Counter(b)
    places = {line: place for place, line in enumerate(b)}
    for place, line in enumerate(a):
        if len(line) >= SHORTEST_ANCHOR and often_a[line] == often_b[line] == 1:
            yield Pair(place, places[line], len(line))


def _extended(a: Sequence[str], b: Sequence[str], anchors: Iterable[Pair]) -> Iterator[tuple[int, int]]:
    """The anchors, with the equal lines that follow and precede them without a gap."""
    start = (0, 0)
    for end in (*((anchor.a, anchor.b) for anchor in anchors), (len(a), len(b))):
        length = min(end[0] - start[0], end[1] - start[1])
        head = next((n for n in range(length) if a[start[0] + n] != b[start[1] + n]), length)
        yield from ((start[0] + n, start[1] + n) for n in range(head))
        tail = next((n for n in range(length - head) if a[end[0] - 1 - n] != b[end[1] - 1 - n]), length - head)
        yield from ((end[0] - n, end[1] - n) for n in range(tail, 0, -1))
        if end[0] < len(a) and end[1] < len(b):
            yield end
        start = end[0] + 1, end[1] + 1
