"""Full text search: one index entry for each version, one query grammar, the same hits on both databases."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.search import entries, tables
from catalog_service.search.analyzer import analyze
from catalog_service.search.finding import find
from catalog_service.search.grammar import FIELDS
from catalog_service.search.results import FACETS, Query, SearchResults
from catalog_service.search.scope import ENGINES
from catalog_service.store.rows import VersionRow
from catalog_service.store.tables import Version

__all__ = ["FACETS", "FIELDS", "Query", "SearchResults", "analyze", "find", "index", "remove"]


def index(session: Session, versions: Iterable[VersionRow]) -> None:
    """Adds versions to the index, where they remain; a search itself selects the current versions."""
    engine = ENGINES[session.get_bind().dialect.name]
    engine.put(session, ((version.seq, entries.make_entry(version.title, version.text)) for version in versions))


def remove(session: Session, document: str) -> None:
    """Erases all versions of a document from the index, for a redaction; to be called before they are deleted."""
    numbers = session.scalars(sa.select(Version.seq).where(Version.document == document)).all()
    engine = ENGINES[session.get_bind().dialect.name]
    engine.remove(session, numbers)
    if session.scalar(sa.select(sa.exists(tables.build.select()))):
        engine.remove(session, numbers, tables.NEXT)
