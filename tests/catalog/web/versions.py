"""Builds versions without a database, with defaults: a test gives only the fields that matter to it."""

from typing import Any

from catalog_service.resources import Version
from tests.catalog.events import WHEN, document_id


def version(text: str = "Envoys met on Monday.", title: str = "Peace talks resume", **fields: Any) -> Version:  # noqa: ANN401
    """A version of document 1, with this text and title."""
    original = {"digest": "sha-256:0", "size": 1, "media_type": "text/plain", "encoding": "utf-8"}
    change = {"kind": "created", "words_added": 0, "words_removed": 0}
    defaults = {
        "id": document_id(1), "collection": "seeds", "path": "001.txt", "item": {"key": "001.txt"}, "version": 1,
        "title": title, "kind": "document", "publisher": None, "published": None, "published_basis": None,
        "authors": (), "credits": (), "language": None, "url": None, "wire": None, "fields": {},
        "words": len(text.split()), "digest": "sha-256:0", "recorded_at": WHEN, "observed_at": WHEN, "seq": 1,
        "late": False, "original": original, "change": change, "normaliser": None, "text": text,
        "paragraphs": text.split("\n\n") if text else (), "notes": (),
    }  # fmt: skip
    return Version.model_validate(defaults | fields)
