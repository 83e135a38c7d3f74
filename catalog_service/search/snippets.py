"""Snippets: parts of a title or text around the words that match, with these words marked. Pure."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from catalog_service.resources import Span
from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token
from catalog_service.search.grammar import Field, Leaf, Prefix
from catalog_service.search.results import Snippet

# Code points of context on each side of a match.
CONTEXT = 90
MAX_SNIPPETS = 3
MAX_MARKS = 50
# Matches after this many code points of a text are not marked: analysing the text is what takes the time.
MAX_TEXT = 200_000


def snippets(field: Field, text: str, leaves: Iterable[Leaf]) -> tuple[Snippet, ...]:
    """The first matches of the leaves in `text`, in up to three snippets cut at words; offsets are absolute."""
    searched = [leaf for leaf in leaves if leaf.field in (None, field)]
    if not searched:
        return ()
    parts: list[tuple[Span, list[Span]]] = []
    for mark in itertools.islice(_marks(text[:MAX_TEXT], searched), MAX_MARKS):
        if parts and mark[0] < parts[-1][0][1]:
            _add(parts[-1][1], mark)
        elif len(parts) < MAX_SNIPPETS:
            parts.append((_context(text, mark), [mark]))
        else:
            break
    return tuple(_snippet(field, text, span, marks) for span, marks in parts)


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


def _marks(text: str, leaves: Sequence[Leaf]) -> Iterator[Span]:
    """The spans of all matches of the leaves, in order of their starts."""
    longest = max(1 if isinstance(leaf, Prefix) else len(leaf.stems) for leaf in leaves)
    window: deque[Token] = deque()
    for token in itertools.chain(analyzer.tokens(text), itertools.repeat(None, longest)):
        if token is not None:
            window.append(token)
        if window and (token is None or len(window) == longest):
            if end := max(_end(window, leaf) for leaf in leaves):
                yield window[0].start, end
            window.popleft()


def _end(window: Sequence[Token], leaf: Leaf) -> int:
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
