"""What changed between two texts, word by word, and how much it matters. Pure.

Paragraphs are aligned first, words inside the paragraphs that differ after; both by the longest common subsequence
(Hyyrö's bit-parallel algorithm, 2004, as rapidfuzz has it). Spans are code points, half-open.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rapidfuzz.distance import Indel

Operation: TypeAlias = Literal["equal", "insert", "delete", "replace", "move"]
Significance: TypeAlias = Literal["typography", "metadata", "figure", "date", "quotation", "headline", "substantive"]
Span: TypeAlias = tuple[int, int]

PARAGRAPHS = re.compile(r"\n\n|(?:(?!\n\n)[\s\S])+")
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
# The alignment keeps one bit for each pair: beyond this (16 MB) a stretch is told as replaced whole.
MAX_PAIRS = 128_000_000
DIGITS = re.compile(r"\d")
MONTHS_AND_DAYS = frozenset(
    [
        "jan",
        "january",
        "feb",
        "february",
        "mar",
        "march",
        "apr",
        "april",
        "may",
        "jun",
        "june",
        "jul",
        "july",
        "aug",
        "august",
        "sep",
        "sept",
        "september",
        "oct",
        "october",
        "nov",
        "november",
        "dec",
        "december",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ]
)
YEAR_OR_DAY = re.compile(r"(1[89]|20)\d\d|[0-3]?\d(st|nd|rd|th)?")


@dataclass(frozen=True, slots=True)
class Op:
    """`a` of the first text became `b` of the second. A deletion's `b` is empty, an insertion's `a` is."""

    op: Operation
    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut into tokens that together are the text; `starts` has one more entry than `words`, the end."""

    words: tuple[str, ...]
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """Where the tokens from `start` to before `end` stand in the text."""
        return self.starts[start], self.starts[end]


def diff(first: str, second: str) -> tuple[Op, ...]:
    """The operations that make `second` out of `first`; they tile `second` in order.

    Law: equal and move copy `a`, insert and replace take `b`, delete drops `a`; the result is `second` exactly.
    """
    if first == second:
        return (Op("equal", (0, len(first)), (0, len(second))),) if first else ()
    ops = list(_refined(first, second, _aligned(_cut(first, PARAGRAPHS, 0), _cut(second, PARAGRAPHS, 0))))
    return tuple(_joined(_moved(first, second, ops)))


def words_changed(first: str, second: str, ops: Sequence[Op]) -> tuple[int, int]:
    """How many words were added and removed."""
    added = sum(_count(second[slice(*op.b)]) for op in ops if op.op in ("insert", "replace"))
    removed = sum(_count(first[slice(*op.a)]) for op in ops if op.op in ("delete", "replace"))
    return added, removed


def moved_words(second: str, ops: Sequence[Op]) -> int:
    """How many words stand elsewhere now."""
    return sum(_count(second[slice(*op.b)]) for op in ops if op.op == "move")


def significance(titles: tuple[str, str], texts: tuple[str, str], ops: Sequence[Op]) -> Significance:
    """What kind of change it is, by the weightiest thing that changed."""
    first, second = texts
    changed = [op for op in ops if op.op not in ("equal", "move")]
    if titles[0] == titles[1] and not any(op.op != "equal" for op in ops):
        return "metadata"
    if _bare(titles[0]) == _bare(titles[1]) and _bare(first) == _bare(second):
        return "typography"
    if _bare(first) == _bare(second):
        return "headline"
    return _weight(first, second, changed)


def _weight(first: str, second: str, changed: Sequence[Op]) -> Significance:
    words = [word for op in changed for word in _changed_words(first, second, op)]
    if words and all(_of_date(word) for word in words) and any(_names_a_day(word) for word in _near(changed, second)):
        return "date"
    if words and all(DIGITS.search(word) for word in words):
        return "figure"
    if changed and all(_in_quotation(second, op.b) for op in changed):
        return "quotation"
    return "substantive"


def _cut(text: str, pattern: re.Pattern[str], offset: int) -> Tokens:
    found = list(pattern.finditer(text))
    starts = (*(match.start() + offset for match in found), len(text) + offset)
    return Tokens(tuple(match.group() for match in found), starts)


def _spans(tokens: Tokens) -> Iterator[Span]:
    return itertools.pairwise(tokens.starts)


def _aligned(a: Tokens, b: Tokens) -> Iterator[Op]:
    """The tokens of both sides as operations, in order."""
    if len(a.words) * len(b.words) > MAX_PAIRS:
        yield from _whole(a, b)
        return
    numbers: dict[str, int] = {}
    left, right = ([numbers.setdefault(word, len(numbers)) for word in side.words] for side in (a, b))
    for code in Indel.opcodes(left, right):
        yield Op(code.tag, a.span(code.src_start, code.src_end), b.span(code.dest_start, code.dest_end))  # type: ignore[arg-type]


def _whole(a: Tokens, b: Tokens) -> Iterator[Op]:
    """Too much to align: what both begin and end with is equal, the rest is replaced."""
    shorter = min(len(a.words), len(b.words))
    head = next((n for n in range(shorter) if a.words[n] != b.words[n]), shorter)
    tail = next((n for n in range(shorter - head) if a.words[-1 - n] != b.words[-1 - n]), shorter - head)
    ends = len(a.words) - tail, len(b.words) - tail
    yield Op("equal", a.span(0, head), b.span(0, head))
    yield Op("replace", a.span(head, ends[0]), b.span(head, ends[1]))
    yield Op("equal", a.span(ends[0], len(a.words)), b.span(ends[1], len(b.words)))


def _refined(first: str, second: str, ops: Iterator[Op]) -> Iterator[Op]:
    """Neighbouring deletions and insertions of paragraphs told word by word."""
    pending_a, pending_b = (0, 0), (0, 0)
    for op in ops:
        if op.op != "equal":
            pending_a, pending_b = (pending_a[0], op.a[1]), (pending_b[0], op.b[1])
            continue
        yield from _word_by_word(first, second, pending_a, pending_b)
        yield op
        pending_a, pending_b = (op.a[1], op.a[1]), (op.b[1], op.b[1])
    yield from _word_by_word(first, second, pending_a, pending_b)


def _word_by_word(first: str, second: str, a: Span, b: Span) -> Iterator[Op]:
    # Paragraph by paragraph, so that one that was moved is recognised.
    if a[0] == a[1]:
        yield from (Op("insert", a, span) for span in _spans(_cut(second[slice(*b)], PARAGRAPHS, b[0])))
        return
    if b[0] == b[1]:
        yield from (Op("delete", span, b) for span in _spans(_cut(first[slice(*a)], PARAGRAPHS, a[0])))
        return
    yield from _aligned(_cut(first[slice(*a)], WORDS, a[0]), _cut(second[slice(*b)], WORDS, b[0]))


def _moved(first: str, second: str, ops: list[Op]) -> Iterator[Op]:
    """A paragraph deleted in one place and inserted in another was moved."""
    sources: dict[str, list[Op]] = {}
    for op in ops:
        if op.op == "delete" and _count(first[slice(*op.a)]) > 2:
            sources.setdefault(first[slice(*op.a)], []).append(op)
    taken: dict[int, Op] = {}
    for number, op in enumerate(ops):
        found = sources.get(second[slice(*op.b)]) if op.op == "insert" else None
        if found:
            taken[number] = found.pop(0)
    gone = set(taken.values())
    for number, op in enumerate(ops):
        if number in taken:
            yield Op("move", taken[number].a, op.b)
        elif op not in gone:
            yield op


def _joined(ops: Iterator[Op]) -> Iterator[Op]:
    """Empty operations left out; neighbours of one kind, and a deletion beside an insertion, made one."""
    last: Op | None = None
    for op in ops:
        if op.a[0] == op.a[1] and op.b[0] == op.b[1]:
            continue
        joined = _together(last, op) if last else None
        if joined is None and last:
            yield last
        last = joined or op
    if last:
        yield last


def _together(left: Op, right: Op) -> Op | None:
    if "move" in (left.op, right.op) or left.a[1] != right.a[0] or left.b[1] != right.b[0]:
        return None
    if (left.op == "equal") != (right.op == "equal"):
        return None
    a, b = (left.a[0], right.a[1]), (left.b[0], right.b[1])
    if left.op == "equal":
        return Op("equal", a, b)
    return Op("insert" if a[0] == a[1] else "delete" if b[0] == b[1] else "replace", a, b)


def _count(text: str) -> int:
    return len(text.split())


def _bare(text: str) -> str:
    """Letters and digits only, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _changed_words(first: str, second: str, op: Op) -> list[str]:
    return re.findall(r"\w+", first[slice(*op.a)] + " " + second[slice(*op.b)])


def _of_date(word: str) -> bool:
    return _names_a_day(word) or YEAR_OR_DAY.fullmatch(word) is not None


def _names_a_day(word: str) -> bool:
    return word.lower() in MONTHS_AND_DAYS


def _near(changed: Sequence[Op], second: str) -> Iterator[str]:
    """The words of the second text beside and in what changed."""
    for op in changed:
        yield from re.findall(r"\w+", second[max(0, op.b[0] - 12) : op.b[1] + 12])


def _in_quotation(text: str, span: Span) -> bool:
    """Whether the span stands in quotation marks that open and close in its own paragraph."""
    start = text.rfind("\n\n", 0, span[0]) + 1
    before = text[start : span[0]]
    if "“" in before or "”" in before:
        return before.rfind("“") > before.rfind("”")
    return before.count('"') % 2 == 1
