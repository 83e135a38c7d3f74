"""JSON-LD in a page: what it says about the article, by the names of schema.org."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest_service.reading.html.document import Page, line

Node = Mapping[str, Any]

# A page has a few thousand characters of it; more than this is a catalogue.
LONGEST = 500_000
MOST_NODES = 2_000
DEEPEST = 6
ARTICLE = re.compile(r"(?:\w*Article|\w*Posting|Report|Review|ClaimReview|CreativeWork)\Z")
PAGE = re.compile(r"(?:Web|Item|About|QA)Page\Z")
# Comment signs and line ends that templates leave around or in the text.
WRAPPING = re.compile(
    r"\A\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[|/\*<!\[CDATA\[\*/)|(?:-->|//\]\]>|\]\]>|/\*\]\]>\*/);?\s*\Z"
)
TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


def article(page: Page) -> Node:
    """What the page's article says about itself, completed by what its page says; empty if it says nothing."""
    nodes = [node for block in _blocks(page) for node in _nodes(block, DEEPEST)][:MOST_NODES]
    by_id = {node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [node for node in nodes if _is_a(node, ARTICLE)]
    pages = [node for node in nodes if _is_a(node, PAGE)]
    merged: dict[str, Any] = {}
    # The first article is that of the page: others are in lists of what to read next.
    for node in (*articles[:1], *pages[:1]):
        for name, value in node.items():
            merged.setdefault(name, _resolved(value, by_id))
    return merged


def text(value: object) -> str:
    """A text, the first text of a list, or the name of a thing, as one line; empty for anything else."""
    if isinstance(value, list):
        return next(filter(None, map(text, value)), "")
    if isinstance(value, dict):
        return text(value.get("name") or value.get("@value") or "")
    return line(value) if isinstance(value, str) else ""


def words(value: object) -> str:
    """The text of a value as people read it: many programs write entities of HTML into JSON, which needs none."""
    return line(html.unescape(text(value)))


def texts(value: object) -> list[str]:
    """The texts and names in a value as people read them, as lines."""
    values = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(filter(None, map(words, values))))


def _blocks(page: Page) -> Iterator[object]:
    for script in page.root.iter("script"):
        content = script.text or ""
        if "ld+json" in (script.get("type") or "").lower() and len(content) <= LONGEST:
            yield _parsed(WRAPPING.sub("", content))


def _parsed(content: str) -> object:
    """The value of a text of JSON, with line ends in its strings and commas too many; None if it is none."""
    for attempt in (content, TRAILING_COMMA.sub("", content)):
        try:
            parsed: object = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return parsed
    return None


def _nodes(value: object, depth: int) -> Iterator[Node]:
    """The things in a value: itself, those of a list or graph, and the main thing of a page; outer ones first."""
    if depth == 0:
        return
    if isinstance(value, list):
        for entry in value:
            yield from _nodes(entry, depth - 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed"):
            yield from _nodes(value.get(name), depth - 1)


def _is_a(node: Node, types: re.Pattern[str]) -> bool:
    stated = node.get("@type")
    names = stated if isinstance(stated, list) else [stated]
    return any(isinstance(name, str) and types.match(name) for name in names)


def _resolved(value: object, by_id: Mapping[str, Node]) -> object:
    """The value, with things in the place of references to them."""
    if isinstance(value, list):
        return [_resolved(entry, by_id) for entry in value]
    if isinstance(value, dict) and "name" not in value and isinstance(name := value.get("@id"), str):
        return by_id.get(name, value)
    return value
