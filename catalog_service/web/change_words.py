"""What changed from one version of a document to the next, as pairs of the words before and after. Pure.

"figure: 53 → 57", "headline: boost → deepen", "publisher: Yonhap → Yonhap News Agency": the name of what changed, and
what it was and became. Long words are shortened; of many changes the first are taken.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from catalog_service import diffing
from catalog_service.diff_resources import Diff
from catalog_service.diffing.words import have_same_keys
from catalog_service.marking import DiffOperation, Span
from catalog_service.resources import Version, VersionSummary
from catalog_service.web import in_words

Compare: TypeAlias = Callable[[Version, Version], Diff]
# Code points of the words before or after that are shown.
LONGEST = 80
# The details of a version, by their names in `VersionSummary`.
DETAILS = {
    "publisher": "publisher",
    "published": "date of publication",
    "language": "language",
    "kind": "kind",
    "url": "address",
}
# Significances of a whole text whose changes are all of one kind.
OF_ONE_KIND = frozenset({"figure", "date", "quotation"})
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class WordChange:
    """One change: what changed ("figure"), and its words before and after; one of them may be empty.

    `place` is where the words after it are in the second text.
    """

    what: str
    before: str
    after: str
    place: Span = (0, 0)

    def __str__(self) -> str:
        if not self.before:
            return f"{self.what} added: {self.after}"
        return f"{self.what}: {self.before} → {self.after}" if self.after else f"{self.what} removed: {self.before}"


def of_headline(before: str, after: str) -> list[WordChange]:
    """The words of the headline that differ; both headlines if most of their words do."""
    if before == after:
        return []
    changes = list(_changed(before, after, diffing.compare(before, after).ops, "headline"))
    if len(changes) == 1 and len(changes[0].before) + len(changes[0].after) <= (len(before) + len(after)) / 2:
        return changes
    return [WordChange("headline", _short(before), _short(after))]


def of_details(before: VersionSummary, after: VersionSummary) -> list[WordChange]:
    """The headline, publisher, date, language, kind and address, where they differ."""
    pairs = ((what, getattr(before, name), getattr(after, name)) for name, what in DETAILS.items())
    changed = [WordChange(what, _short(old or ""), _short(new or "")) for what, old, new in pairs if old != new]
    return [*of_headline(before.title, after.title), *changed]


def of_text(before: Version, after: Version, diff: Diff) -> list[WordChange]:
    """The words of the text that changed, in their order; what only changed its place is left out."""
    significance = diff.summary.significance
    what = significance if significance in OF_ONE_KIND else ""
    return list(_changed(before.text, after.text, diff.ops, what))


def _changed(first: str, second: str, ops: Iterable[DiffOperation], what: str | None) -> Iterator[WordChange]:
    for op in ops:
        if op.op not in ("insert", "delete", "replace"):
            continue
        old, new = first[slice(*op.a)], second[slice(*op.b)]
        if change := of_words(old, new, what):
            words = _trimmed(old, new)[1]
            start = op.b[0] + new.find(words)
            yield replace(change, place=(start, start + len(words)))


def of_words(before: str, after: str, what: str | None = None) -> WordChange | None:
    """The change of some words, named `what` or by its kind; None if only typography differs."""
    old, new = _trimmed(before, after)
    if have_same_keys(old, new):
        return None
    return WordChange(what or _kind(old, new), _short(old), _short(new))


def _kind(old: str, new: str) -> str:
    """A change of words with digits is one of figures, unless it is long."""
    both = (old, new)
    return "figure" if all(_DIGIT.search(side) and len(side) < 20 for side in both) else "words"


def _trimmed(old: str, new: str) -> tuple[str, str]:
    """Both without white space at their ends, and without the punctuation that they have in common there.

    If one of them is empty, the other has no punctuation between sentences at its ends.
    """
    if not (old.strip() and new.strip()):
        return old.strip(" \n\t.,;:"), new.strip(" \n\t.,;:")
    old, new = old.strip(), new.strip()
    while old and new and old[-1] == new[-1] and not old[-1].isalnum():
        old, new = old[:-1], new[:-1]
    while old and new and old[0] == new[0] and not old[0].isalnum():
        old, new = old[1:], new[1:]
    return old, new


def _short(text: str) -> str:
    return in_words.shortened(" ".join(text.split()), LONGEST)


def joined(changes: Sequence[WordChange], most: int) -> str:
    """The first `most` changes as one text, with the number of the others."""
    words = [str(change) for change in changes[:most]]
    return "; ".join([*words, f"{len(changes) - most:,} more"] if len(changes) > most else words)
