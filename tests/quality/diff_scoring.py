"""How well a diff agrees with the one that a person drew: by words, and by the number of operations."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tests.quality.diff_set import Edit, Op

# A word of letters and digits, a character of a script without spaces, or an emoji sequence.
WORD = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|[\u3400-\u9fff]|[^\\W\u3400-\u9fff]+"
    "|[\U0001f300-\U0001faff](?:\u200d[\u2600-\U0001faff]\ufe0f?)*"
)
Word = tuple[str, int]


def changed_words(first: str, second: str, ops: Iterable[Op]) -> set[Word]:
    """The words that the operations mark, as (removed, place), (added, place) and (moved, place).

    A replacement by the same words, but for case and punctuation, marks none.
    """
    marked: set[Word] = set()
    for op in ops:
        removed, added = list(_touching(first, op.a)), list(_touching(second, op.b))
        if op.op == "replace" and [word for _, word in removed] == [word for _, word in added]:
            continue
        if op.op in ("delete", "replace"):
            marked.update(("removed", place) for place, _ in removed)
        if op.op in ("insert", "replace"):
            marked.update(("added", place) for place, _ in added)
        if op.op == "move":
            marked.update(("moved", place) for place, _ in added)
    return marked


def _touching(text: str, span: tuple[int, int]) -> Iterator[tuple[int, str]]:
    """The words of which a part is in the span: where each begins, and the word without case."""
    for match in WORD.finditer(text):
        if match.start() < span[1] and span[0] < match.end():
            yield match.start(), match.group().casefold()


def marks(ops: Iterable[Op]) -> int:
    """The number of operations that change something."""
    return sum(op.op != "equal" for op in ops)


def scores(edits: Sequence[Edit], diffs: Sequence[Sequence[Op]]) -> dict[str, float]:
    """`word_f1`: of the words that the diffs mark and those of the person. `fewness`: the person's marks by theirs."""
    right = given = labelled = 0
    for edit, ops in zip(edits, diffs, strict=True):
        ours, persons = (changed_words(edit.first, edit.second, drawn) for drawn in (ops, edit.ops))
        right, given, labelled = right + len(ours & persons), given + len(ours), labelled + len(persons)
    persons_marks = sum(edit.marks for edit in edits)
    return {
        "word_f1": 2 * right / (given + labelled) if given + labelled else 1.0,
        "fewness": persons_marks / sum(map(marks, diffs)),
    }
