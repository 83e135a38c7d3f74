"""The form in which the ledger stores articles: compressed JSON. Pure."""

import zlib

from pydantic import TypeAdapter

from ingest_service import model

_ARTICLES = TypeAdapter(model.Article)


def packed(article: model.Article) -> bytes:
    """An article as bytes; equal articles give equal bytes."""
    return zlib.compress(_ARTICLES.dump_json(article), 6)


def unpacked(content: bytes) -> model.Article:
    """The article that was packed into these bytes."""
    return _ARTICLES.validate_json(zlib.decompress(content))
