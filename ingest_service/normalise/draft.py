"""A draft: the state of a text between two rules, that is its remaining lines, its article so far, and all notes.

All positions are indices of `source`, the text as reading repaired it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ingest_service.edits import apply
from ingest_service.furniture import NO_LINES, SiteLines
from ingest_service.model import Article, Json, Note, Reading, Span
from ingest_service.normalise import layout
from ingest_service.normalise.layout import Line

# A heading that repeats the title, no further down than a menu is long, and near the first long line.
SHORTEST_HEADING = 20
MENU = 400
LONG = 100
# Of a script without spaces, whose letters are syllables or words.
LONG_UNSPACED = 60
NEAR_TEXT = 20
# A label before the heading on its line: "MEDIA ADVISORY: ".
LONGEST_LABEL = 30


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of one rule: spans to remove, and the article with what the rule learned (None for no change).

    `cuts` remove text and split the line they lie in; `mends` remove the space or hyphen that divides a word, and keep
    the line whole. Both are sorted and disjoint.
    """

    cuts: Sequence[Span] = ()
    mends: Sequence[Span] = ()
    article: Article | None = None


NOTHING = RuleResult()
"""The result of a rule that found nothing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The state that a rule reads; applying the result makes a new draft."""

    source: str
    lines: tuple[Line, ...]
    article: Article
    metadata: Mapping[str, Json] = field(default_factory=dict)
    front_matter: Span | None = None
    notes: tuple[Note, ...] = ()
    # The file is one long line: wide gaps are its line ends, and no line of it was wrapped.
    is_one_line: bool = False
    furniture: SiteLines = NO_LINES

    def after(self, rule: str, result: RuleResult) -> "Draft":
        """The draft after a rule, with a note for each change; this draft where the rule found nothing.

        A result that removes the last line is ignored.
        """
        if result is NOTHING or not (result.cuts or result.mends or result.article is not None):
            return self
        remaining = tuple(_without(self.lines, result.cuts, self.source)) if result.cuts else self.lines
        if self.lines and not remaining:
            return self
        notes = (Note(rule, span, self.source[slice(*span)]) for span in (*result.cuts, *result.mends))
        return replace(self, lines=remaining, article=result.article or self.article, notes=(*self.notes, *notes))

    def under_title(self, near: int) -> Iterator[Span]:
        """The indices of the first lines under the title, and how many lines are between: fewer than `near`.

        A saved page begins with the title of its window. Its heading is below the menu, and the text follows there.
        """
        tops, title = [0], self.article.title
        if len(title) >= SHORTEST_HEADING and self.may_repeat(title):
            repetitions = (index for index, line in enumerate(self.lines[:MENU]) if line.text.endswith(title))
            headings = (index + 1 for index in repetitions if _is_heading(self.lines[index].text, title))
            tops += (at for at in headings if any(is_long(line.text) for line in self.lines[at : at + NEAR_TEXT]))
        for top in tops:
            yield from ((index, index - top) for index in range(top, min(top + near, len(self.lines))))

    def may_repeat(self, text: str) -> bool:
        """Whether one of the first lines, as many as a menu has, may hold a text."""
        first = self.lines[:MENU]
        return bool(first) and self.source.find(text, first[0].start, first[-1].end) >= 0

    def is_above_title(self, at: int) -> bool:
        """Whether a position is above the title that a rule found in the text."""
        return any(note.rule == "title" and note.at is not None and at < note.at[0] for note in self.notes)

    def stretches(self) -> Iterator[Span]:
        """The spans of uncut text: whole paragraphs, or their parts on both sides of a cut."""
        if not self.lines:
            return
        start = self.lines[0].start
        for line, following in pairwise(self.lines):
            if line.paragraph != following.paragraph or self.source[line.end : following.start].strip():
                yield start, line.end
                start = following.start
        yield start, self.lines[-1].end


def is_long(text: str) -> bool:
    """Whether a line is too long for a heading or an entry of a menu."""
    return len(text) > LONG or (len(text) > LONG_UNSPACED and bool(layout.UNSPACED.search(text[:LONG_UNSPACED])))


def _is_heading(text: str, title: str) -> bool:
    """Whether a line that ends with the title is the title, perhaps after a label."""
    label = text.removesuffix(title)
    return len(label) <= LONGEST_LABEL and (not label or label.endswith(": "))


def opened(reading: Reading, rewritten: Sequence[Note] = (), furniture: SiteLines = NO_LINES) -> Draft:
    """The draft of a reading before any rule, with the notes of the rewriters."""
    start = reading.front_matter[1] if reading.front_matter else 0
    source = apply(reading.source, rewritten)
    lines = layout.lines(source, start)
    is_one_line = "\n" not in reading.text[start:].strip()
    return Draft(
        source, lines, Article("", ()), reading.metadata, reading.front_matter,
        is_one_line=is_one_line, furniture=furniture,
    )  # fmt: skip


def _without(lines: Iterable[Line], cuts: Sequence[Span], source: str) -> Iterator[Line]:
    """The lines without the cuts, in one pass over both."""
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
