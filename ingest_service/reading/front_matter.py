"""Metadata between two `---` lines at the top of a text.

Front matter is parsed as YAML in which every scalar is the string as written: a date is kept as it is, `no` is not
false and 1.10 is not 1.1. If it is no YAML, for example since a title holds a colon, it is read line by line. If it is
neither, it is not front matter and remains text.
"""

import re
from collections.abc import Iterator, Mapping

import yaml

from ingest_service.model import Json, Span

OPENING = re.compile(r"[\ufeff\s]*---[ \t]*(?:\r\n|\r|\n)")
CLOSING = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
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
    """The metadata and the span of the front matter, with both `---` lines; empty and None if there is none.

    `limit` is the number of characters that front matter may have.
    """
    opening = OPENING.match(source[: limit + 8])
    if opening is None:
        return {}, None
    closing = CLOSING.search(source, opening.end(), min(len(source), opening.end() + limit))
    if closing is None:
        return {}, None
    block = source[opening.end() : closing.start()]
    fields = _as_yaml(block) or _as_lines(block)
    return (fields, (0, closing.end())) if fields else ({}, None)


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
    return _storable(str(value))


def _storable(text: str) -> str:
    """The text without NUL and lone surrogates, which YAML escapes can produce and no database stores."""
    return UNSTORABLE.sub("\ufffd", text)


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
