"""Where a document says what was looked for: stretches of title and text with the words marked. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from catalog_service.resources import Span
from catalog_service.search.analyzer import Token
from catalog_service.search.grammar import Words
from catalog_service.search.results import Snippet

AROUND = 90
MOST = 3
MOST_MARKS = 50


def snippets(field: str, text: str, tokens: Sequence[Token], leaves: Iterable[Words]) -> tuple[Snippet, ...]:
    """Up to three stretches of `text` around what the leaves look for, cut at words; offsets are absolute."""
    marks = sorted({mark for leaf in leaves if leaf.field in (None, field) for mark in _marks(tokens, leaf)})
    found: list[tuple[Span, list[Span]]] = []
    for mark in marks[:MOST_MARKS]:
        if found and mark[0] <= found[-1][0][1]:
            found[-1][1].append(mark)
        elif len(found) < MOST:
            found.append((_around(text, mark), [mark]))
    return tuple(_snippet(field, text, span, inside) for span, inside in found)


def _snippet(field: str, text: str, span: Span, marks: Sequence[Span]) -> Snippet:
    end = max(span[1], marks[-1][1])
    return Snippet(field=field, start=span[0], end=end, text=text[span[0] : end], highlights=tuple(marks))


def _marks(tokens: Sequence[Token], leaf: Words) -> Iterator[Span]:
    """Where the leaf's tokens stand one behind the other."""
    asked = leaf.tokens
    for place in range(len(tokens) - len(asked) + 1):
        if all(_is(tokens[place + at], token, leaf, at) for at, token in enumerate(asked)):
            yield tokens[place].start, tokens[place + len(asked) - 1].end


def _is(found: Token, asked: Token, leaf: Words, at: int) -> bool:
    if not leaf.prefix:
        return found.stem == asked.stem
    last = at == len(leaf.tokens) - 1
    return found.word.startswith(asked.word) if last else found.word == asked.word


def _around(text: str, mark: Span) -> Span:
    start, end = max(0, mark[0] - AROUND), min(len(text), mark[1] + AROUND)
    if start > 0:
        start = text.find(" ", start, mark[0]) + 1 or mark[0]
    if end < len(text):
        end = max(text.rfind(" ", mark[1], end), mark[1])
    return start, end
