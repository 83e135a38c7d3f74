"""The text of a PDF from the lines of its pages: paragraphs in reading order, and notes of what is no text. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile

import numpy as np

from ingest_service.reading import document_metadata, extracts
from ingest_service.reading.extracts import Paragraph
from ingest_service.reading.pdf import boundaries, character_classes, columns, furniture, layout
from ingest_service.reading.pdf.character_classes import CharacterClass
from ingest_service.reading.pdf.geometry import Geometry
from ingest_service.reading.pdf.layout import Numbers
from ingest_service.reading.pdf.lines import Line, Pages
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
# After other characters, a space is between two lines of a paragraph.
SPECIAL_ENDS = CharacterClass(lambda character: character == "-" or not character.isascii())


@dataclass
class PdfText:
    """The text of a document that has a line, and what on its pages is no part of it."""

    pages: Pages

    @cached_property
    def running(self) -> list[int]:
        """The numbers of running headers, footers and page numbers, in order; none if nothing else would remain."""
        running = sorted(number for _, number in furniture.running_lines(self.pages))
        return running if len(running) < len(self.pages.lines) else []

    @cached_property
    def lines(self) -> Geometry:
        """The lines of the columns of all pages in reading order, without running lines."""
        return Geometry.of_blocks(list(columns.reading_order(self.pages.without(self.running))))

    @cached_property
    def metrics(self) -> Metrics:
        """The heights and distances of most lines."""
        return Metrics.of(self.lines)

    @cached_property
    def paragraphs(self) -> list[Numbers]:
        """The numbers of the lines of each paragraph."""
        return layout.paragraphs(self.lines, boundaries.decided(self.lines, self.metrics), self.metrics)

    def title(self, stated: str | None) -> Numbers | None:
        """The paragraph of the first page that is its title: that of the stated one, or the largest one.

        A label such as "PRESS RELEASE" is passed over if there is another large text. The title is never the last
        paragraph, which remains as the text.
        """
        count = self.pages.counts[0]
        first = list(takewhile(lambda numbers: numbers[0] < count, self.paragraphs[:-1]))
        if stated:
            words = document_metadata.words_of(stated)
            titles = [numbers for numbers in first if document_metadata.words_of(self.plain(numbers)) == words]
            return next(filter(self._is_on_first_page, titles), None)
        titles = list(filter(self._is_on_first_page, filter(self._may_be_title, first)))
        sizes = self.lines.size
        return min(
            titles, key=lambda numbers: (_is_label(self.plain(numbers)), -round(float(sizes[numbers[0]]))), default=None
        )

    def plain(self, numbers: Numbers) -> str:
        """The text of lines as one line."""
        first, last = numbers[0], numbers[-1]
        texts = self.lines.texts
        if last - first < len(numbers):
            return " ".join(texts[first : last + 1])
        return " ".join([texts[number] for number in numbers])

    def parts(self, title: Numbers | None) -> Iterator[Paragraph]:
        """The paragraphs, after the running lines and with the title, which are no part of the text."""
        yield from (Paragraph(text, RUNNING_LINE) for text in self._running_texts())
        special = self._before_special
        for numbers in self.paragraphs:
            is_plain = special[numbers[-1]] == special[numbers[0]]
            paragraph = Paragraph(self.plain(numbers)) if is_plain else self._joined(numbers)
            yield Paragraph(paragraph.text, extracts.TITLE) if numbers is title else paragraph

    def _is_on_first_page(self, numbers: Numbers) -> bool:
        return self.lines.line(numbers[0]) in self._first_page

    @cached_property
    def _first_page(self) -> frozenset[Line]:
        return frozenset(self.pages.lines.part(0, self.pages.counts[0]).single())

    def _may_be_title(self, numbers: Numbers) -> bool:
        is_large = self.lines.size[numbers[0]] >= TITLE_RATIO * self.metrics.body_size
        return bool(is_large) and len(text := self.plain(numbers)) <= LONGEST_TITLE and any(map(str.isalpha, text))

    def _running_texts(self) -> Iterator[str]:
        """The running lines, one text for all that differ only in numbers."""
        groups: dict[str, list[str]] = {}
        for number in self.running:
            text = self.pages.lines.texts[number]
            groups.setdefault(furniture.without_numbers(text), []).append(text)
        yield from ("\n".join(dict.fromkeys(texts)) for texts in groups.values())

    def _joined(self, numbers: Numbers) -> Paragraph:
        """A paragraph with the positions of hyphens in it that divide a word."""
        lines, special = self.lines, self._before_special
        parts, hyphens = [lines.texts[numbers[0]]], []
        at = len(parts[0])
        for number, following in pairwise(numbers):
            separator, is_divided = " ", False
            if special[number] < special[number + 1]:
                separator, is_divided = self._separator(lines.texts[number], lines.texts[following], number)
            if is_divided:
                hyphens.append(at if separator else at - 1)
            parts += [separator, lines.texts[following]]
            at += len(separator) + len(lines.texts[following])
        return Paragraph("".join(parts), hyphens=tuple(hyphens))

    @cached_property
    def _before_special(self) -> list[int]:
        """How many lines before each one may not be divided by a space from the following line."""
        special = self.lines.hyphenated | SPECIAL_ENDS.among(character_classes.codes(self.lines.texts, -1))
        return [0, *np.cumsum(special).tolist()]

    def _separator(self, text: str, following: str, number: int) -> tuple[str, bool]:
        """What divides two lines of a paragraph, and whether a hyphen between them is no part of the word."""
        last, first = text[-1], following[0]
        ends_in_hyphen = last == "-" and text[-2:-1].isalnum()
        if self.lines.hyphenated[number] or ends_in_hyphen:
            return "" if ends_in_hyphen else "-", first.islower() and self._is_one_word(text, following)
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
        return "\n".join(self.lines.texts).casefold()


def _is_label(text: str) -> bool:
    return document_metadata.is_label(text) or (text.isupper() and len(text.split()) < FEWEST_TITLE_WORDS)
