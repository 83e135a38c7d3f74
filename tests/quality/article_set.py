"""The labelled set of small articles in `articles.yaml`, and how well they are read."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingest_service import normalise, reading
from ingest_service.errors import Unreadable
from ingest_service.model import Article

PATH = Path(__file__).parent / "articles.yaml"
NAMED = re.compile(r"(\{(\w+)\}|\[(\w+)\])")
FIELDS = (
    "title", "text", "kind", "language", "published", "updated", "place", "publisher", "authors", "credits", "wire",
    "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text of the set, as a file, and its right values by field."""

    number: int
    rule: str
    path: str
    content: str
    right: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The rule and the number of the entry, for messages."""
        return f"{self.number:03} {self.rule}"


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one text: the value of each field, and the words of the right text that are missing."""

    labelled: Labelled
    values: Mapping[str, Any]
    missing: Sequence[str]

    @property
    def wrong(self) -> list[str]:
        """The fields with another value than the right one."""
        return [field for field in FIELDS if self.values[field] != self.labelled.right[field]]


def load(content: str) -> list[Labelled]:
    """The texts of a set in the form of `articles.yaml`."""
    stored = yaml.safe_load(content)
    titles, bodies = stored["titles"], stored["bodies"]
    return [_labelled(number, entry, titles, bodies) for number, entry in enumerate(stored["entries"])]


def read(labelled: Labelled) -> Read:
    """Reads one text of the set; one that is refused has no values."""
    try:
        (source,) = reading.read(labelled.content.encode(), labelled.path).items
    except Unreadable:
        article = Article("", ())
    else:
        article = normalise.normalise(source)
        assert normalise.apply(source.source, article.notes) == article.text
    missing = Counter(labelled.right["text"].split()) - Counter(article.text.split())
    return Read(labelled, _values(article, labelled.right), sorted(missing))


def scores(texts: Sequence[Read]) -> dict[str, float]:
    """For each field the share of right values among the texts that have the field, rightly or as read."""
    measured = {}
    for field in FIELDS:
        stated = [text for text in texts if text.values[field] or text.labelled.right[field]]
        measured[field] = sum(field not in text.wrong for text in stated) / len(stated)
    return measured


def _labelled(
    number: int, entry: dict[str, Any], titles: dict[str, str], bodies: dict[str, dict[str, str]]
) -> Labelled:
    content = entry["content"]
    title = next((titles[match[2]] for match in NAMED.finditer(content) if match[2] in titles), "")
    languages = [bodies[match[3]]["language"] for match in NAMED.finditer(content) if match[3] in bodies]
    right = dict.fromkeys(FIELDS) | {
        "title": title,
        "text": "".join(_text(entry, bodies)),
        "kind": "document",
        "language": languages[-1] if languages else None,
    }
    right |= {field: entry[field] for field in FIELDS if field in entry}
    return Labelled(number, entry["rule"], entry.get("file", "a.txt"), _expanded(content, titles, bodies), right)


def _expanded(content: str, titles: dict[str, str], bodies: dict[str, dict[str, str]]) -> str:
    def named(match: re.Match[str]) -> str:
        if match[2] in titles:
            return titles[match[2]]
        return bodies[match[3]]["text"] if match[3] in bodies else match[0]

    return NAMED.sub(named, content)


def _text(entry: dict[str, Any], bodies: dict[str, dict[str, str]]) -> Iterator[str]:
    """The right text, in parts: the bodies and the kept lines in the order of the content."""
    content, at = entry["content"], 0
    parts = [(match.start(), bodies[match[3]]["text"]) for match in NAMED.finditer(content) if match[3] in bodies]
    for kept in entry.get("keeps", ()):
        at = max(at, content.find(kept.strip(), at))
        parts.append((at, kept))
    before = ""
    for _, part in sorted(parts, key=lambda placed: placed[0]):
        yield "\n\n" if before and not before.endswith(" ") else ""
        yield part
        before = part


def _values(article: Article, right: Mapping[str, Any]) -> dict[str, Any]:
    removed = "\n".join(note.removed for note in article.notes)
    return {
        "title": article.title,
        "text": article.text,
        "kind": article.kind,
        "language": article.language,
        "published": article.published,
        "updated": article.fields.get("updated"),
        "place": article.fields.get("place"),
        "publisher": article.publisher,
        "authors": list(article.authors) or None,
        "credits": list(article.credits) or None,
        "wire": article.wire.marker if article.wire else None,
        "notes": [note for note in right["notes"] or () if note in removed] or None,
    }
