"""What two texts are to each other: duplicate, revision, excerpt or reuse. Pure; their order does not matter."""

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ingest_service.model import Judgement, Passage, RelationType
from ingest_service.sameness import boilerplate, passages
from ingest_service.sameness.alignment import Match, align
from ingest_service.sameness.boilerplate import Boilerplate
from ingest_service.sameness.coverage import Coverage, covered, equal_share
from ingest_service.sameness.fingerprints import Hashes, Indices
from ingest_service.sameness.likeness import likeness, same_numbers
from ingest_service.sameness.matching import Meeting, among, meeting
from ingest_service.sameness.parameters import PARAMETERS, Parameters
from ingest_service.sameness.side import Side

Told: TypeAlias = tuple[Match, Passage]


def judge(a: Side, b: Side, masked: Hashes, *, met: bool = False) -> Judgement | None:
    """What the texts are to each other, seen from `a`; None when they share no passage.

    Texts that are known to have `met` are compared however few fingerprints they share.
    """
    if (b.folded_digest, b.text) < (a.folded_digest, a.text):
        turned = _judge(b, a, masked, met=met)
        return turned and _turned(turned)
    return _judge(a, b, masked, met=met)


def _judge(a: Side, b: Side, masked: Hashes, *, met: bool) -> Judgement | None:
    common = meeting(a.folded.prints, b.folded.prints)
    shared = boilerplate.shared(a.folded, b.folded, common, masked)
    if a.folded_digest != b.folded_digest and not (met or _meet(a, b, common, shared)):
        return None
    matches = align(a.folded, b.folded, common)
    type_ = _type(a, b, matches, covered(a, b, matches, shared))
    told = _told(a, b, matches) if type_ is not RelationType.REUSE else _telling(a, b, matches, common, shared)
    if not told and a.folded_digest != b.folded_digest:
        return None
    coverage = covered(a, b, [match for match, _ in told])
    if a.folded_digest == b.folded_digest:
        coverage = Coverage(1.0, 1.0, len(a.string))
    return Judgement(type_, _jaccard(a, b, common.count), coverage.a, coverage.b, tuple(passage for _, passage in told))


def _meet(a: Side, b: Side, common: Meeting, shared: Boilerplate | None) -> bool:
    """Whether the texts share enough to be compared, whichever of them asks: fingerprints of their own, or nearly all.

    What is boilerplate through and through is a form, or a story that everybody ran: of two of these it does speak.
    """
    boiler = len(shared.prints) if shared is not None else 0
    more = max(len(a.folded.prints.unique), len(b.folded.prints.unique))
    return common.count - boiler >= min(PARAMETERS.telling_prints, more) or 2 * boiler > more


def _told(a: Side, b: Side, matches: Iterable[Match]) -> list[Told]:
    """The matches that are long enough to be passages."""
    found = ((match, passages.passage(a, b, match)) for match in matches)
    return [(match, passage) for match, passage in found if passage is not None]


def _telling(a: Side, b: Side, matches: Sequence[Match], common: Meeting, masked: Boilerplate | None) -> list[Told]:
    """The passages of texts of which one knew the other; boilerplate says nothing of that, and stock phrases do not."""
    shares = _Grams.of(a, common.own)
    if masked is not None:
        matches, shares = _without(masked, a, b, matches, common)
    if max(map(shares.inside, matches), default=0) < PARAMETERS.telling_prints:
        return []
    told = _told(a, b, [match for match in matches if shares.inside(match)])
    said = [(passages.telling_words(passage, a), shares.inside(match)) for match, passage in told]
    if not any(_speaks(words, prints) for words, prints in said):
        return []
    # Texts that know each other share more than what shows it.
    return [
        each
        for each, (words, prints) in zip(told, said, strict=True)
        if words >= PARAMETERS.further_words or _speaks(words, prints)
    ]


@dataclass(frozen=True, slots=True)
class _Grams:
    """Where grams of shared fingerprints begin in the first text, in order."""

    places: list[int]

    @classmethod
    def of(cls, a: Side, own: Indices) -> "_Grams":
        """Those of fingerprints by their index."""
        return cls(np.sort(a.folded.prints.places.take(own)).tolist())

    def inside(self, match: Match) -> int:
        """How many stand whole in the match."""
        first = bisect.bisect_left(self.places, match.a[0])
        return bisect.bisect_left(self.places, match.a[1] - PARAMETERS.gram + 1, first) - first


def _without(
    masked: Boilerplate, a: Side, b: Side, matches: Iterable[Match], common: Meeting
) -> tuple[list[Match], _Grams]:
    """The matches without boilerplate at their ends, and the fingerprints that are none.

    A stock phrase stays where it is the smaller part of what is verbatim for long and else too little would be left.
    """
    stock = among(common.hashes, masked.prints)
    own, stocks = _Grams.of(a, common.own[~stock]), _Grams.of(a, common.own[stock])
    left = []
    for match in matches:
        cut = boilerplate.without(masked, match, a.folded.fold, b.folded.fold)
        if cut is not None and passages.words(a, b, cut) >= PARAMETERS.passage_words:
            left.append(cut)
        elif _is_mostly_own(own.inside(match), stocks.inside(match)):
            left.append(match)
    return left, own


def _is_mostly_own(own: int, stock: int) -> bool:
    return own >= PARAMETERS.verbatim_prints and stock <= PARAMETERS.stock_share * (own + stock)


def _speaks(words: float, prints: int) -> bool:
    """Whether a passage says that one text knew the other: long enough, names counted half, or verbatim enough."""
    return prints >= PARAMETERS.verbatim_prints or (
        prints >= PARAMETERS.telling_prints and words >= PARAMETERS.telling_words
    )


def _turned(found: Judgement) -> Judgement:
    told = sorted((each.seen_from_other() for each in found.passages), key=lambda each: each.own)
    return Judgement(found.type, found.jaccard, found.coverage_other, found.coverage_own, tuple(told))


def _type(
    a: Side, b: Side, matches: Sequence[Match], coverage: Coverage, parameters: Parameters = PARAMETERS
) -> RelationType:
    if a.folded_digest == b.folded_digest:
        return RelationType.DUPLICATE
    if coverage.of_shorter < parameters.revision_coverage:
        return RelationType.REUSE
    like = likeness(a, b)
    if equal_share(a, b, matches) >= parameters.duplicate_coverage and not like.swapped_names and same_numbers(a, b):
        return RelationType.DUPLICATE
    filed_again = (
        (coverage.of_shorter >= parameters.revision_sure_coverage or coverage.shared >= parameters.revision_shared)
        and like.words >= parameters.revision_words
        and like.swapped_names <= parameters.revision_swapped_names
        and like.swapped_numbers <= parameters.revision_swapped_numbers
    )
    # A text much shorter than another one that does not open as it does is about less: taken out of it, or quoting it.
    much_longer = _is_much_longer(a, b, parameters)
    if filed_again and not (much_longer and not _begin_alike(a, b, matches, parameters)):
        return RelationType.REVISION
    inside = much_longer and coverage.of_shorter >= parameters.excerpt_coverage
    return RelationType.EXCERPT if inside else RelationType.REUSE


def _is_much_longer(a: Side, b: Side, parameters: Parameters) -> bool:
    """Whether one text is so much longer than the other that it must be about more."""
    shorter, longer = sorted((len(a.string), len(b.string)))
    return longer >= parameters.excerpt_times * shorter


def _begin_alike(a: Side, b: Side, matches: Sequence[Match], parameters: Parameters) -> bool:
    """Whether the texts open alike or have much the same title, as a brief and the story it grows into have."""
    if any(match.a[0] < parameters.opening and match.b[0] < parameters.opening for match in matches):
        return True
    titles = [set(each.title.casefold().split()) for each in (a, b)]
    return len(titles[0] & titles[1]) * 2 > min(map(len, titles))


def _jaccard(a: Side, b: Side, common: int) -> float:
    """How like the sets of fingerprints are; of texts too short to have any, whether they are the same."""
    union = len(a.folded.prints.unique) + len(b.folded.prints.unique) - common
    return common / union if union else float(a.folded_digest == b.folded_digest)
