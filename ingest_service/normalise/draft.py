"""A text on its way to an article: the lines that still stand, what is known so far, a note of every change.

All positions index the source.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest_service.model import Article, Json, Note, Reading, Span
from ingest_service.normalise import layout
from ingest_service.normalise.layout import Line


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found: spans to take out, spaces inside words to close, and the article as it is now known.

    Both kinds of span are sorted and apart. A line falls in two where a cut goes through it; a mended one stays whole.
    """

    cuts: Sequence[Span] = ()
    mends: Sequence[Span] = ()
    article: Article | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What the rules read; each makes a new one."""

    source: str
    lines: tuple[Line, ...]
    article: Article
    said: Mapping[str, Json] = field(default_factory=dict)
    front_matter: Span | None = None
    notes: tuple[Note, ...] = ()

    def after(self, rule: str, found: Found) -> "Draft":
        """The draft with what a rule found, each change noted under its name. No rule takes the last line."""
        standing = tuple(_without(self.lines, found.cuts, self.source)) if found.cuts else self.lines
        if self.lines and not standing:
            return self
        noted = (Note(rule, span, self.source[slice(*span)]) for span in (*found.cuts, *found.mends))
        return replace(self, lines=standing, article=found.article or self.article, notes=(*self.notes, *noted))

    def stretches(self) -> Iterator[Span]:
        """The spans of paragraphs that nothing was cut out of; where something was, the parts on both sides."""
        for paragraph in layout.paragraphs(self.lines):
            start = paragraph[0].start
            for line, following in pairwise(paragraph):
                if self.source[line.end : following.start].strip():
                    yield start, line.end
                    start = following.start
            yield start, paragraph[-1].end


def opened(reading: Reading) -> Draft:
    """The draft of a reading before any rule."""
    lines = layout.lines(reading.source, reading.front_matter[1] if reading.front_matter else 0)
    return Draft(reading.source, lines, Article("", ()), reading.said, reading.front_matter)


def _without(lines: Iterable[Line], cuts: Sequence[Span], source: str) -> Iterator[Line]:
    """The lines with the cuts taken out, in one pass over both."""
    first = 0
    for line in lines:
        while first < len(cuts) and cuts[first][1] <= line.start:
            first += 1
        at, index = line.start, first
        while index < len(cuts) and cuts[index][0] < line.end:
            yield from line.part(source, at, cuts[index][0])
            at = cuts[index][1]
            index += 1
        yield from line.part(source, at, line.end) if at > line.start else (line,)
