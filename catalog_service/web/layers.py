"""The layers under a text: what each of its sentences was in earlier versions, and the sentences that were taken out.

Pure. A sentence is followed back from version to version along the operations of their diffs.
"""

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog_service import diffing, marking
from catalog_service.diff_resources import Diff, DiffOp
from catalog_service.diffing import words
from catalog_service.marking import Piece, Span
from catalog_service.resources import Version
from catalog_service.web.margin import Place

# A counterpart that is this many times as long as the sentence, and longer than this, is no sentence but a whole part.
MOST_TIMES = 3
LONGEST_SURELY = 200
# A shorter piece that was taken out is a few words of a sentence.
LEAST_TAKEN_OUT = 25
MOST_TAKEN_OUT = 50


@dataclass(frozen=True, slots=True)
class Wording:
    """An earlier wording of a sentence: the last version that had it, and its words, those changed since as removed."""

    version: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its layers: its earlier wordings, the newest first, and the places of other documents in it.

    `since` is the version in which the sentence first appeared, in any wording; None if it is older than the versions
    that were compared.
    """

    text: str
    wordings: tuple[Wording, ...] = ()
    since: int | None = None
    places: tuple[Place, ...] = ()

    @property
    def has_layers(self) -> bool:
        """Whether there is anything under the sentence."""
        return bool(self.wordings or self.places or self.since)


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A sentence that a later version lacks: its words, and the last version that had it."""

    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A version and the one before it, with their diff."""

    before: Version
    after: Version
    diff: Diff


def sentences(text: str, span: Span, steps: Sequence[Step], places: Sequence[Place]) -> list[Sentence]:
    """The sentences of a span of the text of the newest version; `steps` lead back from it."""
    starts = words.sentence_starts(text, span)
    spans = zip(starts, [*starts[1:], span[1]], strict=True)
    return [_sentence(text, each, steps, places) for each in spans]


def _sentence(text: str, span: Span, steps: Sequence[Step], places: Sequence[Place]) -> Sentence:
    inside = tuple(place for place in places if place.span[0] < span[1] and span[0] < place.span[1])
    wordings: list[Wording] = []
    newest = newer = text[slice(*span)]
    if not newest.strip():
        return Sentence(newest)
    for step in steps:
        former = counterpart(step.after.text, step.diff.ops, span)
        if former is None:
            return Sentence(newest, tuple(wordings), step.after.version, inside)
        span, older = former, step.before.text[slice(*former)]
        if older.split() != newer.split():
            wordings.append(Wording(step.before.version, tuple(_former_pieces(older, newer))))
            newer = older
    return Sentence(newest, tuple(wordings), None, inside)


def _former_pieces(older: str, newer: str) -> Iterator[Piece]:
    """The older wording, with the words that the newer one lacks."""
    ops = diffing.compare(older, newer).ops
    for piece in marking.pieces(older, newer, ops):
        if piece.manner in ("kept", "removed"):
            yield piece
        elif piece.manner == "moved-away":
            yield Piece(piece.text, "kept")


def counterpart(second: str, ops: Sequence[DiffOp], span: Span) -> Span | None:
    """The span of the first text from which a span of the second came; None if it has no word from there."""
    first = bisect.bisect_right(ops, span[0], key=lambda op: op.b[1])
    inside = list(itertools.takewhile(lambda op: op.b[0] < span[1], ops[first:]))
    if not any(op.op in ("equal", "move") and second[_clipped(op.b, span)].strip() for op in inside):
        return None
    parts = [part for op in inside if (part := _part(op, span))]
    whole = min(start for start, _ in parts), max(end for _, end in parts)
    longest = max(LONGEST_SURELY, MOST_TIMES * (span[1] - span[0]))
    return whole if whole[1] - whole[0] <= longest else max(parts, key=lambda part: part[1] - part[0])


def _part(op: DiffOp, span: Span) -> Span | None:
    """The part of the first text that an operation brought into the span."""
    if op.op in ("equal", "move"):
        kept, shift = _clipped(op.b, span), op.a[0] - op.b[0]
        return kept.start + shift, kept.stop + shift
    return op.a if op.op == "replace" and span[0] <= op.b[0] and op.b[1] <= span[1] else None


def _clipped(first: Span, second: Span) -> slice:
    return slice(max(first[0], second[0]), min(first[1], second[1]))


def taken_out(steps: Sequence[Step], current: str) -> list[TakenOut]:
    """The sentences that one of the steps deleted and the current text does not have again, the newest first."""
    found: dict[str, TakenOut] = {}
    for step in steps:
        for sentence in _deleted(step):
            if len(found) < MOST_TAKEN_OUT and sentence not in found and sentence not in current:
                found[sentence] = TakenOut(step.before.version, sentence)
    return list(found.values())


def _deleted(step: Step) -> Iterator[str]:
    """The sentences of the earlier version that its diff deleted or replaced as a whole, on one line each."""
    text = step.before.text
    for op in step.diff.ops:
        if op.op in ("delete", "replace") and op.a[1] - op.a[0] >= LEAST_TAKEN_OUT:
            starts = words.sentence_starts(text, op.a)
            for start, end in zip(starts, [*starts[1:], op.a[1]], strict=True):
                sentence = " ".join(text[start:end].split())
                if len(sentence) >= LEAST_TAKEN_OUT:
                    yield sentence


def phrase(text: str, most: int = 8) -> str:
    """A search for a sentence: its first words as a phrase."""
    return '"{}"'.format(" ".join(re.findall(r"\w+", text)[:most]))
