"""The values of a ninjs object: texts, names and inner objects, whatever types a file has in their places. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ingest_service.errors import Damaged
from ingest_service.model import Json
from ingest_service.reading import markup, xml_documents
from ingest_service.reading.news import nitf

# Keys are in lower case.
Object: TypeAlias = Mapping[str, Any]

# Escapes of JSON can write what no database stores: NUL, and halves of characters.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Text:
    """One of the texts of an item: a body, headline or description with its role and its content type."""

    role: str
    type: str
    value: str

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs; none of XML that is not NITF."""
        if self.is_nitf:
            return _of_nitf(self.value)
        if self.is_html:
            return markup.fragment(self.value)
        return [] if "xml" in self.type or self.value.startswith("<?xml") else markup.plain(self.value)

    @property
    def is_nitf(self) -> bool:
        """Whether it is a document in NITF."""
        return "nitf" in self.type + self.role and "<nitf" in self.value[:1_000]

    @property
    def is_html(self) -> bool:
        """Whether it is a page or fragment of HTML."""
        return "html" in self.type + self.role


def texts(fields: Object, singular: str, plural: str) -> list[Text]:
    """The texts of a kind: from 2.0 on a list with roles, before that one key for each, such as `body_xhtml`."""
    entries = fields.get(plural)
    listed = [lowered(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    found = [
        Text(string(one, "role").lower(), string(one, "contenttype").lower(), string(one, "value")) for one in listed
    ]
    for key in fields:
        if key == singular or key.startswith(f"{singular}_"):
            kind = key.removeprefix(singular).lstrip("_")
            role = kind.replace("_xhtml", "").replace("_html", "")
            found.append(Text(role, f"text/{kind}", string(fields, key)))
    return [text for text in found if text.value]


def _of_nitf(value: str) -> list[str]:
    try:
        root, _ = xml_documents.parse(value.strip().encode())
    except Damaged:
        return []
    return nitf.text(root)


def lowered(value: Mapping[str, Any]) -> Object:
    """The object with its keys in lower case."""
    return {key.lower(): entry for key, entry in value.items()}


def inner(fields: Object, key: str) -> Object:
    """The object inside another one; an empty one if there is none."""
    value = fields.get(key)
    return lowered(value) if isinstance(value, dict) else {}


def string(fields: Object, *keys: str) -> str:
    """The first of these values that is a text or a number, as a text."""
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str) and value.strip():
            return UNSTORABLE.sub("\ufffd", value).strip()
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def names(fields: Object, *keys: str) -> list[Json]:
    """The names of the concepts in the first of these lists that there is."""
    entries: list[Any] = next((fields[key] for key in keys if isinstance(fields.get(key), list)), [])
    return list(dict.fromkeys(filter(None, map(name, entries))))


def name(concept: object) -> str:
    """The name of a concept: an object with a name, or a text."""
    if isinstance(concept, dict):
        return string(lowered(concept), "name", "title")
    return string({"name": concept}, "name")
