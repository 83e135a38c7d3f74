"""Metadata at the top of a text: between two `---` lines, between two `+++` lines, or as lines such as `Title: …`.

Between `---` it is parsed as YAML in which every scalar is the string as written: a date is kept as it is, `no` is not
false and 1.10 is not 1.1. If it is no YAML, for example since a title holds a colon, it is read line by line. Between
`+++` it is TOML. Lines without fences are metadata if one is the title and another one is a common field too. What is
none of these is not front matter and remains text.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

import yaml

from ingest_service.model import Json, Span

OPENING = re.compile(r"[\ufeff\s]*(---|\+\+\+)[ \t]*(?:\r\n|\r|\n)")
CLOSINGS = {
    "---": re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)"),
    "+++": re.compile(r"(?<=[\r\n])\+\+\+[ \t]*(?:\r\n|\r|\n|\Z)"),
}
# Lines without fences, up to an empty line or the end; one of them is the title, and another one is in `COMMON` too.
HEADERS = re.compile(
    r"[\ufeff\s]*((?:[A-Za-z][A-Za-z_ -]{1,30}[ \t]*:[ \t]+\S[^\r\n]*(?:\r\n|\r|\n|\Z)){2,30})(?=\r|\n|\Z)"
)
LINE_END = re.compile(r"\r\n|\r|\n")
TITLE = frozenset({"title", "headline"})
COMMON = frozenset(
    {
        "author",
        "authors",
        "byline",
        "category",
        "date",
        "keywords",
        "lang",
        "language",
        "link",
        "published",
        "publisher",
    }
    | {"slug", "source", "summary", "tags", "updated", "url"}
)
KEY = re.compile(r"[^\W\d][\w.:-]{0,63}")
KEY_LINE = re.compile(r"([^\W\d][\w.-]{0,63})[ \t]*:(?:[ \t]+(.*))?")
ENTRY_LINE = re.compile(r"[ \t]*-[ \t]+(.*)")
COMMENT = re.compile(r"[ \t]*(?:#.*)?")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# The deepest nesting that is kept; JSON readers downstream recurse too.
DEEPEST = 16


class _Loader(yaml.BaseLoader):
    """Loads strings, lists and mappings only: no tag creates an object."""

    def compose_node(self, parent: yaml.nodes.Node | None, index: int) -> yaml.nodes.Node | None:
        # A few aliases of aliases expand to gigabytes ("billion laughs").
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases are refused")
        return super().compose_node(parent, index)


def read(source: str, limit: int) -> tuple[Mapping[str, Json], Span | None]:
    """The metadata and the span of the front matter, with its fences; empty and None if there is none.

    `limit` is the number of characters that front matter may have.
    """
    opening = OPENING.match(source[: limit + 8])
    if opening is None:
        return _headers(source, limit)
    closing = CLOSINGS[opening[1]].search(source, opening.end(), min(len(source), opening.end() + limit))
    if closing is None:
        return {}, None
    block = source[opening.end() : closing.start()]
    fields = _as_toml(block) if opening[1] == "+++" else _as_yaml(block) or _as_lines(block)
    return (fields, (0, closing.end())) if fields else ({}, None)


def _headers(source: str, limit: int) -> tuple[Mapping[str, Json], Span | None]:
    """The metadata in lines without fences, and their span."""
    match = HEADERS.match(source, 0, limit)
    if match is None or match.end() == limit < len(source):
        return {}, None
    # Other characters that end a line for Python are part of a value.
    pairs = [line.split(":", 1) for line in LINE_END.split(match[1]) if line]
    fields: dict[str, Json] = {key.strip(): _unquoted(value) for key, value in pairs}
    keys = {key.lower() for key in fields}
    return (fields, (0, match.end())) if keys & TITLE and keys & COMMON else ({}, None)


def _as_toml(block: str) -> dict[str, Json]:
    """The block as a TOML table, each value as a string; empty if it is not one."""
    import tomllib  # noqa: PLC0415  Few files have TOML, and every worker would load it.

    try:
        return {key: _json(value, DEEPEST) for key, value in tomllib.loads(block).items() if KEY.fullmatch(key)}
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def _as_yaml(block: str) -> dict[str, Json]:
    """The block as a YAML mapping. Empty if it is not one, or if any key is not of the form `KEY`."""
    try:
        fields = yaml.load(block, _Loader)  # noqa: S506  The loader is safer than the safe one: it makes strings only.
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError):
        return {}
    if not isinstance(fields, dict) or not all(isinstance(key, str) and KEY.fullmatch(key) for key in fields):
        return {}
    try:
        return {key: _json(value, DEEPEST) for key, value in fields.items()}
    except ValueError:
        return {}


def _json(value: object, depth: int) -> Json:
    """The value with strings as keys; raises ValueError when it is nested too deep."""
    if depth == 0:
        raise ValueError("nested too deep")
    if isinstance(value, dict):
        return {_storable(str(key)): _json(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_json(inner, depth - 1) for inner in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    return _storable(str(value))


def _storable(text: str) -> str:
    """The text composed, without NUL and lone surrogates, which YAML escapes can produce and no database stores."""
    return unicodedata.normalize("NFC", UNSTORABLE.sub("\ufffd", text))


def _as_lines(block: str) -> dict[str, Json]:
    """The metadata of `key: value` lines, and `- value` lines under a key; empty if there is any other line."""
    fields: dict[str, Json] = {}
    entries: list[Json] = []
    for line in _lines(block):
        if key := KEY_LINE.fullmatch(line):
            entries = []
            fields[key[1]] = _unquoted(key[2] or "") or entries
        elif fields and (entry := ENTRY_LINE.fullmatch(line)):
            entries.append(_unquoted(entry[1]))
        else:
            return {}
    return {key: value or "" for key, value in fields.items()}


def _lines(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if not COMMENT.fullmatch(line):
            yield line.rstrip()


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
