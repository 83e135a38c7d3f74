"""The word diff of two texts as a reader would draw it. Pure.

Lines that both texts have in common are found first. Between them sentences are aligned by similarity, then the words
of sentences that correspond. Sentences without a partner are deleted or inserted as a whole, or moved. Spans are code
points, half-open.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog_service.diffing import alignment, lines, wording, words
from catalog_service.diffing.alignment import Partners
from catalog_service.diffing.lines import Match
from catalog_service.diffing.operations import Op, Texts, joined, replaced
from catalog_service.diffing.significance import Significance, significance

__all__ = ["WAY", "Comparison", "Op", "Significance", "compare", "significance"]

# Names the way of diffing: another one, other operations. Part of the ETag of a diff.
WAY = "3"
# If more words than this, and this share of both texts, changed inside corresponding sentences, a sentence that changed
# is compared by its beginning and end only: each change takes time, up to four times as much as all else together.
MOST_CHANGED = 2_000
MOST_CHANGED_SHARE = 0.035


@dataclass(frozen=True, slots=True)
class Comparison:
    """The operations that turn one text into another, and the numbers of words that were added, removed and moved.

    The spans `b` of the operations cover the second text in order; the spans `a` cover each character of the first
    text once. Copying `a` for equal and move, taking `b` for insert and replace, and skipping delete gives the second
    text. `coarse`: parts of the texts are so large that only their rare or outer words were compared, or only lines.
    """

    ops: tuple[Op, ...]
    words_added: int
    words_removed: int
    words_moved: int
    coarse: bool


def compare(first: str, second: str, most: int | None = None) -> Comparison:
    """Compares two texts. Time and memory are bounded by a multiple of their length.

    If their lines differ in more than `most` characters of both texts together, only lines are compared.
    """
    if first == second:
        whole = (0, len(first))
        return Comparison((Op("equal", whole, whole),) if first else (), 0, 0, 0, coarse=False)
    matches = lines.common(first, second)
    gaps = lines.between(matches, (len(first), len(second)))
    if most is not None and sum(gap.a[1] - gap.a[0] + gap.b[1] - gap.b[0] for gap in gaps) > most:
        return _compare_lines(first, second, matches, gaps)
    vocabulary = words.Vocabulary()
    a, b = words.cut(first, [gap.a for gap in gaps], vocabulary), words.cut(second, [gap.b for gap in gaps], vocabulary)
    partners = alignment.partners(a, b, gaps)
    pairs = [(a.codes[slice(*group.a)], b.codes[slice(*group.b)]) for group in partners.all()]
    most_changed = max(MOST_CHANGED, MOST_CHANGED_SHARE * len(a.codes + b.codes))
    outer = len(a.codes + b.codes) > most_changed and wording.changed(pairs) > most_changed
    texts = Texts(a, b, outer)
    ops = tuple(_operations(texts, matches, gaps, partners))
    coarse = outer or partners.coarse or any(wording.is_long(*pair) for pair in pairs)
    return Comparison(ops, *_counts(texts, ops), coarse)


def _compare_lines(first: str, second: str, matches: Sequence[Match], gaps: Sequence[Match]) -> Comparison:
    """The comparison that replaces all between common lines; words there are counted without regard to their order."""
    kept = [Op("equal", match.a, match.b) for match in matches]
    changed = [replaced(gap.a, gap.b) for gap in gaps]
    ops = joined(op for pair in itertools.zip_longest(changed, kept) for op in pair if op)
    added = removed = 0
    for gap in gaps:
        before, after = words.counted(first[slice(*gap.a)]), words.counted(second[slice(*gap.b)])
        added, removed = added + (after - before).total(), removed + (before - after).total()
    return Comparison(tuple(ops), added, removed, 0, coarse=True)


def _operations(texts: Texts, matches: Sequence[Match], gaps: Sequence[Match], partners: Partners) -> Iterator[Op]:
    blocks = [texts.moved(group) for group in partners.moved]
    fixed: list[Op] = []
    for number, groups in enumerate(partners.stay):
        fixed.extend(texts.kept(groups, "equal"))
        if number < len(matches):
            fixed.append(Op("equal", matches[number].a, matches[number].b))
    ends = gaps[-1].a[1], gaps[-1].b[1]
    return joined(texts.tiled(fixed, (0, ends[0]), (0, ends[1]), "equal", blocks))


def _counts(texts: Texts, ops: Sequence[Op]) -> tuple[int, int, int]:
    """The numbers of words that were added, removed and moved."""
    changed = [op for op in ops if not op.typographic]
    return (
        texts.second.count([op.b for op in changed if op.op in ("insert", "replace")]),
        texts.first.count([op.a for op in changed if op.op in ("delete", "replace")]),
        texts.second.count([op.b for op in changed if op.op == "move"]),
    )
