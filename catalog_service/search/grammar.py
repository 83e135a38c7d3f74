"""What a query means: words (AND), "phrases", prefix*, -not, OR, ( ), title: and text:. Pure.

What does not parse is searched for as plain words, and said so.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from typing import Literal, TypeAlias

from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery
from catalog_service.search import analyzer
from catalog_service.search.analyzer import Token
from catalog_service.search.tree import And, Not, Or, Tree

Field: TypeAlias = Literal["title", "text"]

MAX_LENGTH = 1_000
MAX_DEPTH = 20
MAX_LEAVES = 64
# The engines cut long texts into parts that overlap by so much.
MAX_PHRASE = 32
SHORTEST_PREFIX = 2
LEXEME = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<not>-(?=[^\s-]))|(?P<field>(?:title|text):(?=\S))"""
    r"""|(?P<phrase>"[^"]*"|“[^”]*”)|(?P<or>OR(?![^\s()]))|(?P<and>AND(?![^\s()]))|(?P<word>[^\s()"“”]+|”))"""
)
OPERATORS = re.compile(r'[\s()"“”*]+')
UNKNOWN_FIELD = re.compile(r"([A-Za-z_]+):[^\s/]")
BARE = re.compile(r"(?!(?:OR|AND)$)\w+")
NOTHING = "There is no word to look for."


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that follow each other; most often one. Where it is `open`, the last is the beginning of one."""

    stems: tuple[str, ...]
    field: Field | None = None
    open: bool = False
    written: str = member(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Prefix:
    """A word that begins so, as it is written."""

    word: str
    field: Field | None = None
    written: str = member(default="", compare=False)


Leaf: TypeAlias = Phrase | Prefix
Node: TypeAlias = Tree[Leaf]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query understood; `node` is None when there is nothing to look for."""

    node: Node | None
    written: str = ""
    escaped: bool = False
    warnings: tuple[str, ...] = ()


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
    """The meaning of `query`.

    Raises BadQuery when it is longer than MAX_LENGTH, or `strict` and it does not parse, with the position.
    """
    if len(query) > MAX_LENGTH:
        raise _refused(f"longer than {MAX_LENGTH:,} characters", MAX_LENGTH)
    parser = _Parser(query)
    try:
        node = parser.parse()
    except _Wrong as wrong:
        if strict:
            raise _refused(str(wrong), wrong.position) from None
        node = _plain(query)
        said = f"Searched for as plain words: {wrong} at character {wrong.position + 1}."
        return Parsed(node, written(node) if node else "", escaped=True, warnings=(said,))
    warnings = tuple(parser.warnings)
    if node is None:
        return Parsed(None, warnings=(*warnings, NOTHING) if query.strip() else warnings)
    return Parsed(node, written(node), warnings=warnings)


def leaves(node: Node | None) -> Iterator[Leaf]:
    """What is looked for, without what is excluded."""
    if isinstance(node, Phrase | Prefix):
        yield node
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)


def written(node: Node) -> str:
    """The query in its plainest form; parsed, it means the same again."""
    if isinstance(node, Not):
        return f"-{_grouped(node.part)}"
    if isinstance(node, And):
        return " ".join(_grouped(part) if isinstance(part, And | Or) else written(part) for part in node.parts)
    if isinstance(node, Or):
        return " OR ".join(_grouped(part) if isinstance(part, And | Or) else written(part) for part in node.parts)
    named = f"{node.field}:" if node.field else ""
    if isinstance(node, Prefix):
        return f"{named}{node.word}*"
    return f"{named}{node.written}" if BARE.fullmatch(node.written) else f'{named}"{node.written}"'


def _grouped(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, And | Or | Not) else written(node)


def _refused(what: str, position: int) -> BadQuery:
    error = FieldError(pointer="q", detail=f"{what}, at character {position + 1}")
    return BadQuery(f"q: {error.detail}.", errors=(error,), extensions={"position": position})


def _plain(query: str) -> Node | None:
    """Every word of the query, whatever else stands in it."""
    parts: list[Node] = []
    for chunk in OPERATORS.split(query):
        text = "".join(chunk[: token.end] for token in analyzer.analyze(chunk)[:MAX_PHRASE][-1:])
        parts += [_phrase(analyzer.analyze(text), None, text)] if text else []
    return And(tuple(parts[:MAX_LEAVES])) if len(parts) > 1 else parts[0] if parts else None


def _phrase(tokens: Sequence[Token], named: Field | None, text: str) -> Phrase:
    """Tokens in sequence. A run of pairs ends with its last character alone: in a query, that may go on."""
    last = tokens[-1]
    if not analyzer.is_unspaced(last.word):
        return Phrase(tuple(token.stem for token in tokens), named, written=text)
    if len(tokens) > 1 and tokens[-2].end == last.end:
        return Phrase(tuple(token.stem for token in tokens[:-1]), named, written=text)
    return Phrase(tuple(token.stem for token in tokens), named, open=True, written=text)


def _lexemes(query: str) -> Iterator[_Lexeme]:
    at, end = 0, len(query.rstrip())
    while at < end:
        match = LEXEME.match(query, at)
        if match is None:
            raise _Wrong("a quotation mark is not closed", len(query) - len(query[at:].lstrip()))
        kind = match.lastgroup or "word"
        yield _Lexeme(kind, match.group(kind), match.start(kind))
        at = match.end()


class _Parser:
    """either := all ("OR" all)* ; all := factor ("AND"? factor)* ; factor := "-"? field? (group | phrase | word)."""

    def __init__(self, query: str) -> None:
        self.warnings: list[str] = []
        self._query = query
        self._left: list[_Lexeme] = []
        self._at = 0
        self._leaves = 0

    def parse(self) -> Node | None:
        """The whole query. Raises _Wrong."""
        self._left = list(_lexemes(self._query))
        node = self._either(0, None)
        if (extra := self._peek()) is not None:
            raise _Wrong("a bracket closes that was not opened", extra.position)
        return node

    def _peek(self) -> _Lexeme | None:
        return self._left[self._at] if self._at < len(self._left) else None

    def _take(self, kind: str) -> _Lexeme | None:
        lexeme = self._peek()
        if lexeme is None or lexeme.kind != kind:
            return None
        self._at += 1
        return lexeme

    def _either(self, depth: int, named: Field | None) -> Node | None:
        if depth > MAX_DEPTH:
            raise _Wrong("brackets are nested too deep", self._left[self._at - 1].position)
        start = self._at
        parts = [self._all(depth, named)]
        while taken := self._take("or"):
            self._expect_operand(taken, self._left[start : self._at - 1])
            parts.append(self._all(depth, named))
        return _joined(Or, [part for part in parts if part is not None])

    def _all(self, depth: int, named: Field | None) -> Node | None:
        parts: list[Node | None] = []
        while (lexeme := self._peek()) is not None and lexeme.kind not in ("close", "or"):
            if taken := self._take("and"):
                self._expect_operand(taken, parts)
            parts.append(self._factor(depth, named))
        return _joined(And, [part for part in parts if part is not None])

    def _expect_operand(self, operator: _Lexeme, before: Sequence[object]) -> None:
        following = self._peek()
        if not before or following is None or following.kind in ("or", "and", "close"):
            raise _Wrong(f"{operator.text} stands between two things", operator.position)

    def _factor(self, depth: int, named: Field | None) -> Node | None:
        if taken := self._take("not"):
            part = self._operand(depth, named, taken)
            return Not(part) if part is not None else None
        if taken := self._take("field"):
            return self._operand(depth, "title" if taken.text == "title:" else "text", taken)
        if taken := self._take("open"):
            node = self._either(depth + 1, named)
            if self._take("close") is None:
                raise _Wrong("a bracket is not closed", taken.position)
            return node
        lexeme = self._left[self._at]
        self._at += 1
        return self._leaf(lexeme, named)

    def _operand(self, depth: int, named: Field | None, before: _Lexeme) -> Node | None:
        following = self._peek()
        if following is None or following.kind in ("close", "or", "and"):
            raise _Wrong(f"nothing follows {before.text}", before.position)
        if depth > MAX_DEPTH:
            raise _Wrong("it is nested too deep", before.position)
        return self._factor(depth + 1, named)

    def _leaf(self, lexeme: _Lexeme, named: Field | None) -> Node | None:
        text = lexeme.text[1:-1].replace('"', " ") if lexeme.kind == "phrase" else lexeme.text
        tokens = analyzer.analyze(text)
        if not tokens:
            return None
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise _Wrong(f"there are more than {MAX_LEAVES} words", lexeme.position)
        if len(tokens) > MAX_PHRASE:
            raise _Wrong(f"a phrase is longer than {MAX_PHRASE} words", lexeme.position)
        if lexeme.kind == "word":
            self._warn(lexeme)
            if text.endswith("*"):
                return self._prefix(tokens, named, text)
        return _phrase(tokens, named, text)

    def _prefix(self, tokens: Sequence[Token], named: Field | None, text: str) -> Node:
        """Of several words the last is the beginning; in a script without spaces everything is one."""
        *before, last = tokens
        if analyzer.is_unspaced(last.word):
            return _phrase(tokens, named, text.rstrip("*"))
        if len(last.word) < SHORTEST_PREFIX:
            self.warnings.append(f"{last.word}* is too short a beginning; searched for as a word.")
            return _phrase(tokens, named, text.rstrip("*"))
        prefix = Prefix(last.word, named, written=text)
        return And((_phrase(before, named, text[: before[-1].end]), prefix)) if before else prefix

    def _warn(self, lexeme: _Lexeme) -> None:
        if match := UNKNOWN_FIELD.match(lexeme.text):
            self.warnings.append(f"{match[1]}: is not a field (title: and text: are); searched for as words.")


def _joined(kind: type[And[Leaf]] | type[Or[Leaf]], parts: Sequence[Node]) -> Node | None:
    """One part is itself; of none nothing is left."""
    return kind(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None
