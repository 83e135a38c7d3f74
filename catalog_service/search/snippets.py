"""Where a document says what was looked for: stretches of title and text with the words marked. Pure."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from catalog_service.resources import Span
from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token
from catalog_service.search.grammar import Field, Leaf, Prefix
from catalog_service.search.results import Snippet

# Code points on each side of what was found.
AROUND = 90
MOST = 3
MOST_MARKS = 50
# How far into a text is looked; analysing goes on no further than needed.
FARTHEST = 200_000


def snippets(field: Field, text: str, leaves: Iterable[Leaf]) -> tuple[Snippet, ...]:
    """Up to three stretches of `text` around what the leaves look for, cut at words; offsets are absolute."""
    asked = [leaf for leaf in leaves if leaf.field in (None, field)]
    if not asked:
        return ()
    found: list[tuple[Span, list[Span]]] = []
    for mark in itertools.islice(_marks(text[:FARTHEST], asked), MOST_MARKS):
        if found and mark[0] < found[-1][0][1]:
            _add(found[-1][1], mark)
        elif len(found) < MOST:
            found.append((_around(text, mark), [mark]))
        else:
            break
    return tuple(_snippet(field, text, span, marks) for span, marks in found)


def _add(marks: list[Span], mark: Span) -> None:
    """What overlaps becomes one."""
    start, end = marks[-1]
    if mark[0] < end:
        marks[-1] = (start, max(end, mark[1]))
    else:
        marks.append(mark)


def _snippet(field: Field, text: str, span: Span, marks: Sequence[Span]) -> Snippet:
    end = max(span[1], marks[-1][1])
    return Snippet(field=field, start=span[0], end=end, text=text[span[0] : end], highlights=tuple(marks))


def _marks(text: str, leaves: Sequence[Leaf]) -> Iterator[Span]:
    """Where a leaf's words stand one behind the other, in order of where they begin."""
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
    """Where the leaf ends when it begins with the window, else 0."""
    if isinstance(leaf, Prefix):
        return window[0].end if window[0].word.startswith(leaf.word) else 0
    length = len(leaf.stems)
    if len(window) < length:
        return 0
    *first, last = leaf.stems
    said = all(token.stem == stem for token, stem in zip(window, first, strict=False))
    final = window[length - 1]
    if not said or not (final.stem.startswith(last) if leaf.open else final.stem == last):
        return 0
    return final.start + len(last) if leaf.open else final.end


def _around(text: str, mark: Span) -> Span:
    """The stretch around a mark, cut at spaces where there are any."""
    start, end = max(0, mark[0] - AROUND), min(len(text), mark[1] + AROUND)
    if start > 0:
        space = text.find(" ", start, mark[0])
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", mark[1], end)
        end = space if space >= 0 else end
    return start, end
