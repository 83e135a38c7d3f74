"""The text of a PDF from the lines of its pages: paragraphs in reading order, and notes of what is no text. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

from ingest_service.reading import document_metadata, extracts
from ingest_service.reading.extracts import Paragraph
from ingest_service.reading.pdf import boundaries, columns, furniture, layout
from ingest_service.reading.pdf.geometry import Geometry
from ingest_service.reading.pdf.lines import Line
from ingest_service.reading.pdf.metrics import Metrics

RUNNING_LINE = "running-line"
FIRST_HALF = re.compile(r"([^\W\d_]+)-?$")
SECOND_HALF = re.compile(r"[^\W\d_]+")
COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
# Chinese and Japanese have no spaces between words.
UNSPACED = re.compile(r"[\u2e80-\u2fff\u3001-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff64]")
# The title on the first page is larger than its text by this, and no longer than this.
TITLE_RATIO = 1.15
LONGEST_TITLE = 300
# A shorter text in capitals may be a letterhead.
FEWEST_TITLE_WORDS = 3

Pages = Sequence[Sequence[Line]]


@dataclass
class PdfText:
    """The text of a document and what on its pages is no part of it; empty if no page has a line."""

    pages: Pages

    @cached_property
    def running(self) -> set[furniture.Place]:
        """The places of running headers, footers and page numbers; none if nothing else would remain."""
        running = furniture.running_lines(self.pages)
        return running if len(running) < sum(map(len, self.pages)) else set()

    @cached_property
    def blocks(self) -> list[list[Line]]:
        """The columns of all pages in reading order, without running lines."""
        return [block for lines in self._bodies() for block in columns.blocks(lines)]

    @cached_property
    def geometry(self) -> Geometry:
        """The edges of the lines of these columns."""
        return Geometry.of(self.blocks)

    @cached_property
    def metrics(self) -> Metrics:
        """The heights and distances of most lines."""
        return Metrics.of(self.geometry)

    @cached_property
    def paragraphs(self) -> list[list[Line]]:
        """The lines of each paragraph."""
        if not self.blocks:
            return []
        return layout.paragraphs(self.blocks, boundaries.decided(self.geometry, self.metrics), self.metrics)

    def title(self, stated: str | None) -> list[Line] | None:
        """The lines of the first page that are its title: those of the stated one, or the largest ones.

        A label such as "PRESS RELEASE" is passed over if there is another large text. The title is never the last
        paragraph, which remains as the text.
        """
        first_page = set(self.pages[0]) if self.pages else set()
        first = [lines for lines in self.paragraphs[:-1] if lines[0] in first_page]
        if stated:
            words = document_metadata.words_of(stated)
            return next((lines for lines in first if document_metadata.words_of(plain(lines)) == words), None)
        titles = [lines for lines in first if self._may_be_title(lines)]
        return min(titles, key=lambda lines: (_is_label(plain(lines)), -round(lines[0].size)), default=None)

    def parts(self, title: Sequence[Line] | None) -> Iterator[Paragraph]:
        """The paragraphs, after the running lines and with the title, which are no part of the text."""
        yield from (Paragraph(text, RUNNING_LINE) for text in self._running_texts())
        for lines in self.paragraphs:
            text, hyphens = self._joined(lines)
            yield Paragraph(text, extracts.TITLE) if lines is title else Paragraph(text, hyphens=tuple(hyphens))

    def _bodies(self) -> Iterator[list[Line]]:
        running: defaultdict[int, set[int]] = defaultdict(set)
        for page, number in self.running:
            running[page].add(number)
        for page, lines in enumerate(self.pages):
            yield [line for number, line in enumerate(lines) if number not in running[page]]

    def _may_be_title(self, lines: Sequence[Line]) -> bool:
        text = plain(lines)
        is_large = lines[0].size >= TITLE_RATIO * self.metrics.body_size
        return is_large and len(text) <= LONGEST_TITLE and any(map(str.isalpha, text))

    def _running_texts(self) -> Iterator[str]:
        """The running lines, one text for all that differ only in numbers."""
        groups: dict[str, list[str]] = {}
        for page, number in sorted(self.running):
            text = self.pages[page][number].text
            groups.setdefault(furniture.without_numbers(text), []).append(text)
        yield from ("\n".join(dict.fromkeys(texts)) for texts in groups.values())

    def _joined(self, lines: Sequence[Line]) -> tuple[str, list[int]]:
        """The text of a paragraph, and the positions of hyphens in it that divide a word."""
        if (text := _plainly_joined(lines)) is not None:
            return text, []
        parts, hyphens = [lines[0].text], []
        at = len(lines[0].text)
        for line, following in pairwise(lines):
            separator, is_divided = self._separator(line, following)
            if is_divided:
                hyphens.append(at if separator else at - 1)
            parts += [separator, following.text]
            at += len(separator) + len(following.text)
        return "".join(parts), hyphens

    def _separator(self, line: Line, following: Line) -> tuple[str, bool]:
        """What divides two lines of a paragraph, and whether a hyphen between them is no part of the word."""
        last, first = line.text[-1], following.text[0]
        ends_in_hyphen = last == "-" and line.text[-2:-1].isalnum()
        if line.hyphenated or ends_in_hyphen:
            return "" if ends_in_hyphen else "-", first.islower() and self._is_one_word(line.text, following.text)
        if last == "\u00ad" or (UNSPACED.match(last) and UNSPACED.match(first)):
            return "", False
        return " ", False

    def _is_one_word(self, text: str, following: str) -> bool:
        """Whether two halves are one word without a hyphen: unless the document has them with one elsewhere."""
        first, second = FIRST_HALF.search(text[-40:]), SECOND_HALF.match(following)
        if first is None or second is None:
            return False
        halves = first[1].casefold(), second[0].casefold()
        return "-".join(halves) not in self._compounds or "".join(halves) in self._folded

    @cached_property
    def _compounds(self) -> frozenset[str]:
        """The words of the document that have a hyphen inside, in lower case."""
        words = (word for word in self._folded.split() if "-" in word)
        return frozenset(match[0] for word in words for match in COMPOUND.finditer(word))

    @cached_property
    def _folded(self) -> str:
        """The lines of the document in lower case."""
        lines = chain.from_iterable(self.blocks)
        return "\n".join(line.text for line in lines).casefold()


def plain(lines: Sequence[Line]) -> str:
    """The text of lines as one line."""
    return " ".join([line.text for line in lines])


def _plainly_joined(lines: Sequence[Line]) -> str | None:
    """The text of lines that are divided by spaces; None if one of them may end inside a word."""
    ends = "".join(["-" if line.hyphenated else line.text[-1] for line in lines[:-1]])
    return plain(lines) if ends.isascii() and "-" not in ends else None


def _is_label(text: str) -> bool:
    return document_metadata.is_label(text) or (text.isupper() and len(text.split()) < FEWEST_TITLE_WORDS)
