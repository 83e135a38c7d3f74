"""Builds the search index anew beside the live one, and then puts it in its place; meanwhile the catalog is in use.

Versions are added in the order of their `seq`, in batches. Each batch is a short transaction that holds the writer
turn, so no version is recorded or redacted meanwhile. The progress is stored: after an interruption the build
continues.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service.search import entries, tables
from catalog_service.search.scope import ENGINES
from catalog_service.store import counter
from catalog_service.store.db import Database
from catalog_service.store.rows import IndexRows
from catalog_service.store.tables import Version

# Versions in one transaction, which keeps out other writers for some tenths of a second.
BATCH = 200
Numbered = Sequence[tuple[int, IndexRows]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of all versions are in the new index."""

    done: int
    total: int


def run(database: Database) -> Iterator[Progress]:
    """Builds the index, or continues a build, and generates the progress after each batch. Raises DatabaseAway."""
    with database.writing() as session:
        _begin(session)
    finished = False
    while not finished:
        with database.reading() as session:
            after = _done(session)
            if after is None:
                # Another process has finished the same build.
                return
            batch = _read(session, after)
        with database.writing() as session:
            finished = _add(session, after, batch)
            progress = _progress(session, None if finished else max(after, *(number for number, _ in batch)))
        yield progress


def _begin(session: Session) -> None:
    """Begins a build, unless one is under way whose entries are as this release makes them."""
    counter.take_turn(session, datetime.now(UTC))
    analysis = session.scalar(sa.select(tables.build.c.analysis))
    if analysis == entries.ANALYSIS:
        return
    session.execute(sa.delete(tables.build))
    tables.drop(session.connection(), tables.NEXT)
    tables.create(session.connection(), tables.NEXT)
    session.execute(sa.insert(tables.build).values(done=0, analysis=entries.ANALYSIS))


def _done(session: Session) -> int | None:
    """The `seq` of the last version in the new index; None when no build is under way."""
    return session.scalar(sa.select(tables.build.c.done))


def _read(session: Session, after: int) -> Numbered:
    """The rows of the next versions."""
    engine = ENGINES[session.get_bind().dialect.name]
    statement = sa.select(Version.seq, Version.title, Version.paragraphs).where(Version.seq > after)
    versions = session.execute(statement.order_by(Version.seq).limit(BATCH))
    return [
        (version.seq, engine.rows(entries.make_entry(version.title, "\n\n".join(version.paragraphs))))
        for version in versions
    ]


def _add(session: Session, after: int, batch: Numbered) -> bool:
    """Adds a batch to the new index; without any version left, the new index takes the place of the live one.

    Returns whether it did. Nothing is added where another process has added the batch.
    """
    counter.take_turn(session, datetime.now(UTC))
    if _done(session) != after:
        return False
    if not batch and not session.scalar(sa.select(sa.exists().where(Version.seq > after))):
        tables.switch(session.connection())
        session.execute(sa.delete(tables.build))
        return True
    # A version that was redacted since it was read has no row any more.
    numbers = [number for number, _ in batch]
    remaining = set(session.scalars(sa.select(Version.seq).where(Version.seq.in_(numbers))))
    engine = ENGINES[session.get_bind().dialect.name]
    engine.put(session, ((number, rows) for number, rows in batch if number in remaining), tables.NEXT)
    session.execute(sa.update(tables.build).values(done=max(numbers, default=after)))
    return False


def _progress(session: Session, done: int | None) -> Progress:
    """The progress up to a `seq`; None when the build has ended."""
    in_index = sa.func.count() if done is None else sa.func.count().filter(Version.seq <= done)
    return Progress(*session.execute(sa.select(in_index, sa.func.count()).select_from(Version)).one())
