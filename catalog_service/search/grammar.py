"""What a query means: words (AND), "phrases", prefix*, -not, OR, ( ), title: and text:. Pure.

What does not parse is searched for as plain words, and said so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from catalog_service.errors import BadQuery
from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token

Field: TypeAlias = Literal["title", "text"]

LEXEME = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|(?P<not>-(?=\S))|(?P<field>title:|text:)|(?P<phrase>"[^"]*")|(?P<word>[^\s()"]+))'
)
MAX_DEPTH = 20
MAX_LEAVES = 64


@dataclass(frozen=True, slots=True)
class Words:
    """Tokens that follow each other; with `prefix` the last is the beginning of a word."""

    tokens: tuple[Token, ...]
    prefix: bool = False
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """One of them or more."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Not this."""

    part: "Node"


Node: TypeAlias = Words | And | Or | Not


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query understood; `node` is None when there is nothing to look for."""

    node: Node | None
    escaped: bool
    warnings: tuple[str, ...]


class _Wrong(Exception):
    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    position: int


def parse(query: str, *, strict: bool = False) -> Parsed:
    """The meaning of `query`. Raises BadQuery, with the position, when `strict` and it does not parse."""
    try:
        node = _Parser(list(_lexemes(query))).parse()
    except _Wrong as wrong:
        if strict:
            detail = f"q: {wrong} at character {wrong.position + 1}."
            raise BadQuery(detail, extensions={"position": wrong.position}) from None
        tokens = analyzer.analyze(query)[:MAX_LEAVES]
        plain = And(tuple(Words((token,)) for token in tokens)) if tokens else None
        return Parsed(plain, escaped=True, warnings=(f"Searched for as plain words: {wrong}.",))
    if node is not None and not _looks_for_something(node):
        return Parsed(None, escaped=False, warnings=("A query cannot only exclude.",))
    return Parsed(node, escaped=False, warnings=())


def leaves(node: Node | None) -> Iterator[Words]:
    """What is looked for, without what is excluded."""
    if isinstance(node, Words):
        yield node
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)


def _looks_for_something(node: Node) -> bool:
    """Whether each way to match it needs something to be there."""
    if isinstance(node, Words):
        return True
    if isinstance(node, Not):
        return False
    kinds = [_looks_for_something(part) for part in node.parts]
    return any(kinds) if isinstance(node, And) else all(kinds)


def _lexemes(query: str) -> Iterator[_Lexeme]:
    at, end = 0, len(query.rstrip())
    while at < end:
        match = LEXEME.match(query, at)
        if match is None:
            raise _Wrong("a quotation mark is not closed", at + len(query[at:]) - len(query[at:].lstrip()))
        kind = match.lastgroup or "word"
        yield _Lexeme(kind, match.group(kind), match.start(kind))
        at = match.end()


class _Parser:
    """or := and ("OR" and)* ; and := factor+ ; factor := "-"? field? ( "(" or ")" | phrase | word )."""

    def __init__(self, lexemes: list[_Lexeme]) -> None:
        self._left = lexemes
        self._at = 0
        self._leaves = 0

    def parse(self) -> Node | None:
        node = self._either(0, None)
        if (extra := self._peek()) is not None:
            raise _Wrong("a bracket closes that was not opened", extra.position)
        return node

    def _peek(self) -> _Lexeme | None:
        return self._left[self._at] if self._at < len(self._left) else None

    def _either(self, depth: int, field: Field | None) -> Node | None:
        if depth > MAX_DEPTH:
            raise _Wrong("brackets are nested too deep", self._left[self._at - 1].position)
        parts = [self._all(depth, field)]
        while (lexeme := self._peek()) is not None and lexeme.kind == "word" and lexeme.text == "OR":
            self._at += 1
            following = self._all(depth, field)
            if following is None or parts[-1] is None:
                raise _Wrong("OR stands between two things", lexeme.position)
            parts.append(following)
        kept = tuple(part for part in parts if part is not None)
        return Or(kept) if len(kept) > 1 else kept[0] if kept else None

    def _all(self, depth: int, field: Field | None) -> Node | None:
        parts: list[Node] = []
        while (lexeme := self._peek()) is not None and lexeme.kind != "close" and lexeme.text != "OR":
            part = self._factor(depth, field)
            if part is not None:
                parts.append(part)
        return And(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None

    def _factor(self, depth: int, field: Field | None) -> Node | None:
        lexeme = self._left[self._at]
        self._at += 1
        if lexeme.kind == "not":
            part = self._operand(depth, field, lexeme)
            return Not(part) if part is not None else None
        if lexeme.kind == "field":
            named: Field = "title" if lexeme.text == "title:" else "text"
            return self._operand(depth, named, lexeme)
        if lexeme.kind == "open":
            node = self._either(depth + 1, field)
            closing = self._peek()
            if closing is None or closing.kind != "close":
                raise _Wrong("a bracket is not closed", lexeme.position)
            self._at += 1
            return node
        return self._words(lexeme, field)

    def _operand(self, depth: int, field: Field | None, before: _Lexeme) -> Node | None:
        following = self._peek()
        if following is None or following.kind == "close":
            raise _Wrong("something is missing", before.position + len(before.text))
        return self._factor(depth + 1, field)

    def _words(self, lexeme: _Lexeme, field: Field | None) -> Node | None:
        prefix = lexeme.kind == "word" and lexeme.text.endswith("*")
        tokens = tuple(analyzer.analyze(lexeme.text.rstrip("*") if prefix else lexeme.text))
        # Scripts without spaces are indexed in pairs: one character is the beginning of some.
        prefix = prefix or (len(tokens) == 1 and analyzer.is_unspaced(tokens[0].word) and len(tokens[0].word) == 1)
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise _Wrong("there are too many words", lexeme.position)
        return Words(tokens, prefix, field) if tokens else None
