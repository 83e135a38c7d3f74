"""Puts the page of a relation together."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from catalog_service import resources
from catalog_service.web.overlap import pairs, ribbons, sentences, texts
from catalog_service.web.overlap.pairs import Pair, Passage
from catalog_service.web.overlap.ribbons import Picture
from catalog_service.web.overlap.texts import Row

# The number of pairs on one page.
PAIRS = 50


@dataclass(frozen=True, slots=True)
class Overlap:
    """Everything that the page shows of the passages. `left` took words from `right`, if the direction is known.

    `first` and `last` are the numbers of the first and the last pair on this page, `chosen` that of the passage at
    which both texts are beside each other.
    """

    left: resources.Version
    right: resources.Version
    heading: Markup
    figures: Markup
    order: Markup
    places: Markup
    picture: Picture
    count: int
    pairs: tuple[Pair, ...]
    rows: tuple[Row, ...]
    chosen: int
    is_directed: bool

    @property
    def first(self) -> int:
        """The number of the first pair on this page; 0 if there is none."""
        return self.pairs[0].number if self.pairs else 0

    @property
    def last(self) -> int:
        """The number of the last pair on this page; 0 if there is none."""
        return self.pairs[-1].number if self.pairs else 0


def build(
    relation: resources.Relation, a: resources.Version, b: resources.Version, chosen: int, *, is_current: bool
) -> Overlap:
    """The view of a relation between two versions at the chosen passage; of many passages, the pairs near it."""
    swapped = relation.source == "a"
    left, right = (b, a) if swapped else (a, b)
    coverage = relation.coverage
    shares = (coverage.b, coverage.a) if swapped else (coverage.a, coverage.b)
    passages = pairs.passages(relation, swapped=swapped)
    chosen = min(max(chosen, 1), len(passages))
    return Overlap(
        left,
        right,
        sentences.heading(relation, left, right, shares, is_current=is_current),
        sentences.figures(relation, passages, left, right, shares),
        sentences.order(relation, left, right),
        sentences.places(passages, left, right),
        ribbons.draw(passages, len(left.text), len(right.text)),
        len(passages),
        tuple(pairs.pair(passage, left, right) for passage in _near(passages, chosen)),
        tuple(texts.rows(passages, passages[chosen - 1], left, right)) if passages else (),
        chosen,
        relation.source is not None,
    )


def _near(passages: Sequence[Passage], chosen: int) -> Sequence[Passage]:
    """The passages of the page that has the chosen one."""
    start = max(0, chosen - 1) // PAIRS * PAIRS
    return passages[start : start + PAIRS]
