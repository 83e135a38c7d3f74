"""The grammar of queries: words (AND), "phrases", prefix*, -not, OR, ( ), title: and text:. Pure.

A query that does not parse is taken as plain words, with a warning.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from typing import Literal, TypeAlias, get_args

from catalog_service.contract import FieldError
from catalog_service.errors import BadQuery
from catalog_service.search import analyzer, variants, word_warnings
from catalog_service.search.analyzer import Token
from catalog_service.search.tree import And, Not, Or, Tree

Field: TypeAlias = Literal["title", "text"]
FIELDS: tuple[Field, ...] = get_args(Field)

MAX_LENGTH = 1_000
MAX_DEPTH = 20
MAX_LEAVES = 64
# The engines cut long texts into parts that overlap by one word less, so that a phrase is always whole in one part.
MAX_PHRASE = 32
MIN_PREFIX = 2
# Words of one query that are also searched for in other ways to write them, up to 21 ways each.
MAX_VARIED = 8
LEXEME = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<not>-(?=[^\s-]))|(?P<field>(?:title|text):(?=\S))"""
    r"""|(?P<phrase>"[^"]*"|“[^”]*”)|(?P<or>OR(?![^\s()]))|(?P<and>AND(?![^\s()]))|(?P<word>[^\s()"“”]+|”))"""
)
OPERATORS = re.compile(r'[\s()"“”*]+')
BARE = re.compile(r"(?!(?:OR|AND)$)\w+")
NO_WORD = "There is no word to look for."


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems in sequence, most often one; if `open`, the last is a prefix of a stem. `written` is the user's text."""

    stems: tuple[str, ...]
    field: Field | None = None
    open: bool = False
    written: str = member(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Prefix:
    """All words that begin with `word` (folded, not stemmed). `written` is the user's text."""

    word: str
    field: Field | None = None
    written: str = member(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Variants:
    """Several ways to write one word; a match has one of them. `written` is the user's text."""

    phrases: tuple[Phrase, ...]
    field: Field | None = None
    written: str = member(default="", compare=False)


PlainLeaf: TypeAlias = Phrase | Prefix
Leaf: TypeAlias = PlainLeaf | Variants
Node: TypeAlias = Tree[Leaf]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed query. `node` is None when it has no word; `escaped` is True when it did not parse: plain words."""

    node: Node | None
    written: str = ""
    escaped: bool = False
    warnings: tuple[str, ...] = ()


class _SyntaxError(Exception):
    """The query does not parse; `position` is the index of the character where."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    position: int


def parse(query: str, *, strict: bool = False) -> Parsed:
    """Parses a query; one that does not parse becomes plain words and a warning.

    Raises BadQuery when it is longer than MAX_LENGTH. If `strict`, also when it does not parse, with the position.
    """
    if len(query) > MAX_LENGTH:
        raise _refused(f"longer than {MAX_LENGTH:,} characters", MAX_LENGTH)
    parser = _Parser(query)
    try:
        node = parser.parse()
    except _SyntaxError as error:
        if strict:
            raise _refused(str(error), error.position) from None
        node = _plain(query)
        warning = f"Searched for as plain words: {error} at character {error.position + 1}."
        return Parsed(node, written(node) if node else "", escaped=True, warnings=(warning,))
    warnings = tuple(parser.warnings)
    if node is None:
        return Parsed(None, warnings=(*warnings, NO_WORD) if query.strip() else warnings)
    return Parsed(node, written(node), warnings=warnings)


def leaves(node: Node | None) -> Iterator[PlainLeaf]:
    """The words and phrases that a match must or may have, without the excluded ones."""
    if isinstance(node, Phrase | Prefix):
        yield node
    elif isinstance(node, Variants):
        yield from node.phrases
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)


def written(node: Node) -> str:
    """The query in its plainest form; parsed again, it gives the same node."""
    if isinstance(node, Not):
        return f"-{_grouped(node.part)}"
    if isinstance(node, And):
        return " ".join(_grouped(part) if isinstance(part, And | Or) else written(part) for part in node.parts)
    if isinstance(node, Or):
        return " OR ".join(_grouped(part) if isinstance(part, And | Or) else written(part) for part in node.parts)
    field = f"{node.field}:" if node.field else ""
    if isinstance(node, Prefix):
        return f"{field}{node.word}*"
    plain = isinstance(node, Variants) or BARE.fullmatch(node.written)
    return f"{field}{node.written}" if plain else f'{field}"{node.written}"'


def _grouped(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, And | Or | Not) else written(node)


def _refused(what: str, position: int) -> BadQuery:
    error = FieldError(pointer="q", detail=f"{what}, at character {position + 1}")
    return BadQuery(f"q: {error.detail}.", errors=(error,), extensions={"position": position})


def _plain(query: str) -> Node | None:
    """All words of the query, without its operators."""
    parts: list[Node] = []
    for chunk in OPERATORS.split(query):
        text = "".join(chunk[: token.end] for token in analyzer.analyze(chunk)[:MAX_PHRASE][-1:])
        parts += [_phrase(analyzer.analyze(text), None, text)] if text else []
    return _joined(And, list(dict.fromkeys(parts))[:MAX_LEAVES])


def _phrase(tokens: Sequence[Token], field: Field | None, text: str) -> Phrase:
    """The tokens as a phrase, open at its end when the last token may be the beginning of a longer one in a text.

    The last token of a run without spaces is one character alone; in a text, the run may continue after it. It is
    dropped when the token before it covers it, else the phrase is open.
    """
    last = tokens[-1]
    if not analyzer.is_unspaced(last.word):
        return Phrase(tuple(token.stem for token in tokens), field, written=text)
    if len(tokens) > 1 and tokens[-2].end == last.end:
        return Phrase(tuple(token.stem for token in tokens[:-1]), field, written=text)
    return Phrase(tuple(token.stem for token in tokens), field, open=True, written=text)


def _lexemes(query: str) -> Iterator[_Lexeme]:
    at, end = 0, len(query.rstrip())
    while at < end:
        match = LEXEME.match(query, at)
        if match is None:
            raise _SyntaxError("a quotation mark is not closed", len(query) - len(query[at:].lstrip()))
        kind = match.lastgroup or "word"
        yield _Lexeme(kind, match.group(kind), match.start(kind))
        at = match.end()


class _Parser:
    """A recursive-descent parser; each method parses one rule and takes the field that is in force.

    either := all ("OR" all)* ; all := factor ("AND"? factor)* ; factor := "-"? field? (group | phrase | word).
    """

    def __init__(self, query: str) -> None:
        self.warnings: list[str] = []
        self._query = query
        self._lexemes: list[_Lexeme] = []
        self._at = 0
        self._leaves = self._varied = 0

    def parse(self) -> Node | None:
        """The node of the whole query; None when it has no word. Raises _SyntaxError."""
        self._lexemes = list(_lexemes(self._query))
        node = self._either(0, None)
        if (extra := self._peek()) is not None:
            raise _SyntaxError("a bracket closes that was not opened", extra.position)
        return node

    def _peek(self) -> _Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _take(self, kind: str) -> _Lexeme | None:
        lexeme = self._peek()
        if lexeme is None or lexeme.kind != kind:
            return None
        self._at += 1
        return lexeme

    def _either(self, depth: int, field: Field | None) -> Node | None:
        if depth > MAX_DEPTH:
            raise _SyntaxError("brackets are nested too deep", self._lexemes[self._at - 1].position)
        start = self._at
        parts = [self._all(depth, field)]
        while taken := self._take("or"):
            self._expect_operand(taken, self._lexemes[start : self._at - 1])
            parts.append(self._all(depth, field))
        return _joined(Or, [part for part in parts if part is not None])

    def _all(self, depth: int, field: Field | None) -> Node | None:
        parts: list[Node | None] = []
        while (lexeme := self._peek()) is not None and lexeme.kind not in ("close", "or"):
            if taken := self._take("and"):
                self._expect_operand(taken, parts)
            parts.append(self._factor(depth, field))
        return _joined(And, [part for part in parts if part is not None])

    def _expect_operand(self, operator: _Lexeme, before: Sequence[object]) -> None:
        following = self._peek()
        if not before or following is None or following.kind in ("or", "and", "close"):
            raise _SyntaxError(f"{operator.text} must stand between two words or groups", operator.position)

    def _factor(self, depth: int, field: Field | None) -> Node | None:
        if taken := self._take("not"):
            part = self._operand(depth, field, taken)
            return Not(part) if part is not None else None
        if taken := self._take("field"):
            return self._operand(depth, "title" if taken.text == "title:" else "text", taken)
        if taken := self._take("open"):
            node = self._either(depth + 1, field)
            if self._take("close") is None:
                raise _SyntaxError("a bracket is not closed", taken.position)
            return node
        lexeme = self._lexemes[self._at]
        self._at += 1
        return self._leaf(lexeme, field)

    def _operand(self, depth: int, field: Field | None, before: _Lexeme) -> Node | None:
        following = self._peek()
        if following is None or following.kind in ("close", "or", "and"):
            raise _SyntaxError(f"nothing follows {before.text}", before.position)
        if depth > MAX_DEPTH:
            raise _SyntaxError("it is nested too deep", before.position)
        return self._factor(depth + 1, field)

    def _leaf(self, lexeme: _Lexeme, field: Field | None) -> Node | None:
        text = lexeme.text[1:-1].replace('"', " ") if lexeme.kind == "phrase" else lexeme.text
        tokens = analyzer.analyze(text)
        if not tokens:
            return None
        self._leaves += 1
        if self._leaves > MAX_LEAVES:
            raise _SyntaxError(f"there are more than {MAX_LEAVES} words", lexeme.position)
        if len(tokens) > MAX_PHRASE:
            raise _SyntaxError(f"a phrase is longer than {MAX_PHRASE} words", lexeme.position)
        if lexeme.kind == "word":
            self.warnings += word_warnings.of(lexeme.text)
            if text.endswith("*"):
                return self._prefix(tokens, field, text)
            if self._varied < MAX_VARIED and (ways := variants.of(text, tokens)):
                self._varied += 1
                return Variants(tuple(Phrase(stems, field) for stems in ways), field, written=text)
        return _phrase(tokens, field, text)

    def _prefix(self, tokens: Sequence[Token], field: Field | None, text: str) -> Node:
        """Of several words only the last is a prefix. In a script without spaces, a phrase matches prefixes anyway."""
        *before, last = tokens
        if analyzer.is_unspaced(last.word):
            return _phrase(tokens, field, text.rstrip("*"))
        if len(last.word) < MIN_PREFIX:
            self.warnings.append(
                f"{last.word}* is too short: a prefix has at least {MIN_PREFIX} letters; searched for as a word."
            )
            return _phrase(tokens, field, text.rstrip("*"))
        prefix = Prefix(last.word, field, written=text)
        return And((_phrase(before, field, text[: before[-1].end]), prefix)) if before else prefix


def _joined(kind: type[And[Leaf]] | type[Or[Leaf]], parts: Sequence[Node]) -> Node | None:
    """The parts joined by `kind`, each once; a single part itself, and None for no parts."""
    different = tuple(dict.fromkeys(parts))
    return kind(different) if len(different) > 1 else different[0] if different else None
