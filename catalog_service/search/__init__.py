"""Full text: every version indexed once, asked for in one grammar, and found alike on both databases."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.search import entries
from catalog_service.search.analyzer import analyze
from catalog_service.search.finding import find
from catalog_service.search.results import FACETS, FIELDS, Query, SearchResults
from catalog_service.search.scope import ENGINES
from catalog_service.tables import Version

__all__ = ["FACETS", "FIELDS", "Query", "SearchResults", "analyze", "find", "index", "remove"]


def index(session: Session, version: Version) -> None:
    """Makes a version findable; it stays so, and whether it is the current one is asked when searching."""
    engine = ENGINES[session.get_bind().dialect.name]
    engine.put(session, version.seq, entries.entry(version.title, "\n\n".join(version.paragraphs)))


def remove(session: Session, document: str) -> None:
    """Erases all versions of a document from the index, for good: for redactions, before the versions go."""
    numbers = session.scalars(sa.select(Version.seq).where(Version.document == document)).all()
    ENGINES[session.get_bind().dialect.name].remove(session, numbers)
