"""Articles as the ledger keeps them. Pure."""

import zlib

from pydantic import TypeAdapter

from ingest_service import model

_ARTICLES = TypeAdapter(model.Article)


def packed(article: model.Article) -> bytes:
    """An article as it is kept: the same bytes for the same article."""
    return zlib.compress(_ARTICLES.dump_json(article), 6)


def unpacked(content: bytes) -> model.Article:
    """The article that was packed."""
    return _ARTICLES.validate_json(zlib.decompress(content))
