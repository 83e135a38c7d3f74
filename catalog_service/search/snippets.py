"""Snippets: parts of a title or text around the words that match, with these words marked. Pure."""

import itertools
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalog_service.resources import Span
from catalog_service.search import analyzer, entries
from catalog_service.search.analyzer import Token
from catalog_service.search.grammar import Field, Phrase, PlainLeaf, Prefix
from catalog_service.search.results import Snippet

# Code points of context on each side of a match.
CONTEXT = 90
MAX_SNIPPETS = 3
MAX_MARKS = 50
# Matches after this many code points of a text are not marked: analysing the text is what takes the time.
MAX_TEXT = 200_000
# Code points that are analysed for the marks of one text, and of all texts of a page: some 0.1 and 1 second. Where a
# phrase of common words begins at every other word, each word is analysed many times.
MAX_ANALYSED = 200_000
MAX_ANALYSED_PAGE = 2_000_000
# To look in a text for each of more chunks than this takes longer than to go through the text once.
MAX_SOUGHT = 20
CHUNK = re.compile(r"\S+")


@dataclass(slots=True)
class Allowance:
    """How many code points may still be analysed for one page; `spend` is False when the text's share is used up."""

    left: int = MAX_ANALYSED_PAGE
    _reserve: int = 0

    def begin_text(self) -> None:
        """Begins the share of another text."""
        self._reserve = max(0, self.left - MAX_ANALYSED)

    def spend(self, count: int) -> bool:
        """Whether `count` code points more may be analysed."""
        self.left = max(0, self.left - count)
        return self.left > self._reserve


class Highlighter:
    """Finds the matches of a query's leaves in one field of many texts.

    No token crosses white space, so a match starts in a chunk between white space that has the first token of a leaf.
    Only there are tokens compared; whether a chunk is one of these is decided once for all texts.
    """

    def __init__(self, field: Field, leaves: Iterable[PlainLeaf], allowance: Allowance | None = None) -> None:
        self.field = field
        self._allowance = allowance or Allowance()
        self._leaves = list(dict.fromkeys(leaf for leaf in leaves if leaf.field in (None, field)))
        phrases = [leaf for leaf in self._leaves if isinstance(leaf, Phrase)]
        self._longest = max((1, *(len(leaf.stems) for leaf in phrases)))
        # The terms of the tokens that a match may start with.
        self._stems = {entries.term(leaf.stems[0]) for leaf in phrases}
        self._joined_stems = {leaf.stems[0] for leaf in phrases if len(leaf.stems) == 1 and not leaf.open}
        self._open_stems = tuple(entries.term(leaf.stems[0]) for leaf in phrases if leaf.open)
        self._prefixes = tuple(entries.term(leaf.word) for leaf in self._leaves if isinstance(leaf, Prefix))
        self._known: set[str] = set()
        self._starting: set[str] = set()

    def snippets(self, text: str) -> tuple[Snippet, ...]:
        """The first matches in `text`, in up to three snippets cut at words; offsets are absolute."""
        parts: list[tuple[Span, list[Span]]] = []
        self._allowance.begin_text()
        for mark in itertools.islice(self._marks(text[:MAX_TEXT]), MAX_MARKS):
            if parts and mark[0] < parts[-1][0][1]:
                _add(parts[-1][1], mark)
            elif len(parts) < MAX_SNIPPETS:
                parts.append((_context(text, mark), [mark]))
            else:
                break
        return tuple(_snippet(self.field, text, span, marks) for span, marks in parts)

    def _marks(self, text: str) -> Iterator[Span]:
        """The spans of all matches, in order of their starts."""
        chunks = set(text.split())
        new = chunks - self._known
        self._known |= new
        self._starting.update(self._starts_among(new))
        if present := chunks & self._starting:
            for match in CHUNK.finditer(text, _beginning(text, present)):
                if match.group() in self._starting:
                    if not self._allowance.spend(len(match.group())):
                        return
                    yield from self._marks_between(text, *match.span())

    def _starts_among(self, chunks: Collection[str]) -> Iterator[str]:
        """Those of the chunks in which a match may start; long ones are not analysed for that."""
        short = [chunk for chunk in chunks if len(chunk) <= entries.CACHED_CHARACTERS]
        terms = zip(short, map(entries.cached_terms.__getitem__, short), strict=True)
        stems, beginnings, prefixes = self._stems, self._open_stems, self._prefixes
        # A text has hundreds of chunks, so no function is called for each of them.
        yield from [
            chunk
            for chunk, own in terms
            for stem, word in own
            if stem in stems or (beginnings and stem.startswith(beginnings)) or (prefixes and word.startswith(prefixes))
        ]
        if self._joined_stems:
            hyphenated = [chunk for chunk in short if "-" in chunk or not chunk.isascii()]
            yield from filter(self._may_be_compound, hyphenated)
        if self._leaves and len(short) < len(chunks):
            yield from (chunk for chunk in chunks if len(chunk) > entries.CACHED_CHARACTERS)

    def _marks_between(self, text: str, start: int, end: int) -> Iterator[Span]:
        """The spans of the matches that start between these offsets; a token starts at `start`."""
        window: deque[Token] = deque()
        for token in itertools.chain(analyzer.tokens(text, start), itertools.repeat(None, self._longest)):
            if token is not None:
                if not self._allowance.spend(token.end - token.start):
                    return
                window.append(token)
            if window and (token is None or len(window) == self._longest):
                if window[0].start >= end:
                    return
                ends = (_end(window, leaf) for leaf in self._leaves)
                if mark_end := max((self._compound_end(text, window[0]), *ends)):
                    yield window[0].start, mark_end
                window.popleft()

    def _may_be_compound(self, chunk: str) -> bool:
        """Whether the chunk has a word with hyphens that is sought as one word."""
        if not self._joined_stems or not analyzer.HYPHENS.search(chunk):
            return False
        return any(token.stem in self._joined_stems for token in analyzer.compounds(chunk))

    def _compound_end(self, text: str, first: Token) -> int:
        """The end of the word with hyphens that begins with this token and is sought as one word, or 0."""
        match = analyzer.compound_pattern().match(text, first.start) if self._joined_stems else None
        if match is None:
            return 0
        stems = {token.stem for token in analyzer.compounds(match.group())}
        return 0 if stems.isdisjoint(self._joined_stems) else match.end()


def _beginning(text: str, chunks: Collection[str]) -> int:
    """An offset at which a chunk of the text begins, at or before the first one of these."""
    if len(chunks) > MAX_SOUGHT:
        return 0
    # The first place may be inside a longer chunk.
    return text.rfind(" ", 0, min(map(text.find, chunks))) + 1


def _add(marks: list[Span], mark: Span) -> None:
    """Adds a mark; one that overlaps the last mark extends it."""
    start, end = marks[-1]
    if mark[0] < end:
        marks[-1] = (start, max(end, mark[1]))
    else:
        marks.append(mark)


def _snippet(field: Field, text: str, span: Span, marks: Sequence[Span]) -> Snippet:
    end = max(span[1], marks[-1][1])
    return Snippet(field=field, start=span[0], end=end, text=text[span[0] : end], highlights=tuple(marks))


def _end(window: Sequence[Token], leaf: PlainLeaf) -> int:
    """The end of the leaf's match that starts with the window; 0 when it does not match there."""
    if isinstance(leaf, Prefix):
        return window[0].end if window[0].word.startswith(leaf.word) else 0
    length = len(leaf.stems)
    if len(window) < length:
        return 0
    *first, last = leaf.stems
    same = all(token.stem == stem for token, stem in zip(window, first, strict=False))
    final = window[length - 1]
    if not same or not (final.stem.startswith(last) if leaf.open else final.stem == last):
        return 0
    return final.start + len(last) if leaf.open else final.end


def _context(text: str, mark: Span) -> Span:
    """The span of the mark with its context, cut at spaces where there are any."""
    start, end = max(0, mark[0] - CONTEXT), min(len(text), mark[1] + CONTEXT)
    if start > 0:
        space = text.find(" ", start, mark[0])
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", mark[1], end)
        end = space if space >= 0 else end
    return start, end
