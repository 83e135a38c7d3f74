"""Both texts of a relation as a whole, beside each other so that one passage is at the same height. Pure.

Each text is divided into what comes before the sentences of the chosen passage, these sentences, and what comes after.
Stretches of sentences without a passage are folded.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from catalog_service import marking, resources
from catalog_service.diffing.words import SENTENCE_END
from catalog_service.marking import MarkedSpan, Segment
from catalog_service.web.overlap.pairs import Passage

# Code points of both texts together; longer ones are not shown as a whole on the page of their relation.
LONGEST = 150_000
# A stretch with fewer words is not folded.
SHORTEST_FOLD = 25

Segments = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Paragraphs, or parts of them, that are shown together: with passages, or without and folded."""

    paragraphs: tuple[Segments, ...]
    is_folded: bool
    words: int


@dataclass(frozen=True, slots=True)
class Row:
    """What is beside each other."""

    left: tuple[Stretch, ...]
    right: tuple[Stretch, ...]


def rows(passages: Sequence[Passage], chosen: Passage, left: resources.Version, right: resources.Version) -> list[Row]:
    """Three rows: before, at and after the chosen passage. None if the texts are too long."""
    if len(left.text) + len(right.text) > LONGEST:
        return []
    on_left = [MarkedSpan(each.number, each.left, tuple(each.quoted or ())) for each in passages]
    on_right = [MarkedSpan(each.number, each.right) for each in passages]
    sides = _divided(left, on_left, chosen.number), _divided(right, on_right, chosen.number)
    return [Row(*row) for row in zip(*sides, strict=True)]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as segments; `paragraph` is the number of its paragraph."""

    segments: Segments
    paragraph: int

    @property
    def passages(self) -> frozenset[int]:
        """The numbers of the passages that it has words of."""
        return frozenset(segment.passage for segment in self.segments if segment.passage is not None)


def _divided(version: resources.Version, spans: Sequence[MarkedSpan], chosen: int) -> Iterator[tuple[Stretch, ...]]:
    """The stretches before, at and after the sentences with the chosen passage."""
    paragraphs = marking.marked(version.paragraphs, spans)
    sentences = [
        _Sentence(segments, number) for number, paragraph in enumerate(paragraphs) for segments in _sentences(paragraph)
    ]
    at = [place for place, sentence in enumerate(sentences) if chosen in sentence.passages]
    start, end = (at[0], at[-1] + 1) if at else (0, 0)
    for part in (sentences[:start], sentences[start:end], sentences[end:]):
        yield tuple(_stretches(part))


def _sentences(paragraph: Sequence[Segment]) -> Iterator[Segments]:
    """The segments of a paragraph, cut where sentences end."""
    text = "".join(segment.text for segment in paragraph)
    ends = (*(match.end() for match in SENTENCE_END.finditer(text)), len(text))
    rest = list(reversed(paragraph))
    at = 0
    for end in ends:
        sentence = []
        while rest and at < end:
            segment = rest.pop()
            if at + len(segment.text) > end:
                rest.append(replace(segment, text=segment.text[end - at :], first=False))
                segment = replace(segment, text=segment.text[: end - at])
            sentence.append(segment)
            at += len(segment.text)
        if sentence:
            yield tuple(sentence)


def _stretches(sentences: Iterable[_Sentence]) -> Iterator[Stretch]:
    for is_shared, group in itertools.groupby(sentences, key=lambda sentence: bool(sentence.passages)):
        together = list(group)
        words = sum(len(segment.text.split()) for sentence in together for segment in sentence.segments)
        paragraphs = (
            tuple(itertools.chain.from_iterable(sentence.segments for sentence in paragraph))
            for _, paragraph in itertools.groupby(together, key=lambda sentence: sentence.paragraph)
        )
        yield Stretch(tuple(paragraphs), not is_shared and words >= SHORTEST_FOLD, words)
