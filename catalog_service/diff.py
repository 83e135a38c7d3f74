"""The word diff of two texts, and the significance of a change. Pure.

First the paragraphs are aligned, then the words inside the paragraphs that differ. Both use the longest common
subsequence (Hyyrö's bit-parallel algorithm, 2004, as implemented by rapidfuzz). Spans are code points, half-open.
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
# The alignment holds one bit for each pair of tokens. Above this limit (16 MB) the differing part is one replacement.
MAX_PAIRS = 128_000_000
DIGITS = re.compile(r"\d")
MONTHS_AND_WEEKDAYS = frozenset(
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
    """One operation: the span `a` of the first text became the span `b` of the second.

    The `b` of a deletion and the `a` of an insertion are empty spans at the position of the change.
    """

    op: Operation
    a: Span
    b: Span


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut into tokens without gaps. `starts` are their offsets, and last the end of the text."""

    words: tuple[str, ...]
    starts: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The span of the text that the tokens `start` to `end` (exclusive) cover."""
        return self.starts[start], self.starts[end]


def diff(first: str, second: str) -> tuple[Op, ...]:
    """The operations that turn `first` into `second`; their spans `b` cover `second` in order and without gaps.

    Invariant: copying `a` for equal and move, taking `b` for insert and replace, and skipping delete gives `second`.
    """
    if first == second:
        return (Op("equal", (0, len(first)), (0, len(second))),) if first else ()
    ops = list(_refined(first, second, _aligned(_cut(first, PARAGRAPHS, 0), _cut(second, PARAGRAPHS, 0))))
    return tuple(_joined(_moved(first, second, ops)))


def words_changed(first: str, second: str, ops: Sequence[Op]) -> tuple[int, int]:
    """The numbers of words that were added and removed."""
    added = sum(_count(second[slice(*op.b)]) for op in ops if op.op in ("insert", "replace"))
    removed = sum(_count(first[slice(*op.a)]) for op in ops if op.op in ("delete", "replace"))
    return added, removed


def moved_words(second: str, ops: Sequence[Op]) -> int:
    """The number of words in paragraphs that were moved."""
    return sum(_count(second[slice(*op.b)]) for op in ops if op.op == "move")


def significance(titles: tuple[str, str], texts: tuple[str, str], ops: Sequence[Op]) -> Significance:
    """The significance of the change from the first of each pair to the second.

    `metadata`: title and text are equal. `typography`: only characters that are no letters or digits differ, or case.
    `headline`: only the title differs. `date`, `figure`, `quotation`: all changes of the text are of this kind.
    `substantive`: any other change.
    """
    first, second = texts
    changed = [op for op in ops if op.op not in ("equal", "move")]
    if titles[0] == titles[1] and not any(op.op != "equal" for op in ops):
        return "metadata"
    if _bare(titles[0]) == _bare(titles[1]) and _bare(first) == _bare(second):
        return "typography"
    if _bare(first) == _bare(second):
        return "headline"
    return _text_significance(first, second, changed)


def _text_significance(first: str, second: str, changed: Sequence[Op]) -> Significance:
    words = [word for op in changed for word in _changed_words(first, second, op)]
    if words and all(map(_may_be_in_date, words)) and any(map(_is_month_or_weekday, _words_near(changed, second))):
        return "date"
    if words and all(DIGITS.search(word) for word in words):
        return "figure"
    if changed and all(_in_quotation(second, op.b) for op in changed):
        return "quotation"
    return "substantive"


def _cut(text: str, pattern: re.Pattern[str], offset: int) -> Tokens:
    matches = list(pattern.finditer(text))
    starts = (*(match.start() + offset for match in matches), len(text) + offset)
    return Tokens(tuple(match.group() for match in matches), starts)


def _spans(tokens: Tokens) -> Iterator[Span]:
    return itertools.pairwise(tokens.starts)


def _aligned(a: Tokens, b: Tokens) -> Iterator[Op]:
    """The alignment of two token sequences as operations, in order."""
    if len(a.words) * len(b.words) > MAX_PAIRS:
        yield from _common_ends(a, b)
        return
    numbers: dict[str, int] = {}
    left, right = ([numbers.setdefault(word, len(numbers)) for word in side.words] for side in (a, b))
    for code in Indel.opcodes(left, right):
        yield Op(code.tag, a.span(code.src_start, code.src_end), b.span(code.dest_start, code.dest_end))  # type: ignore[arg-type]


def _common_ends(a: Tokens, b: Tokens) -> Iterator[Op]:
    """For sequences that are too long to align: their common beginning and end are equal, the rest is replaced."""
    shorter = min(len(a.words), len(b.words))
    head = next((n for n in range(shorter) if a.words[n] != b.words[n]), shorter)
    tail = next((n for n in range(shorter - head) if a.words[-1 - n] != b.words[-1 - n]), shorter - head)
    ends = len(a.words) - tail, len(b.words) - tail
    yield Op("equal", a.span(0, head), b.span(0, head))
    yield Op("replace", a.span(head, ends[0]), b.span(head, ends[1]))
    yield Op("equal", a.span(ends[0], len(a.words)), b.span(ends[1], len(b.words)))


def _refined(first: str, second: str, ops: Iterator[Op]) -> Iterator[Op]:
    """Replaces each run of changed paragraphs by its word diff."""
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
    """The diff of the span `a` of the first text with the span `b` of the second."""
    # Added and removed paragraphs become one operation each, so that `_moved` recognises those that changed places.
    if a[0] == a[1]:
        yield from (Op("insert", a, span) for span in _spans(_cut(second[slice(*b)], PARAGRAPHS, b[0])))
        return
    if b[0] == b[1]:
        yield from (Op("delete", span, b) for span in _spans(_cut(first[slice(*a)], PARAGRAPHS, a[0])))
        return
    yield from _aligned(_cut(first[slice(*a)], WORDS, a[0]), _cut(second[slice(*b)], WORDS, b[0]))


def _moved(first: str, second: str, ops: list[Op]) -> Iterator[Op]:
    """Replaces the deletion and the insertion of the same paragraph (of three words or more) by one move."""
    sources: dict[str, list[Op]] = {}
    for op in ops:
        if op.op == "delete" and _count(first[slice(*op.a)]) > 2:
            sources.setdefault(first[slice(*op.a)], []).append(op)
    moved_from: dict[int, Op] = {}
    for number, op in enumerate(ops):
        deletions = sources.get(second[slice(*op.b)]) if op.op == "insert" else None
        if deletions:
            moved_from[number] = deletions.pop(0)
    replaced = set(moved_from.values())
    for number, op in enumerate(ops):
        if number in moved_from:
            yield Op("move", moved_from[number].a, op.b)
        elif op not in replaced:
            yield op


def _joined(ops: Iterator[Op]) -> Iterator[Op]:
    """Drops empty operations and merges adjacent ones: two of one kind, and a deletion beside an insertion."""
    last: Op | None = None
    for op in ops:
        if op.a[0] == op.a[1] and op.b[0] == op.b[1]:
            continue
        merged = _merged(last, op) if last else None
        if merged is None and last:
            yield last
        last = merged or op
    if last:
        yield last


def _merged(left: Op, right: Op) -> Op | None:
    """The two adjacent operations as one; None when they must stay two."""
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
    """The letters and digits of the text, in lower case."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _changed_words(first: str, second: str, op: Op) -> list[str]:
    return re.findall(r"\w+", first[slice(*op.a)] + " " + second[slice(*op.b)])


def _may_be_in_date(word: str) -> bool:
    return _is_month_or_weekday(word) or YEAR_OR_DAY.fullmatch(word) is not None


def _is_month_or_weekday(word: str) -> bool:
    return word.lower() in MONTHS_AND_WEEKDAYS


def _words_near(changed: Sequence[Op], second: str) -> Iterator[str]:
    """The words of the second text that changed, and those within twelve code points of them."""
    for op in changed:
        yield from re.findall(r"\w+", second[max(0, op.b[0] - 12) : op.b[1] + 12])


def _in_quotation(text: str, span: Span) -> bool:
    """Whether the span begins inside quotation marks that were opened in its paragraph."""
    start = text.rfind("\n\n", 0, span[0]) + 1
    before = text[start : span[0]]
    if "“" in before or "”" in before:
        return before.rfind("“") > before.rfind("”")
    return before.count('"') % 2 == 1
