"""The newest article of each item: stored, queued for judging, deleted again; functions of a Session.

Articles with the same fold form an equivalence class. One of them, the representative, is in the fingerprint index; the
others are its copies.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model, sameness, versions
from ingest_service.delivery import outbox
from ingest_service.index import lookup
from ingest_service.ledger.queries import OUTDATED
from ingest_service.store import article_blob
from ingest_service.store.db import chunked
from ingest_service.store.tables import (
    AGAIN,
    BOILERPLATE,
    DONE,
    NEW,
    QUEUED,
    Article,
    DeletedTemplate,
    Item,
    Judging,
    Original,
)
from ingest_service.workers.prepare import PreparedFile, PreparedItem

# The cause of an observation without an event: the catalog has it already, only a lost ledger did not.
KNOWN = "known"
_IS_JUDGED_COPY = sa.and_(~Article.indexed, Article.judging != NEW)


@dataclass(frozen=True, slots=True)
class ItemReading:
    """One item as it was read from a file: its packed article, and the cause of the event to be emitted."""

    file: PreparedFile
    item: PreparedItem
    content: bytes
    cause: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """Whether articles are to be judged for the first time, and whether some are, or may be, to be judged again."""

    new: bool
    again: bool


def store(session: Session, now: datetime, item: Item, old: Article | None, reading: ItemReading) -> None:
    """Replaces the `old` article of an item by a new one, and queues it for judging unless the catalog has it."""
    is_pending = reading.cause != KNOWN
    facts, original = reading.item.facts, reading.file.original
    if old is not None:
        retire(session, [item.id])
    if is_pending:
        item.observation += 1
    folded_digest = _class_of(facts, item.document)
    _refresh_class(session, folded_digest)
    is_copy = _has_representative(session, folded_digest)
    row = Article(
        item=item.id,
        document=item.document,
        observation=item.observation,
        digest=reading.item.article.digest,
        folded_digest=folded_digest,
        content=reading.content,
        indexed=not is_copy,
        sameness_version=versions.SAMENESS,
        judging=NEW if is_pending else DONE,
        pending={"cause": reading.cause, "at": contract.format_time(now)} if is_pending else None,
        original=original.digest if is_pending else None,
    )
    session.add(row)
    session.flush()
    if is_pending:
        _store_original(session, original)
    if not is_copy:
        lookup.add(session, {row.id: facts.fingerprints})


def mark_judged(session: Session, articles: Sequence[Article]) -> None:
    """Records that nothing is to be done with these articles."""
    for ids in chunked([article.id for article in articles]):
        session.execute(sa.update(Article).where(Article.id.in_(ids)).values(judging=DONE))


def queue_for_boilerplate(session: Session, ids: Sequence[int]) -> None:
    """Queues articles for re-judging after fingerprints of theirs became boilerplate.

    Articles that are queued already are left alone, and so are those of an earlier release, which will be queued.
    """
    judged = sa.and_(Article.judging == DONE, Article.sameness_version == versions.SAMENESS)
    for chunk in chunked(ids):
        session.execute(sa.update(Article).where(Article.id.in_(chunk), judged).values(judging=BOILERPLATE))


def mark_templates(session: Session, ids: Sequence[int]) -> None:
    """Records that these articles were judged as template text."""
    for chunk in chunked(ids):
        session.execute(sa.update(Article).where(Article.id.in_(chunk), ~Article.template).values(template=True))


def backlog(session: Session) -> Backlog:
    """Whether anything is to be judged. It runs at every tick, so it reads the ends of indexes only."""
    questions = (
        *(sa.select(sa.func.min(Article.id)).where(_queued_in(state)) for state in (NEW, AGAIN, BOILERPLATE)),
        # No article is outdated if neither the lowest nor the highest version is another one.
        sa.select(sa.func.min(Article.sameness_version)),
        sa.select(sa.func.max(Article.sameness_version)),
        sa.select(sa.func.min(DeletedTemplate.id)),
    )
    row = session.execute(sa.select(*(question.scalar_subquery() for question in questions))).one()
    new, again, boilerplate, lowest, highest, deleted = row
    outdated = {lowest, highest} - {None, versions.SAMENESS}
    return Backlog(new is not None, bool(outdated) or (again, boilerplate, deleted) != (None, None, None))


def count_new(session: Session) -> int:
    """How many articles are to be judged for the first time."""
    return session.scalar(sa.select(sa.func.count()).select_from(Article).where(_queued_in(NEW))) or 0


def queued(session: Session, states: Collection[Judging], limit: int) -> list[Article]:
    """Up to `limit` articles that are queued in one of these states, the oldest first."""
    ids: list[int] = []
    # The index orders the ids of each state, so each state has a query of its own.
    for state in states:
        ids += session.scalars(sa.select(Article.id).where(_queued_in(state)).order_by(Article.id).limit(limit))
    oldest = sa.select(Article).where(Article.id.in_(sorted(ids)[:limit]))
    return list(session.scalars(oldest.order_by(Article.id)))


def with_ids(session: Session, ids: Collection[int], last: int) -> dict[int, Article]:
    """The articles with these ids, as far as they exist, without new articles that come after the id `last`."""
    query = sa.select(Article).where(sa.or_(Article.id <= last, Article.judging != NEW))
    rows = (row for chunk in chunked(sorted(ids)) for row in session.scalars(query.where(Article.id.in_(chunk))))
    return {row.id: row for row in rows}


def representatives(session: Session, folded_digests: Collection[str]) -> dict[str, list[Article]]:
    """The representatives of these classes by folded digest, in the order of their ids."""
    by_class: dict[str, list[Article]] = {}
    for chunk in chunked(sorted(set(folded_digests))):
        of_classes = sa.select(Article).where(Article.folded_digest.in_(chunk), Article.indexed)
        for row in session.scalars(of_classes.order_by(Article.id)):
            by_class.setdefault(row.folded_digest, []).append(row)
    return by_class


def judged_copies(session: Session, folded_digests: Collection[str]) -> dict[str, list[int]]:
    """The ids of the judged copies of these classes by folded digest, in order; a class without any is left out."""
    by_class: dict[str, list[int]] = {}
    copies = sa.select(Article.folded_digest, Article.id).where(_IS_JUDGED_COPY).order_by(Article.id)
    for chunk in chunked(sorted(set(folded_digests))):
        for folded_digest, id_ in session.execute(copies.where(Article.folded_digest.in_(chunk))):
            by_class.setdefault(folded_digest, []).append(id_)
    return by_class


def queue_copies(session: Session, folded_digests: Collection[str]) -> None:
    """Queues the judged copies of these classes for re-judging."""
    for chunk in chunked(sorted(folded_digests)):
        of_classes = sa.and_(Article.folded_digest.in_(chunk), _IS_JUDGED_COPY)
        session.execute(sa.update(Article).where(of_classes).values(judging=AGAIN))


def _queued_in(state: Judging) -> sa.ColumnElement[bool]:
    return sa.and_(QUEUED, Article.judging == state)


def outdated(session: Session, limit: int) -> list[Article]:
    """Up to `limit` articles whose fingerprints an earlier release took, the oldest first."""
    rows: list[Article] = []
    for condition in OUTDATED:
        oldest = sa.select(Article).where(condition).order_by(Article.sameness_version, Article.id)
        rows += session.scalars(oldest.limit(limit - len(rows)))
    return rows


def refresh(session: Session, row: Article) -> None:
    """Takes the fingerprints of an outdated article again, and queues it for judging.

    The article gets a new id: other processes know its old fingerprints by the old one.
    """
    facts = sameness.prepare(article_blob.unpacked(row.content))
    lookup.remove(session, [row.id])
    folded_digest = _class_of(facts, row.document)
    is_copy = _has_representative(session, folded_digest)
    fresh = Article(
        item=row.item,
        document=row.document,
        observation=row.observation,
        digest=row.digest,
        folded_digest=folded_digest,
        content=row.content,
        indexed=not is_copy,
        sameness_version=versions.SAMENESS,
        judging=NEW if row.judging == NEW else AGAIN,
        pending=row.pending,
        original=row.original,
    )
    session.delete(row)
    session.flush()
    session.add(fresh)
    session.flush()
    if not is_copy:
        lookup.add(session, {fresh.id: facts.fingerprints})


def _class_of(facts: sameness.TextFacts, document: str) -> str:
    """What the articles of a class have in common; a text that says nothing is in a class of its own."""
    return facts.folded_digest or document


def _refresh_class(session: Session, folded_digest: str) -> None:
    """Refreshes an outdated representative of a class; else a new one beside it would count the class twice."""
    outdated_ = sa.and_(Article.indexed, Article.sameness_version != versions.SAMENESS)
    for row in session.scalars(sa.select(Article).where(Article.folded_digest == folded_digest, outdated_)):
        refresh(session, row)


def _has_representative(session: Session, folded_digest: str) -> bool:
    """Whether the class has a representative whose fingerprints this release took."""
    # As an expression, so that no index covers the version: SQLite would read all articles of this release by it,
    # rather than the class by its digest.
    version = Article.sameness_version.concat("")
    current = sa.and_(Article.indexed, version == versions.SAMENESS)
    rows = sa.select(Article.id).where(Article.folded_digest == folded_digest, current)
    return session.scalar(rows.limit(1)) is not None


def retire(session: Session, items: Collection[int]) -> None:
    """Deletes the articles of these items. Where one was a representative, its first copy becomes it.

    All are deleted before the first copy is promoted: else a copy that is deleted next would be promoted as well.
    """
    unrepresented: set[str] = set()
    for chunk in chunked(sorted(items)):
        unrepresented |= _delete(session, chunk)
    for folded_digest in sorted(unrepresented):
        _promote(session, folded_digest)


def _delete(session: Session, items: Sequence[int]) -> set[str]:
    """Deletes the articles of these items; returns the folded digests of the classes left without representative."""
    columns = (Article.id, Article.folded_digest, Article.indexed, Article.template, Article.original)
    rows = session.execute(sa.delete(Article).where(Article.item.in_(items)).returning(*columns)).all()
    lookup.remove(session, [row.id for row in rows], templates=[row.id for row in rows if row.template])
    outbox.release(session, {row.original for row in rows if row.original is not None})
    return {row.folded_digest for row in rows if row.indexed}


def _promote(session: Session, folded_digest: str) -> None:
    """Makes the first copy the representative of its class, and queues the class for re-judging.

    Nothing is done where the class has a representative or no member.
    """
    of_class = Article.folded_digest == folded_digest
    first = session.scalars(sa.select(Article).where(of_class).order_by(~Article.indexed, Article.id).limit(1)).first()
    if first is None or first.indexed:
        return
    first.indexed = True
    session.flush()
    lookup.add(session, {first.id: sameness.prepare(article_blob.unpacked(first.content)).fingerprints})
    session.execute(sa.update(Article).where(of_class, Article.judging != NEW).values(judging=AGAIN))


def _store_original(session: Session, original: model.Original) -> None:
    row = session.get(Original, original.digest)
    if row is None:
        row = Original(
            digest=original.digest, size=original.size, media_type=original.media_type, encoding=original.encoding
        )
        session.add(row)
    row.content = original.content
