"""Aligns the sentences of two texts by similarity: which ones stay, which ones moved.

What is not aligned was deleted or inserted as a whole. Where a sentence was split or two were joined, several
sentences of one text are aligned with one of the other.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog_service.diffing import chains, similar
from catalog_service.diffing.lines import Match
from catalog_service.diffing.similar import Similar
from catalog_service.diffing.words import Span, Words, sentences

# A sentence moved if it is the same and has three words, or if it is similar and five words are the same.
LEAST_MOVED_WORDS = 3
LEAST_EDITED_MOVED_WORDS = 5
LEAST_MOVED_SIMILARITY = 0.6
# A neighbour belongs to a pair of sentences if it adds at least this share of its words to what they have in common.
LEAST_ABSORBED = 0.5
LEAST_ABSORBED_WORDS = 2
MOST_ABSORBED = 8
# How often the gaps of an alignment by rare words are aligned again.
DEEPEST = 3
# The numbers of two sentences that correspond.
Place = tuple[int, int]


class Group(NamedTuple):
    """The words `a` of the first text correspond to the words `b` of the second: whole sentences."""

    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class Side:
    """The sentences of one text in one gap between anchors: their ranges of words, and their words as strings."""

    spans: Sequence[Span]
    texts: Sequence[str]

    @classmethod
    def of(cls, words: Words, spans: Sequence[Span]) -> "Side":
        """These sentences of a text."""
        return cls(spans, [words.codes[slice(*span)] for span in spans])

    @classmethod
    def joined(cls, sides: Iterable["Side"]) -> "Side":
        """The sentences of several gaps as one list."""
        several = list(sides)
        return cls([span for side in several for span in side.spans], [text for side in several for text in side.texts])

    def part(self, start: int, end: int) -> "Side":
        """The sentences `start` to `end` (exclusive)."""
        return Side(self.spans[start:end], self.texts[start:end])


@dataclass(frozen=True, slots=True)
class Partners:
    """The groups of words that correspond: those that stay, in order for each gap, and those that moved.

    `coarse`: the sentences without a partner are too many to compare every pair.
    """

    stay: Sequence[Sequence[Group]]
    moved: Sequence[Group]
    coarse: bool

    def all(self) -> Iterator[Group]:
        """All groups."""
        return itertools.chain(*self.stay, self.moved)


def partners(first: Words, second: Words, gaps: Iterable[Match]) -> Partners:
    """Aligns the sentences in the gaps between the common lines of two texts."""
    stay: list[list[Group]] = []
    unmatched: list[tuple[Side, Side]] = []
    for gap in gaps:
        a = Side.of(first, sentences(first, gap.a))
        b = Side.of(second, sentences(second, gap.b))
        grouped = groups(a, b, aligned(a, b))
        stay.append([_words(a, b, group) for group in grouped])
        unmatched.extend(between(a, b, grouped))
    a, b = Side.joined(side for side, _ in unmatched), Side.joined(side for _, side in unmatched)
    moves = moved(a, b)
    return Partners(stay, [_words(a, b, group) for group in moves], similar.are_many(*_without(a, b, moves)))


def _words(a: Side, b: Side, group: Group) -> Group:
    """The words of a group of sentences."""
    return Group(
        (a.spans[group.a[0]][0], a.spans[group.a[1] - 1][1]), (b.spans[group.b[0]][0], b.spans[group.b[1] - 1][1])
    )


def _without(a: Side, b: Side, moves: Sequence[Group]) -> tuple[list[str], list[str]]:
    """The sentences that did not move either."""
    from_a, to_b = {group.a[0] for group in moves}, {group.b[0] for group in moves}
    return (
        [text for number, text in enumerate(a.texts) if number not in from_a],
        [text for number, text in enumerate(b.texts) if number not in to_b],
    )


def aligned(a: Side, b: Side, depth: int = 0) -> list[Place]:
    """The pairs of sentences that stay, in order."""
    length = min(len(a.texts), len(b.texts))
    head = next((n for n in range(length) if a.texts[n] != b.texts[n]), length)
    tail = next((n for n in range(length - head) if a.texts[-1 - n] != b.texts[-1 - n]), length - head)
    ends = len(a.texts) - tail, len(b.texts) - tail
    return [
        *((n, n) for n in range(head)),
        *_shifted(_by_similarity(a.part(head, ends[0]), b.part(head, ends[1]), depth), (head, head)),
        *_shifted(((n, n) for n in range(tail)), ends),
    ]


def _shifted(places: Iterable[Place], by: Place) -> Iterator[Place]:
    return ((a + by[0], b + by[1]) for a, b in places)


def _by_similarity(a: Side, b: Side, depth: int) -> list[Place]:
    """The heaviest chain of similar sentences; where many were compared by rare words only, its gaps once more."""
    places = [(pair.a, pair.b) for pair in chains.heaviest(similar.pairs(a.texts, b.texts))]
    if not places or not similar.are_many(a.texts, b.texts) or depth == DEEPEST:
        return places
    refined: list[Place] = []
    start = (0, 0)
    for end in (*places, (len(a.texts), len(b.texts))):
        if start[0] < end[0] and start[1] < end[1]:
            inner = aligned(a.part(start[0], end[0]), b.part(start[1], end[1]), depth + 1)
            refined.extend(_shifted(inner, start))
        refined.append(end)
        start = end[0] + 1, end[1] + 1
    return refined[:-1]


def between(a: Side, b: Side, groups: Iterable[Group]) -> Iterator[tuple[Side, Side]]:
    """The sentences between the groups, which have no partner in order."""
    start = (0, 0)
    for group in (*groups, Group((len(a.texts),) * 2, (len(b.texts),) * 2)):
        if start != (group.a[0], group.b[0]):
            yield a.part(start[0], group.a[0]), b.part(start[1], group.b[0])
        start = group.a[1], group.b[1]


def groups(a: Side, b: Side, places: Sequence[Place]) -> list[Group]:
    """The aligned pairs as groups of sentences, with the sentences beside them that were split off or joined."""
    grown: list[Group] = []
    for number, (left, right) in enumerate(places):
        before = grown[-1] if grown else Group((0, 0), (0, 0))
        after = places[number + 1] if number + 1 < len(places) else (len(a.texts), len(b.texts))
        room = Group((before.a[1], after[0]), (before.b[1], after[1]))
        group = Group((left, left + 1), (right, right + 1))
        is_whole = group == room or a.texts[left] == b.texts[right]
        grown.append(group if is_whole else _grown(a, b, group, room))
    return grown


def _grown(a: Side, b: Side, group: Group, room: Group) -> Group:
    """The group with the neighbours inside `room` whose words are in the other text's sentences too."""
    common = _common(a, b, group)
    for _ in range(MOST_ABSORBED):
        for larger, words in _neighbours(a, b, group, room):
            gain = _common(a, b, larger) - common
            if gain >= max(LEAST_ABSORBED_WORDS, LEAST_ABSORBED * words):
                group, common = larger, common + gain
                break
        else:
            break
    return group


def _neighbours(a: Side, b: Side, group: Group, room: Group) -> Iterator[tuple[Group, int]]:
    """The groups that are larger by one sentence, with the number of its words."""
    if group.b[1] < room.b[1]:
        yield group._replace(b=(group.b[0], group.b[1] + 1)), len(b.texts[group.b[1]])
    if group.a[1] < room.a[1]:
        yield group._replace(a=(group.a[0], group.a[1] + 1)), len(a.texts[group.a[1]])
    if group.b[0] > room.b[0]:
        yield group._replace(b=(group.b[0] - 1, group.b[1])), len(b.texts[group.b[0] - 1])
    if group.a[0] > room.a[0]:
        yield group._replace(a=(group.a[0] - 1, group.a[1])), len(a.texts[group.a[0] - 1])


def _common(a: Side, b: Side, group: Group) -> int:
    return similar.common("".join(a.texts[slice(*group.a)]), "".join(b.texts[slice(*group.b)]))


def moved(a: Side, b: Side) -> list[Group]:
    """Of sentences without a partner in order, the pairs that moved, one sentence each; in the order of `b`."""
    candidates = sorted(filter(_has_moved, similar.pairs(a.texts, b.texts)), key=lambda found: -found.weight)
    by_a: dict[int, int] = {}
    by_b: dict[int, int] = {}
    for found in candidates:
        if found.a not in by_a and found.b not in by_b:
            by_a[found.a], by_b[found.b] = found.b, found.a
    _add_short_neighbours(a, b, by_a, by_b)
    return [Group((left, left + 1), (right, right + 1)) for right, left in sorted(by_b.items())]


def _has_moved(found: Similar) -> bool:
    if found.similarity == 1:
        return found.common >= LEAST_MOVED_WORDS
    return found.common >= LEAST_EDITED_MOVED_WORDS and found.similarity >= LEAST_MOVED_SIMILARITY


def _add_short_neighbours(a: Side, b: Side, by_a: dict[int, int], by_b: dict[int, int]) -> None:
    """Adds equal sentences beside moved ones, however short: the heading of a section moves with it."""
    for step in (1, -1):
        for left, right in sorted(by_a.items(), reverse=step < 0):
            place = left + step, right + step
            while place[0] not in by_a and place[1] not in by_b and _are_equal(a, b, place):
                by_a[place[0]], by_b[place[1]] = place[1], place[0]
                place = place[0] + step, place[1] + step


def _are_equal(a: Side, b: Side, place: Place) -> bool:
    """Whether the two sentences exist and are equal."""
    if not (0 <= place[0] < len(a.texts) and 0 <= place[1] < len(b.texts)):
        return False
    return a.texts[place[0]] == b.texts[place[1]]
