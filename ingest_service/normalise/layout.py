"""Lines, blocks and paragraphs: which lines a text has, and which of them go on in the next."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# A text is wrapped when nearly all its lines are short, and the longest of these is no title or verse.
WRAPPED_SHARE = 0.9
NARROWEST = 40
WIDEST = 100

ITEM = re.compile(r"(?:[-*+•·▪‣–—]|\(?(?:\d{1,3}|[a-z]{1,2})[.)])\s|[#>|]")
SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’)\]»」』*_]*$")
# Scripts that put no space between words; Hangul does.
UNSPACED = re.compile(r"[\u2e80-\u2fff\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff64]")


@dataclass(frozen=True, slots=True)
class Line:
    """What still stands of one line of the source, without the white space around it.

    `row` counts the lines of the source; lines of one `block` have no empty line between them; `width` and `indent` are
    those of the whole line, `wrap` is the width the text is wrapped at, or 0.
    """

    start: int
    end: int
    text: str
    row: int
    block: int
    width: int
    indent: int
    wrap: int

    @property
    def whole(self) -> bool:
        """Whether nothing was taken from the line."""
        return self.end - self.start == self.width

    def part(self, source: str, start: int, end: int) -> Iterator["Line"]:
        """The line between two positions; nothing when only white space stands there."""
        text = source[start:end]
        if stripped := text.strip():
            begin = start + len(text) - len(text.lstrip())
            yield Line(begin, begin + len(stripped), stripped, self.row, self.block, self.width, self.indent, self.wrap)


def lines(source: str) -> tuple[Line, ...]:
    """The lines of a text that are not empty."""
    rows = source.splitlines(keepends=True)
    wrap = _wrapped_at([len(row.strip()) for row in rows if " " in row.strip()])
    found: list[Line] = []
    at = block = 0
    for number, row in enumerate(rows):
        text = row.strip()
        if text:
            indent = len(row) - len(row.lstrip())
            start = at + indent
            found.append(Line(start, start + len(text), text, number, block, len(text), indent, wrap))
        else:
            block += 1
        at += len(row)
    return tuple(found)


def paragraphs(standing: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """The lines, grouped into paragraphs."""
    start = 0
    for index in range(1, len(standing) + 1):
        if index == len(standing) or not goes_on(standing[index - 1], standing[index]):
            yield tuple(standing[start:index])
            start = index


def goes_on(line: Line, following: Line) -> bool:
    """Whether a paragraph goes on in the following line.

    It does when the first word there had no more room here, or when a sentence that is not ended goes on in lower case.
    """
    if line.row == following.row:
        return True
    if line.block != following.block or line.row + 1 != following.row or not line.wrap:
        return False
    if ITEM.match(following.text) or following.indent > line.indent + 1:
        return False
    if line.width + 1 + _first_word(following.text) > line.wrap:
        return True
    return following.text[0].islower() and not SENTENCE_END.search(line.text[-5:])


def separator(line: Line, following: Line) -> str:
    """What stands between two lines in the text."""
    if not goes_on(line, following):
        return "\n\n"
    unspaced = UNSPACED.match(line.text[-1]) and UNSPACED.match(following.text)
    return "" if unspaced else " "


def _first_word(text: str) -> int:
    if UNSPACED.match(text):
        return 1
    return len(text.split(maxsplit=1)[0])


def _wrapped_at(widths: list[int]) -> int:
    """The width a text is wrapped at, or 0: the longest line when nine in ten are at most 100 characters long."""
    narrow = [width for width in widths if width <= WIDEST]
    if not narrow or len(narrow) < len(widths) * WRAPPED_SHARE or max(narrow) < NARROWEST:
        return 0
    return max(narrow)
