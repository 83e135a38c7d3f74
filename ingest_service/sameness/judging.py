"""What two texts are to each other: duplicate, revision, excerpt or reuse. Pure; their order does not matter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel

from ingest_service.model import Edit, Judgement, Passage, RelationType, Span
from ingest_service.sameness import quotations
from ingest_service.sameness.alignment import Folded, Match, align
from ingest_service.sameness.parameters import PARAMETERS, Parameters

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
WORD = re.compile(r"\S+")
# Aligning words keeps a bit for each pair of them; past this many words the shares are taken from the passages alone.
MOST_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Side:
    """What judging needs of one text, made once."""

    text: str
    folded: Folded
    folded_digest: str
    quoted: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two texts are; shares from 0 to 1."""

    coverage: tuple[float, float]
    jaccard: float
    words: float
    numbers: float
    salient: float

    @property
    def of_shorter(self) -> float:
        """How much of the side that is covered more."""
        return max(self.coverage)


def judge(a: Side, b: Side, masked: frozenset[int], parameters: Parameters = PARAMETERS) -> Judgement | None:
    """What the texts are to each other, seen from `a`; None when they share no passage."""
    if (b.folded_digest, b.text) < (a.folded_digest, a.text):
        turned = judge(b, a, masked, parameters)
        return turned and _turned(turned)
    matches = align(a.folded, b.folded, masked, parameters)
    found = [(match, _passage(a, b, match)) for match in matches]
    kept = [(match, passage) for match, passage in found if _counts(a, passage, parameters)]
    same = a.folded_digest == b.folded_digest
    if not kept and not same:
        return None
    likeness = _likeness(a, b, [match for match, _ in kept])
    coverage = (1.0, 1.0) if same else likeness.coverage
    passages = tuple(passage for _, passage in kept)
    return Judgement(_type(likeness, same, parameters), likeness.jaccard, *coverage, passages)


def _turned(found: Judgement) -> Judgement:
    passages = sorted((each.seen_from_other() for each in found.passages), key=lambda each: each.own)
    return Judgement(found.type, found.jaccard, found.coverage_other, found.coverage_own, tuple(passages))


def _type(likeness: Likeness, same: bool, parameters: Parameters) -> RelationType:
    if same or (min(likeness.coverage) >= parameters.duplicate_coverage and likeness.salient == 0):
        return "duplicate"
    filed_again = (
        likeness.of_shorter >= parameters.revision_coverage
        and likeness.words >= parameters.revision_words
        and likeness.numbers >= parameters.revision_numbers
        and likeness.salient <= parameters.revision_salient
    )
    near = min(likeness.coverage) >= parameters.near_coverage and likeness.salient <= parameters.near_salient
    if near or (filed_again and min(likeness.coverage) >= parameters.revision_coverage):
        return "revision"
    return "excerpt" if likeness.of_shorter >= parameters.excerpt_coverage else "reuse"


def _likeness(a: Side, b: Side, matches: Sequence[Match]) -> Likeness:
    lengths = len(a.folded.string) or 1, len(b.folded.string) or 1
    covered = sum(match.a[1] - match.a[0] for match in matches), sum(match.b[1] - match.b[0] for match in matches)
    prints = a.folded.prints.unique, b.folded.prints.unique
    common = len(np.intersect1d(*prints, assume_unique=True))
    union = len(prints[0]) + len(prints[1]) - common
    words = [[_bare(word) for word in WORD.findall(side.text)[:MOST_WORDS]] for side in (a, b)]
    numbers = [set(NUMBER.findall(side.text)) for side in (a, b)]
    return Likeness(
        (min(1.0, covered[0] / lengths[0]), min(1.0, covered[1] / lengths[1])),
        common / union if union else float(a.folded_digest == b.folded_digest),
        _share(set(words[0]), set(words[1])),
        _share(*numbers) if all(numbers) else 1.0,
        _salient(a, b),
    )


def _share(one: set[str], other: set[str]) -> float:
    """How much of the smaller set the larger has."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _salient(a: Side, b: Side) -> float:
    """The share of numbers and names that are swapped in place: the mark of a template filled in twice."""
    words = [WORD.findall(side.text)[:MOST_WORDS] for side in (a, b)]
    bare = [[_bare(word) for word in each] for each in words]
    swapped = 0
    for left, right in _replaced(bare[0], bare[1]):
        pairs = zip(words[0][slice(*left)], words[1][slice(*right)], strict=False)
        swapped += sum(_is_salient(one) and _is_salient(other) for one, other in pairs)
    named = min(sum(map(_is_salient, each)) for each in words)
    return swapped / named if named else 0.0


def _replaced(a: Sequence[str], b: Sequence[str]) -> list[tuple[Span, Span]]:
    """Where words of one stand in the place of words of the other."""
    found = []
    last_a = last_b = 0
    for block in Indel.opcodes(a, b).as_matching_blocks() if a and b else ():
        if block.a > last_a and block.b > last_b:
            found.append(((last_a, block.a), (last_b, block.b)))
        last_a, last_b = block.a + block.size, block.b + block.size
    return found


def _is_salient(word: str) -> bool:
    return any(character.isdigit() for character in word) or word.lstrip("\"'“‘(")[:1].isupper()


def _bare(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum())


def _passage(a: Side, b: Side, match: Match) -> Passage:
    own, other = (_span(side, span) for side, span in ((a, match.a), (b, match.b)))
    counts = [_half_words(side, span) // 2 for side, span in ((a, match.a), (b, match.b))]
    quoted = quotations.inside(a.quoted, own), quotations.inside(b.quoted, other)
    same = a.folded.string[slice(*match.a)] == b.folded.string[slice(*match.b)]
    edits = () if same else _edits(a.text, own, b.text, other)
    return Passage(own, other, min(counts), quoted[0], not edits, edits, quoted[1])


def _span(side: Side, folded: Span) -> Span:
    """The span in the text: from the first to behind the last folded character, with the points of an initialism."""
    positions = side.folded.fold.positions
    start, end = int(positions[folded[0]]), int(positions[folded[1] - 1]) + 1
    return start, end


def _half_words(side: Side, folded: Span) -> int:
    counted = side.folded.fold.half_words
    return int(counted[folded[1]] - counted[folded[0]])


def _counts(a: Side, passage: Passage, parameters: Parameters) -> bool:
    """Whether a match says that one text was taken from the other: whole words enough, and not only names."""
    if passage.words < parameters.passage_words:
        return False
    words = WORD.findall(a.text[slice(*passage.own)])
    named = sum(word.lstrip("\"'“‘(")[:1].isupper() for word in words)
    return passage.words >= parameters.names_words or named < parameters.names_share * len(words)


def _edits(a: str, own: Span, b: str, other: Span) -> tuple[Edit, ...]:
    """The words that differ inside a passage; breaks inside words and typography do not."""
    places = [
        [(start + word.start(), start + word.end()) for word in WORD.finditer(text[start:end])]
        for text, (start, end) in ((a, own), (b, other))
    ]
    spans = [[span for span in each if _bare(text[slice(*span)])] for each, text in zip(places, (a, b), strict=True)]
    bare = [[_bare(text[slice(*span)]) for span in each] for each, text in zip(spans, (a, b), strict=True)]
    found = []
    last_a = last_b = 0
    for block in Indel.opcodes(bare[0], bare[1]).as_matching_blocks():
        left, right = (last_a, block.a), (last_b, block.b)
        if "".join(bare[0][slice(*left)]) != "".join(bare[1][slice(*right)]):
            found.append(_edit(_around(spans[0], left, own), _around(spans[1], right, other)))
        last_a, last_b = block.a + block.size, block.b + block.size
    return tuple(found)


def _around(spans: Sequence[Span], words: Span, passage: Span) -> Span:
    """The text of these words; of none, the place where they would stand."""
    if words[0] < words[1]:
        return spans[words[0]][0], spans[words[1] - 1][1]
    place = spans[words[0]][0] if words[0] < len(spans) else passage[1]
    return place, place


def _edit(own: Span, other: Span) -> Edit:
    if own[0] == own[1]:
        return Edit("insert", own, other)
    return Edit("delete" if other[0] == other[1] else "replace", own, other)
