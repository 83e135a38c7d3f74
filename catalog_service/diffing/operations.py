"""Turns the alignment of two texts into operations whose spans cover both texts, each character once."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from catalog_service.diffing import wording
from catalog_service.diffing.alignment import Group
from catalog_service.diffing.wording import Run
from catalog_service.diffing.words import Span, Words, have_same_keys, is_plain

Operation: TypeAlias = Literal["equal", "insert", "delete", "replace", "move"]
Copy: TypeAlias = Literal["equal", "move"]
COPIES = frozenset({"equal", "move"})
SPACE = re.compile(r"\s*")
# A longer replacement is not tested for words that were only joined or divided.
LONGEST_TYPOGRAPHIC = 2_000


class Op(NamedTuple):
    """One operation: the span `a` of the first text became the span `b` of the second.

    The `b` of a deletion and the `a` of an insertion are empty spans. `typographic`: no word changed, only punctuation,
    case or white space.
    """

    op: Operation
    a: Span
    b: Span
    typographic: bool = False


class Block(NamedTuple):
    """A part of the text that moved: its spans in both texts, and the operations inside it."""

    a: Span
    b: Span
    ops: Sequence[Op]


@dataclass(frozen=True, slots=True)
class Texts:
    """Two texts and their words. Of groups of words that changed, all words are compared or only the `outer` ones."""

    first: Words
    second: Words
    outer: bool = False

    def copied(self, run: Run, copy: Copy) -> Iterator[Op]:
        """A run of words as copies, with replacements where their typography differs."""
        a = self.first.starts[run.a], self.first.ends[run.a + run.length - 1]
        b = self.second.starts[run.b], self.second.ends[run.b + run.length - 1]
        if self._are_equal(a, b):
            yield Op(copy, a, b)
        elif run.length == 1:
            yield self._replacement(a, b)
        else:
            # Half by half, so that few comparisons find one difference in a long run.
            half = run.length // 2
            left, right = run._replace(length=half), Run(run.a + half, run.b + half, run.length - half)
            yield from self.copied(left, copy)
            yield from self.changed(*self._between(left, right), copy)
            yield from self.copied(right, copy)

    def _between(self, left: Run, right: Run) -> tuple[Span, Span]:
        """The spans between two runs of words."""
        a = self.first.ends[left.a + left.length - 1], self.first.starts[right.a]
        return a, (self.second.ends[left.b + left.length - 1], self.second.starts[right.b])

    def changed(self, a: Span, b: Span, copy: Copy) -> Iterator[Op]:
        """Two spans without common words as one change; white space that both begin or end with stays."""
        head, tail = self._common_space(a, b)
        if head:
            yield Op(copy, (a[0], a[0] + head), (b[0], b[0] + head))
        a, b = (a[0] + head, a[1] - tail), (b[0] + head, b[1] - tail)
        if not _is_empty(a) or not _is_empty(b):
            yield self._replacement(a, b)
        if tail:
            yield Op(copy, (a[1], a[1] + tail), (b[1], b[1] + tail))

    def _common_space(self, a: Span, b: Span) -> tuple[int, int]:
        """The lengths of the white space that both spans begin with, and that both end with; 0 if it differs."""
        first, second = self.first.source[slice(*a)], self.second.source[slice(*b)]
        if first == second:
            return len(first), 0
        head = _space_before(first, first.lstrip())
        if head != _space_before(second, second.lstrip()):
            head = ""
        first, second = first[len(head) :], second[len(head) :]
        tail = _space_after(first, first.rstrip())
        return len(head), len(tail) if tail == _space_after(second, second.rstrip()) else 0

    def _are_equal(self, a: Span, b: Span) -> bool:
        return self.first.source[slice(*a)] == self.second.source[slice(*b)]

    def _replacement(self, a: Span, b: Span) -> Op:
        return replaced(a, b, typographic=self._is_typographic(a, b))

    def _is_typographic(self, a: Span, b: Span) -> bool:
        """Whether no word changed: the spans have none, or the same ones, joined or divided or in other typography."""
        first, second = self.first.source[slice(*a)], self.second.source[slice(*b)]
        if is_plain(first) and is_plain(second):
            return first.lower() == second.lower()
        lengths = len(first), len(second)
        if min(lengths) == 0 or max(lengths) > LONGEST_TYPOGRAPHIC:
            return not self.first.codes_in(a) and not self.second.codes_in(b)
        if not have_same_keys(first, second):
            return False
        words_a, words_b = self.first.codes_in(a), self.second.codes_in(b)
        return words_a == words_b or not len(words_a) == len(words_b) == 1

    def codes(self, group: Group) -> tuple[str, str]:
        """The words of a group."""
        return self.first.codes[slice(*group.a)], self.second.codes[slice(*group.b)]

    def kept(self, groups: Iterable[Group], copy: Copy) -> Iterator[Op]:
        """The words of some groups that stay, as operations in order; what is between them is left out."""
        runs = (
            run
            for group in groups
            for run in wording.runs(*self.codes(group), group.a[0], group.b[0], outer=self.outer)
        )
        return (op for run in wording.joined(runs) for op in self.copied(run, copy))

    def moved(self, group: Group) -> Block:
        """A group that moved, with the white space after it if that is the same in both texts."""
        a = self.first.starts[group.a[0]], self.first.ends[group.a[1] - 1]
        b = self.second.starts[group.b[0]], self.second.ends[group.b[1] - 1]
        space = _space_at(self.first.source, a[1])
        if space == _space_at(self.second.source, b[1]):
            a, b = (a[0], a[1] + len(space)), (b[0], b[1] + len(space))
        if self._are_equal(a, b):
            return Block(a, b, [Op("move", a, b)])
        return Block(a, b, list(self.tiled(self.kept([group], "move"), a, b, "move")))

    def tiled(self, fixed: Iterable[Op], a: Span, b: Span, copy: Copy, blocks: Sequence[Block] = ()) -> Iterator[Op]:
        """Operations for the whole spans: `fixed`, which are in order in both texts, and what is between them.

        `blocks` are the parts that moved within these spans.
        """
        by_a = deque(sorted(blocks, key=_start_in_first))
        by_b = deque(sorted(blocks, key=_start_in_second))
        at = a[0], b[0]
        for op in (*fixed, Op(copy, (a[1], a[1]), (b[1], b[1]))):
            gap_a, gap_b = (at[0], op.a[0]), (at[1], op.b[0])
            gone = _taken(by_a, _start_in_first, gap_a[1])
            come = _taken(by_b, _start_in_second, gap_b[1])
            yield from self._rearranged(gap_a, gap_b, gone, come) if gone or come else self.changed(gap_a, gap_b, copy)
            yield op
            at = op.a[1], op.b[1]

    def _rearranged(self, a: Span, b: Span, gone: Sequence[Block], come: Sequence[Block]) -> Iterator[Op]:
        """Two spans without common words; the blocks `gone` moved out of the first, `come` into the second.

        Of the pieces between the blocks, the first ones correspond if they begin or end with the same white space; else
        the last ones.
        """
        pieces_a, pieces_b = _outside(a, [block.a for block in gone]), _outside(b, [block.b for block in come])
        if any(self._common_space(pieces_a[0], pieces_b[0])):
            (first_a, *rest_a), (first_b, *rest_b) = pieces_a, pieces_b
            yield from self.changed(first_a, first_b, "equal")
            yield from self._deleted(rest_a, first_b[1])
            for block, piece in zip(come, rest_b, strict=True):
                yield from block.ops
                yield from self._inserted(first_a[1], piece)
        else:
            (*rest_a, last_a), (*rest_b, last_b) = pieces_a, pieces_b
            yield from self._deleted(rest_a, b[0])
            for block, piece in zip(come, rest_b, strict=True):
                yield from self._inserted(last_a[0], piece)
                yield from block.ops
            yield from self.changed(last_a, last_b, "equal")

    def _deleted(self, pieces: Iterable[Span], at: int) -> Iterator[Op]:
        """The deletion of spans of the first text, at a position of the second."""
        return (self._replacement(piece, (at, at)) for piece in pieces if not _is_empty(piece))

    def _inserted(self, at: int, piece: Span) -> Iterator[Op]:
        """The insertion of a span of the second text, unless it is empty, at a position of the first."""
        if not _is_empty(piece):
            yield self._replacement((at, at), piece)


def replaced(a: Span, b: Span, *, typographic: bool = False) -> Op:
    """The operation by which the span `a` becomes the span `b`; one of them may be empty."""
    op: Operation = "insert" if a[0] == a[1] else "delete" if b[0] == b[1] else "replace"
    return Op(op, a, b, typographic)


def joined(ops: Iterable[Op]) -> Iterator[Op]:
    """Drops empty operations and merges adjacent ones: two of one kind, and a deletion beside an insertion."""
    last: Op | None = None
    for op in ops:
        if _is_empty(op.a) and _is_empty(op.b):
            continue
        if last is None:
            last = op
        elif merged := _merged(last, op):
            last = merged
        else:
            yield last
            last = op
    if last:
        yield last


def _merged(left: Op, right: Op) -> Op | None:
    """The two adjacent operations as one; None when they must stay two."""
    are_copies = left.op in COPIES or right.op in COPIES
    if (are_copies and left.op != right.op) or left.a[1] != right.a[0] or left.b[1] != right.b[0]:
        return None
    a, b = (left.a[0], right.a[1]), (left.b[0], right.b[1])
    if are_copies:
        return Op(left.op, a, b)
    if left.typographic != right.typographic:
        return None
    return replaced(a, b, typographic=left.typographic)


def _is_empty(span: Span) -> bool:
    return span[0] == span[1]


def _outside(span: Span, holes: Sequence[Span]) -> list[Span]:
    """What remains of a span without these holes, which are in order: one part more than there are holes."""
    edges = [span[0], *(edge for hole in holes for edge in hole), span[1]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _taken(blocks: deque[Block], start: Callable[[Block], int], end: int) -> list[Block]:
    """Removes from the left the blocks that start before `end`."""
    taken = []
    while blocks and start(blocks[0]) < end:
        taken.append(blocks.popleft())
    return taken


def _start_in_first(block: Block) -> int:
    return block.a[0]


def _start_in_second(block: Block) -> int:
    return block.b[0]


def _space_before(text: str, stripped: str) -> str:
    """What was stripped from the left of a text."""
    return text[: len(text) - len(stripped)]


def _space_after(text: str, stripped: str) -> str:
    """What was stripped from the right of a text."""
    return text[len(stripped) :]


def _space_at(text: str, position: int) -> str:
    """The white space that begins at a position."""
    match = SPACE.match(text, position)
    return match.group() if match else ""
