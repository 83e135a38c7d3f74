"""Full text search: one index entry for each version, one query grammar, the same hits on both databases."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.search import entries, tables
from catalog_service.search.analyzer import analyze
from catalog_service.search.finding import find
from catalog_service.search.grammar import FIELDS
from catalog_service.search.results import FACETS, Query, SearchResults
from catalog_service.search.scope import ENGINES
from catalog_service.store.rows import IndexRows, VersionRow
from catalog_service.store.tables import Version

__all__ = ["FACETS", "FIELDS", "Query", "SearchResults", "analyze", "find", "index", "remove", "rows"]


def index(session: Session, versions: Iterable[VersionRow], made: Mapping[str, IndexRows]) -> None:
    """Adds versions to the index, where they remain; a search itself selects the current versions.

    `made` has rows that were made before, by the digest of their version.
    """
    dialect = session.get_bind().dialect.name
    numbered = ((version.seq, made.get(version.digest) or rows(dialect, version)) for version in versions)
    ENGINES[dialect].put(session, numbered)


def rows(dialect: str, version: VersionRow) -> IndexRows:
    """The rows of the index for a version, without its number."""
    made: IndexRows = ENGINES[dialect].rows(entries.make_entry(version.title, version.text))
    return made


def remove(session: Session, document: str) -> None:
    """Erases all versions of a document from the index, for a redaction; to be called before they are deleted."""
    numbers = session.scalars(sa.select(Version.seq).where(Version.document == document)).all()
    engine = ENGINES[session.get_bind().dialect.name]
    engine.remove(session, numbers)
    if session.scalar(sa.select(sa.exists(tables.build.select()))):
        engine.remove(session, numbers, tables.NEXT)
