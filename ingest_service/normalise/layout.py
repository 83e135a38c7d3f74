"""The layout of a text: its lines, and which of them belong to one paragraph."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

# A text is wrapped if nearly all its lines are short, and the longest of these is too long for a title or a verse.
WRAPPED_SHARE = 0.9
NARROWEST = 40
WIDEST = 100
# Wider lines, as those of a PDF, need more evidence: enough pairs of lines of which the first has no room for a word of
# the second, and sentences that go on in the next line.
WIDEST_FULL = 130
FEWEST_PAIRS = 4
FULL_SHARE = 0.3
OPEN_SHARE = 0.6
WRAP_RANK = 0.8

ITEM = re.compile(r"(?:[-*+•·▪‣–—]|\(?(?:\d{1,3}|[a-z]{1,2})[.)])\s|[#>|`~]")
# A hyphen at the end of a line joins two words or two halves of one; a dash has a space before it.
HYPHENATED = re.compile(r"[^\W_]-$")
SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’)\]»」』*_]*$")
# Words that end neither a sentence nor a title.
OPEN_END = re.compile(
    r"(?:\s(?:a|an|and|as|at|by|for|from|her|his|in|is|its|of|on|or|that|the|their|to|was|were|with)|,)$"
)
LONG_SHARE = 0.75
# "(PORT ALMA) –" opens a text.
PLACE_AND_DASH = re.compile(r"\([^\W\d_a-z][^()\n]{1,40}\)\s?[-–—]{1,2}\s")
# Scripts that put no space between words; Hangul does.
UNSPACED = re.compile(r"[\u2e80-\u2fff\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff64]")


class Line(NamedTuple):
    """The remaining part of one line of the source, without the white space around it.

    `row` is the number of the line in the source, counting empty lines, and `paragraph` that of its paragraph. `width`
    is the length of the whole line. A long text has thousands of lines, and a tuple is made in a third of the time that
    a frozen dataclass takes.
    """

    start: int
    end: int
    text: str
    row: int
    paragraph: int
    width: int

    @property
    def whole(self) -> bool:
        """Whether nothing was removed from the line."""
        return self.end - self.start == self.width

    def part(self, source: str, start: int, end: int) -> Iterator["Line"]:
        """The part of the line between two positions; nothing if it is only white space."""
        text = source[start:end]
        if stripped := text.strip():
            begin = start + len(text) - len(text.lstrip())
            yield Line(begin, begin + len(stripped), stripped, self.row, self.paragraph, self.width)


def lines(source: str, start: int = 0) -> tuple[Line, ...]:
    """The lines of a text after a position, without empty ones."""
    rows = source[start:].splitlines(keepends=True)
    texts = list(map(str.strip, rows))
    wrap = _wrapped_at(texts)
    lines_: list[Line] = []
    at, paragraph, opens = start, 0, True
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if text:
            may_continue = wrap and lines_ and lines_[-1].row + 1 == number
            continues = bool(may_continue) and _continues(rows[number - 1], row, wrap, opens=opens)
            paragraph += bool(lines_) and not continues
            opens = not continues
            begin = at + len(row) - len(row.lstrip())
            lines_.append(Line(begin, begin + len(text), text, number, paragraph, len(text)))
        at += len(row)
    return tuple(lines_)


def paragraphs(lines: Iterable[Line]) -> Iterator[tuple[Line, ...]]:
    """The lines, grouped into paragraphs."""
    for _, group in groupby(lines, key=attrgetter("paragraph")):
        yield tuple(group)


def separator(line: Line, following: Line) -> str:
    """The separator of two lines in the normalised text."""
    if line.paragraph != following.paragraph:
        return "\n\n"
    unspaced = UNSPACED.match(line.text[-1]) and UNSPACED.match(following.text)
    return "" if unspaced or HYPHENATED.search(line.text[-3:]) else " "


def _continues(row: str, following: str, wrap: int, *, opens: bool) -> bool:
    """Whether a paragraph continues in the following row, in a text wrapped at the width `wrap`.

    It does if the first word there did not fit here, or if an unfinished sentence continues in lower case, after a word
    that ends no sentence, or after a long line that does not open its paragraph.
    """
    text, next_text = row.strip(), following.strip()
    if not any(map(str.isalnum, text)) or ITEM.match(next_text) or _indent(following) > _indent(row) + 1:
        return False
    if PLACE_AND_DASH.match(next_text):
        return False
    if len(text) + 1 + _first_word(next_text) > wrap:
        return True
    if SENTENCE_END.search(text[-5:]):
        return False
    is_long = len(text) >= wrap * LONG_SHARE
    return next_text[0].islower() or (is_long and (not opens or bool(OPEN_END.search(text[-8:]))))


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _first_word(text: str) -> int:
    if UNSPACED.match(text):
        return 1
    return len(text.split(maxsplit=1)[0])


def _wrapped_at(texts: Sequence[str]) -> int:
    """The width a text is wrapped at, or 0: the longest line when nine in ten are at most 100 characters long.

    For lines of up to 130 characters, the lines of paragraphs must be full.
    """
    widths = [len(text) for text in texts if " " in text or UNSPACED.search(text[:20])]
    narrow = [width for width in widths if width <= WIDEST]
    if narrow and len(narrow) >= len(widths) * WRAPPED_SHARE and max(narrow) >= NARROWEST:
        return max(narrow)
    wide = [width for width in widths if width <= WIDEST_FULL]
    if len(wide) <= FEWEST_PAIRS or len(wide) < len(widths) * WRAPPED_SHARE:
        return 0
    # The letters of a PDF differ in width: full lines do too.
    wrap = sorted(wide)[int(len(wide) * WRAP_RANK)]
    return wrap if _are_full(texts, wrap) else 0


def _are_full(texts: Sequence[str], wrap: int) -> bool:
    """Whether most lines before another one have no room for its first word, and many end inside a sentence."""
    pairs = [(text, following) for text, following in pairwise(texts) if text and following]
    full = [text for text, following in pairs if len(text) + 1 + _first_word(following) > wrap]
    open_ = sum(not SENTENCE_END.search(text[-5:]) for text in full)
    return len(full) >= max(FEWEST_PAIRS, len(pairs) * FULL_SHARE) and open_ >= len(full) * OPEN_SHARE
