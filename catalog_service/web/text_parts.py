"""Divides a text into the parts that one page shows, and each paragraph into pieces of one style. Pure.

Positions are code points of the text, which is the paragraphs joined by an empty line; spans are half-open.
"""

import bisect
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalog_service.diffing import words
from catalog_service.marking import PARAGRAPH_BREAK, Span
from catalog_service.web.margin import Place
from catalog_service.web.removals import Removal

# Code points of one part. A paragraph counts for so many more, because its markup has a length too.
PART = 30_000
PARAGRAPH_COST = 100
# A longer paragraph is divided, if possible at one of the last spaces before the end of a part.
SPACE_WITHIN = 200


@dataclass(frozen=True, slots=True)
class Slice:
    """A paragraph, or a part of a long one: the number of the paragraph from 1, and its span of the text.

    `opens` is True for the first slice of a paragraph.
    """

    paragraph: int
    span: Span
    opens: bool

    @property
    def anchor(self) -> str:
        """The id of the slice on its page, the same as long as the version exists."""
        return f"p{self.paragraph}" if self.opens else f"p{self.paragraph}-{self.span[0]}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style: in a numbered place, which it opens; found by a search; or removed in reading.

    `opens_found` is True for the first piece of what was found.
    """

    text: str
    place: Place | None = None
    opens: bool = False
    is_found: bool = False
    opens_found: bool = False
    removal: Removal | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Some sentences of a paragraph, with the places that begin in them: notes about these are beside the lines."""

    pieces: tuple[Piece, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A slice as a page shows it: its lines, and removed texts before and after it."""

    slice: Slice
    lines: tuple[Lines, ...]
    before: tuple[Removal, ...]
    after: tuple[Removal, ...]

    @property
    def has_places(self) -> bool:
        """Whether there are notes beside it."""
        return any(lines.places for lines in self.lines)


def parts(paragraphs: Sequence[str]) -> list[list[Slice]]:
    """The slices of each part; a text without paragraphs has one empty part."""
    parts: list[list[Slice]] = [[]]
    size = 0
    for slice_ in _slices(paragraphs):
        cost = slice_.span[1] - slice_.span[0] + PARAGRAPH_COST
        if parts[-1] and size + cost > PART + PARAGRAPH_COST:
            parts.append([])
            size = 0
        parts[-1].append(slice_)
        size += cost
    return parts


def _slices(paragraphs: Sequence[str]) -> Iterator[Slice]:
    start = 0
    for number, paragraph in enumerate(paragraphs, start=1):
        at = 0
        while True:
            end = _end(paragraph, at)
            yield Slice(number, (start + at, start + end), at == 0)
            at = end
            if at >= len(paragraph):
                break
        start += len(paragraph) + len(PARAGRAPH_BREAK)


def _end(paragraph: str, at: int) -> int:
    if len(paragraph) - at <= PART:
        return len(paragraph)
    space = paragraph.rfind(" ", at + PART - SPACE_WITHIN, at + PART)
    return space + 1 if space > 0 else at + PART


def containing(parts: Sequence[Sequence[Slice]], position: int) -> int:
    """The number, from 0, of the part that contains a position of the text; the last one for a position after it."""
    starts = [part[0].span[0] for part in parts if part]
    return max(0, bisect.bisect_right(starts, position) - 1)


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked in a text: places in order and without overlap, removals in order, and a span that was found."""

    places: Sequence[Place] = ()
    removals: Sequence[Removal] = ()
    found: Span | None = None


def paragraphs(text: str, slices: Sequence[Slice], marks: Marks) -> list[Paragraph]:
    """The slices of one part as a page shows them."""
    return [_paragraph(text, slice_, marks, is_last=slice_.span[1] == len(text)) for slice_ in slices]


def _paragraph(text: str, slice_: Slice, marks: Marks, *, is_last: bool) -> Paragraph:
    start, end = slice_.span
    removals = [removal for removal in marks.removals if removal.at is not None and start <= removal.at]
    before = [removal for removal in removals if removal.at == start] if slice_.opens else []
    inside = [removal for removal in removals if removal not in before and removal.at is not None and removal.at < end]
    # Also those in the break after the paragraph.
    limit = len(text) if is_last else end + len(PARAGRAPH_BREAK) - 1
    after = [removal for removal in removals if removal.at is not None and end <= removal.at <= limit]
    places = [place for place in marks.places if place.span[0] < end and place.span[1] > start]
    return Paragraph(
        slice_,
        tuple(_lines(text, slice_.span, Marks(places, inside, marks.found))),
        tuple(before),
        tuple(removal for removal in after if removal not in before),
    )


def _lines(text: str, span: Span, marks: Marks) -> Iterator[Lines]:
    """The span divided before each sentence in which a place begins, and after the sentence in which it ends."""
    if span[0] == span[1]:
        yield Lines((), ())
        return
    beginning = [place for place in marks.places if span[0] <= place.span[0]]
    starts = words.sentence_starts(text, span) if beginning else [span[0]]
    cuts = {starts[bisect.bisect_right(starts, place.span[0]) - 1] for place in beginning} | {span[0], span[1]}
    cuts |= {start for place in beginning for start in starts[bisect.bisect_left(starts, place.span[1]) :][:1]}
    for start, end in itertools.pairwise(sorted(cuts)):
        places = tuple(place for place in beginning if start <= place.span[0] < end)
        yield Lines(tuple(_pieces(text, (start, end), marks)), places)


def _pieces(text: str, span: Span, marks: Marks) -> Iterator[Piece]:
    """The text of a span, cut where a mark begins or ends, with the removals in it."""
    edges = {edge for place in marks.places for edge in place.span}
    edges |= {removal.at for removal in marks.removals if removal.at is not None} | set(marks.found or ())
    cuts = [span[0], *sorted(edge for edge in edges if span[0] < edge < span[1]), span[1]]
    for start, end in itertools.pairwise(cuts):
        yield from (Piece(removal.removed, removal=removal) for removal in marks.removals if removal.at == start)
        place = next((place for place in marks.places if place.span[0] <= start < place.span[1]), None)
        is_found = marks.found is not None and marks.found[0] <= start < marks.found[1]
        opens = place is not None and start == place.span[0]
        yield Piece(text[start:end], place, opens, is_found, is_found and start == (marks.found or span)[0])
