"""What the ledger knows of the furniture of sites; functions of a Session.

Pages are learned from once, in the order of their articles. A batch costs its own lines: those that are no furniture
yet are looked up by key, with the few pages that have one of them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import versions
from ingest_service.furniture import Furniture, Page, page_of
from ingest_service.furniture.learning import MOST_COMPARED, Lesson
from ingest_service.furniture.page import suspect_of
from ingest_service.ledger import rereads
from ingest_service.model import Suspect
from ingest_service.store import article_blob, bulk, state
from ingest_service.store.db import chunked
from ingest_service.store.prepared import Prepared
from ingest_service.store.tables import Article, EdgeLine, FurnitureEvidence, FurnitureLine, Item

# At most so many pages that share a line with a batch are loaded with it.
MOST_LOADED = 500
_NEW = Prepared(
    lambda: (
        sa.select(Article.id, Article.item, Article.content)
        .where(Article.id > sa.bindparam("last", type_=sa.Integer))
        .order_by(Article.id)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
)
_HOLDERS = Prepared(lambda: sa.select(EdgeLine.key, EdgeLine.holders).where(bulk.any_of(EdgeLine.key)))
_CONTENTS = Prepared(lambda: sa.select(Article.item, Article.content).where(bulk.any_of(Article.item)))
_LINES = sa.select(FurnitureLine.source, FurnitureLine.key, FurnitureLine.disabled)
_KNOWN = Prepared(lambda: _LINES.where(bulk.any_of(FurnitureLine.key)))
_LAST_ARTICLE = Prepared(lambda: sa.select(sa.func.max(Article.id).label("last")))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far learning has come: the id of the last article that was learned from, by these rules.

    `revision` counts the changes of what is known. `is_behind` says that there are newer articles.
    """

    last: int = 0
    revision: int = 0
    is_behind: bool = False


@dataclass(frozen=True, slots=True)
class Taught:
    """What a batch of pages taught: sources and keys of the lines learned, and how many files are to be read again."""

    pages: int
    lines: tuple[tuple[str, int], ...]
    files: int


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line as the ledger knows it, with the paths of the pages that are its evidence.

    `suspect` says what kind of suspect text this is, and is None for furniture.
    """

    id: int
    source: str
    text: str
    learned_at: datetime
    disabled: bool
    evidence: tuple[str, ...]
    suspect: Suspect | None = None


def progress(session: Session) -> Progress:
    """How far learning has come: it reads one fact and the end of an index."""
    version, last, revision = (state.get(session, "furniture") or f"{versions.FURNITURE} 0 0").split()
    # Under other rules everything is learned again.
    learned = int(last) if version == versions.FURNITURE else 0
    [newest] = _LAST_ARTICLE.rows(session)
    return Progress(learned, int(revision), (newest.last or 0) > learned)


def count(session: Session) -> int:
    """The number of articles that are not learned from yet."""
    newer = sa.select(sa.func.count()).select_from(Article).where(Article.id > progress(session).last)
    return session.scalar(newer) or 0


def load(session: Session) -> Furniture:
    """The furniture that is lifted, and the lines that are kept."""
    rows = session.execute(_LINES).all()
    kept = [key for _, key, disabled in rows if disabled]
    return Furniture.of([(source, key) for source, key, disabled in rows if not disabled], kept)


def learn(session: Session, now: datetime, limit: int) -> Taught:
    """Learns from the next articles, up to `limit`, and schedules the pages whose text still has furniture."""
    before = progress(session)
    is_new = before.last == 0 and _forget_other_versions(session)
    rows = _NEW.rows(session, last=before.last, most=limit)
    pages = list(_pages((row.item, row.content) for row in rows))
    lesson = _lesson(session, [page for _, page in pages])
    lesson.take(pages)
    _store(session, now, lesson)
    files = rereads.schedule_for_furniture(session, lesson.affected)
    if rows:
        _remember(session, rows[-1].id, before.revision + bool(lesson.learned) + is_new)
    return Taught(len(rows), tuple((line.source, line.key) for line in lesson.learned), files)


def lines(session: Session) -> Iterator[StoredLine]:
    """All lines that were learned, by source, those of one source in the order in which they were learned."""
    evidence: dict[int, list[str]] = {}
    of_items = sa.select(FurnitureEvidence.furniture, Item.path).join(Item, Item.id == FurnitureEvidence.item)
    for line, path in session.execute(of_items.order_by(Item.path)):
        evidence.setdefault(line, []).append(path)
    for row in session.scalars(sa.select(FurnitureLine).order_by(FurnitureLine.source, FurnitureLine.id)):
        paths = tuple(evidence.get(row.id, ()))
        suspect = suspect_of(row.source, row.key, row.text)
        yield StoredLine(row.id, row.source, row.text, row.learned_at, row.disabled, paths, suspect)


def switch(session: Session, line: int, *, disabled: bool) -> int | None:
    """Disables or enables a line. Returns how many files are read again for it; None if there is no such line.

    It looks for the line in all articles, which takes a second for about five thousand of them.
    """
    row = session.get(FurnitureLine, line)
    if row is None or row.disabled == disabled:
        return None if row is None else 0
    session.execute(sa.update(FurnitureLine).where(FurnitureLine.id == line).values(disabled=disabled))
    _mark_changed(session)
    # Streamed, since a text may have megabytes.
    contents = session.execute(sa.select(Article.item, Article.content).execution_options(yield_per=20))
    of_source = ((item, page) for item, page in _pages(contents) if page.source == row.source)
    holders = [item for item, page in of_source if row.key in page.keys or page.has(row.text)]
    return rereads.schedule_for_furniture(session, holders, count=False)


def forget(session: Session, items: Collection[int]) -> None:
    """Forgets these items as evidence, and the lines for which there is no other evidence."""
    for chunk in chunked(sorted(items)):
        session.execute(sa.delete(FurnitureEvidence).where(FurnitureEvidence.item.in_(chunk)))
    rest = sa.select(FurnitureEvidence.furniture)
    unfounded = sa.delete(FurnitureLine).where(FurnitureLine.id.not_in(rest)).returning(FurnitureLine.id)
    if list(session.scalars(unfounded)):
        _mark_changed(session)


def _lesson(session: Session, pages: Collection[Page]) -> Lesson:
    """What the ledger knows of the lines of these pages."""
    own = {key for page in pages for key in page.keys}
    known: dict[str, set[int]] = {}
    refused: set[int] = set()
    for source, key, disabled in bulk.rows(session, _KNOWN, own):
        (refused if disabled else known.setdefault(source, set())).add(key)
    candidates = {key for page in pages for key in page.candidate_keys}
    unknown = candidates - refused.union(*known.values())
    holders = {key: list(items) for key, items in bulk.rows(session, _HOLDERS, unknown)}
    others = sorted({item for items in holders.values() for item in items[:MOST_COMPARED]})[:MOST_LOADED]
    stored = dict(_pages(bulk.rows(session, _CONTENTS, others)))
    return Lesson(known, refused, holders, stored)


def _store(session: Session, now: datetime, lesson: Lesson) -> None:
    """Stores which pages have lines that are no furniture yet, and what was learned."""
    learned = {line.key for line in lesson.learned}
    for chunk in chunked(sorted(learned)):
        session.execute(sa.delete(EdgeLine).where(EdgeLine.key.in_(chunk)))
    holders = [{"key": key, "holders": lesson.holders[key]} for key in sorted(lesson.changed - learned)]
    bulk.put(session, EdgeLine.key, "holders", holders)
    rows = [
        {"key": line.key, "source": line.source, "text": line.text, "version": versions.FURNITURE, "learned_at": now,
         "disabled": False}
        for line in lesson.learned
    ]  # fmt: skip
    ids = bulk.insert(session, FurnitureLine.key, rows)
    evidence = [{"furniture": ids[line.key], "item": item} for line in lesson.learned for item in line.evidence]
    bulk.insert_without_ids(session, FurnitureEvidence, evidence)


def _remember(session: Session, last: int, revision: int) -> None:
    state.remember(session, "furniture", f"{versions.FURNITURE} {last} {revision}")


def _mark_changed(session: Session) -> None:
    """Has a running service load what is known again."""
    before = progress(session)
    _remember(session, before.last, before.revision + 1)


def _forget_other_versions(session: Session) -> bool:
    """Forgets what other rules learned; whether there was any. What a person disabled remains so."""
    session.execute(sa.delete(EdgeLine))
    others = FurnitureLine.version != versions.FURNITURE
    forgotten = sa.delete(FurnitureLine).where(others, ~FurnitureLine.disabled).returning(FurnitureLine.id)
    session.execute(sa.update(FurnitureLine).where(FurnitureLine.disabled).values(version=versions.FURNITURE))
    return bool(list(session.scalars(forgotten)))


def _pages(rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Page]]:
    """The page of each item, from rows of items and packed articles."""
    return ((item, page_of(article_blob.unpacked(content))) for item, content in rows)
