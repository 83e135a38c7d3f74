"""The relation of two texts: duplicate, revision, excerpt or reuse. Pure; the order of the texts does not matter."""

import bisect
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ingest_service.model import Judgement, Passage, RelationType
from ingest_service.sameness import boilerplate, edit_kinds, filings, passages
from ingest_service.sameness.alignment import Alignment, align
from ingest_service.sameness.boilerplate import SharedBoilerplate
from ingest_service.sameness.coverage import Coverage, covered, equal_share
from ingest_service.sameness.fingerprints import Hashes, Indices
from ingest_service.sameness.likeness import likeness, same_numbers
from ingest_service.sameness.matching import SharedFingerprints, among, shared_fingerprints
from ingest_service.sameness.parameters import PARAMETERS
from ingest_service.sameness.side import Side

AlignedPassage: TypeAlias = tuple[Alignment, Passage]


def judge(a: Side, b: Side, masked: Hashes, *, compare_always: bool = False) -> Judgement | None:
    """The relation of two texts, seen from `a`; None when they share no passage.

    Texts that share few fingerprints are compared only if `compare_always` is true.
    """
    if (b.folded_digest, b.text) < (a.folded_digest, a.text):
        reversed_ = _judge(b, a, masked, compare_always=compare_always)
        return reversed_ and _seen_from_other(reversed_)
    return _judge(a, b, masked, compare_always=compare_always)


def _judge(a: Side, b: Side, masked: Hashes, *, compare_always: bool) -> Judgement | None:
    is_copy = a.folded_digest == b.folded_digest
    common = shared_fingerprints(a.folded.fingerprints, b.folded.fingerprints)
    shared = boilerplate.shared_boilerplate(a.folded, b.folded, common, masked)
    if not (is_copy or compare_always or _share_enough(a, b, common, shared)):
        return None
    alignments = align(a.folded, b.folded, common)
    type_ = _type(a, b, alignments, covered(a, b, alignments, shared))
    if type_ is RelationType.REUSE:
        reported = _evident_passages(a, b, alignments, common, shared)
    else:
        reported = _passages(a, b, alignments)
    if type_ is RelationType.DUPLICATE and any(map(_differs_in_fact, reported)):
        type_ = RelationType.REVISION
    if not reported and not is_copy:
        return None
    coverage = covered(a, b, [alignment for alignment, _ in reported])
    if is_copy:
        coverage = Coverage(1.0, 1.0, len(a.string))
    jaccard = _jaccard(a, b, common.count)
    return Judgement(type_, jaccard, coverage.a, coverage.b, tuple(passage for _, passage in reported))


def _share_enough(a: Side, b: Side, common: SharedFingerprints, shared: SharedBoilerplate | None) -> bool:
    """Whether the texts share enough fingerprints to be compared: some that are no boilerplate, or nearly all.

    If most fingerprints of both are boilerplate, they are template texts, and boilerplate counts as evidence.
    """
    boiler = len(shared.fingerprints) if shared is not None else 0
    more = max(len(a.folded.fingerprints.unique), len(b.folded.fingerprints.unique))
    return common.count - boiler >= min(PARAMETERS.evidence_fingerprints, more) or 2 * boiler > more


def _passages(a: Side, b: Side, alignments: Iterable[Alignment]) -> list[AlignedPassage]:
    """The alignments that are long enough to be passages, with their passages."""
    aligned = ((alignment, passages.passage(a, b, alignment)) for alignment in alignments)
    return [(alignment, passage) for alignment, passage in aligned if passage is not None]


def _evident_passages(
    a: Side, b: Side, alignments: Sequence[Alignment], common: SharedFingerprints, shared: SharedBoilerplate | None
) -> list[AlignedPassage]:
    """The passages, if one of them is evidence that one text quotes the other; boilerplate and stock phrases are not.

    Where there is evidence, shorter passages count as well.
    """
    grams = _Grams.of(a, common.own)
    if shared is not None:
        alignments, grams = _without_boilerplate(shared, a, b, alignments, common)
    if max(map(grams.inside, alignments), default=0) < PARAMETERS.evidence_fingerprints:
        return []
    candidates = _passages(a, b, [alignment for alignment in alignments if grams.inside(alignment)])
    measures = [_evident_words(a, passage, grams.inside(alignment)) for alignment, passage in candidates]
    if not any(_is_evidence(words, fingerprints) for words, fingerprints in measures):
        return []
    return [
        candidate
        for candidate, (words, fingerprints) in zip(candidates, measures, strict=True)
        if words >= PARAMETERS.further_words or _is_evidence(words, fingerprints)
    ]


def _differs_in_fact(aligned: AlignedPassage) -> bool:
    """Whether the texts differ in a figure, a date or a name in this passage: then neither is shown for both."""
    return any(edit.kind in edit_kinds.FACTS for edit in aligned[1].edits)


@dataclass(frozen=True, slots=True)
class _Grams:
    """The positions in the first text of the grams of shared fingerprints, in order."""

    positions: list[int]

    @classmethod
    def of(cls, a: Side, own: Indices) -> "_Grams":
        """The grams of the fingerprints with these indices."""
        return cls(np.sort(a.folded.fingerprints.positions.take(own)).tolist())

    def inside(self, alignment: Alignment) -> int:
        """The number of grams that lie entirely in the alignment."""
        first = bisect.bisect_left(self.positions, alignment.a[0])
        return bisect.bisect_left(self.positions, alignment.a[1] - PARAMETERS.gram + 1, first) - first


def _without_boilerplate(
    shared: SharedBoilerplate, a: Side, b: Side, alignments: Iterable[Alignment], common: SharedFingerprints
) -> tuple[list[Alignment], _Grams]:
    """The alignments without boilerplate at their ends, and the grams that are no boilerplate.

    If too little of an alignment would be left, it is kept whole where boilerplate is its smaller part, else dropped.
    """
    is_boilerplate = among(common.hashes, shared.fingerprints)
    own, boiler = _Grams.of(a, common.own[~is_boilerplate]), _Grams.of(a, common.own[is_boilerplate])
    kept = []
    for alignment in alignments:
        cut = boilerplate.without(shared, alignment, a.folded.fold, b.folded.fold)
        if cut is not None and passages.words(a, b, cut) >= PARAMETERS.passage_words:
            kept.append(cut)
        elif _is_mostly_own(own.inside(alignment), boiler.inside(alignment)):
            kept.append(alignment)
    return kept, own


def _evident_words(a: Side, passage: Passage, fingerprints: int) -> tuple[float, int]:
    """The words of a passage that are evidence, and its fingerprints.

    A long verbatim run is evidence whatever its words are, so they are not counted but returned as infinitely many.
    """
    is_long = fingerprints >= PARAMETERS.verbatim_fingerprints
    return math.inf if is_long else passages.evident_words(passage, a), fingerprints


def _is_mostly_own(own: int, boiler: int) -> bool:
    return own >= PARAMETERS.verbatim_fingerprints and boiler <= PARAMETERS.stock_share * (own + boiler)


def _is_evidence(words: float, fingerprints: int) -> bool:
    """Whether a passage is evidence that one text quotes the other: by its words, or verbatim over a long run."""
    return fingerprints >= PARAMETERS.evidence_fingerprints and words >= PARAMETERS.evidence_words


def _seen_from_other(judgement: Judgement) -> Judgement:
    reversed_ = sorted((passage.seen_from_other() for passage in judgement.passages), key=lambda passage: passage.own)
    return Judgement(
        judgement.type, judgement.jaccard, judgement.coverage_other, judgement.coverage_own, tuple(reversed_)
    )


def _type(a: Side, b: Side, alignments: Sequence[Alignment], coverage: Coverage) -> RelationType:
    if a.folded_digest == b.folded_digest:
        return RelationType.DUPLICATE
    if not filings.may_be_filed_again(a, b, alignments, coverage):
        return RelationType.REUSE
    like = likeness(a, b)
    is_equal = equal_share(a, b, alignments) >= PARAMETERS.duplicate_coverage
    if is_equal and not like.swapped_names and same_numbers(a, b):
        return RelationType.DUPLICATE
    if filings.is_filed_again(a, b, alignments, coverage, like):
        return RelationType.REVISION
    is_excerpt = filings.is_much_longer(a, b) and coverage.of_shorter >= PARAMETERS.excerpt_coverage
    return RelationType.EXCERPT if is_excerpt else RelationType.REUSE


def _jaccard(a: Side, b: Side, common: int) -> float:
    """The Jaccard index of the sets of fingerprints; for texts too short to have any, 1 if they are equal, else 0."""
    union = len(a.folded.fingerprints.unique) + len(b.folded.fingerprints.unique) - common
    return common / union if union else float(a.folded_digest == b.folded_digest)
