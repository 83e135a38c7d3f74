"""Replaces and deletes the articles of items as sets, with their fingerprints and originals; functions of a Session.

Which article represents its equivalence class in the fingerprint index is decided in `classes`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model, sameness, versions
from ingest_service.delivery import outbox
from ingest_service.index import lookup
from ingest_service.ledger.batch import ArticleChange, NewArticle
from ingest_service.ledger.classes import Classes, Member, class_of
from ingest_service.store import article_blob, bulk
from ingest_service.store.db import chunked
from ingest_service.store.prepared import Prepared
from ingest_service.store.rows import ArticleRow
from ingest_service.store.tables import AGAIN, DONE, NEW, Article, Judging, Original

# The contents of so many promoted articles are in memory at once: a text may have megabytes.
MAX_LOADED = 20

_OF_CLASSES = bulk.any_of(Article.folded_digest)
_OUTDATED = Prepared(
    lambda: (
        bulk.selecting(ArticleRow, Article)
        .where(_OF_CLASSES, Article.indexed, Article.sameness_version != versions.SAMENESS)
        .order_by(Article.id)
    )
)
_MEMBERS = Prepared(lambda: bulk.selecting(Member, Article).where(_OF_CLASSES).order_by(Article.id))
_REPRESENTATIVES = Prepared(
    lambda: bulk.selecting(Member, Article).where(_OF_CLASSES, Article.indexed).order_by(Article.id)
)


@dataclass(frozen=True, slots=True)
class _Deleted:
    """What deleting an article needs to know of it."""

    id: int
    item: int
    folded_digest: str
    indexed: bool
    template: bool
    original: str | None


def replace_articles(session: Session, changes: Sequence[ArticleChange]) -> None:
    """Replaces or deletes the articles of items, and queues the new ones for judging unless the catalog has them."""
    deleted = bulk.select(session, _Deleted, Article.item, {change.item for change in changes})
    added = {change.item: change.article for change in changes if change.article is not None}
    folded_digests = {article.folded_digest for article in added.values()}
    _refresh_outdated(session, folded_digests, {article.id for article in deleted})
    unrepresented = {article.folded_digest for article in deleted if article.indexed}
    classes = Classes(_members(session, unrepresented, folded_digests))
    for change in changes:
        classes.delete(change.item)
        if (article := change.article) is not None:
            classes.add(change.item, article.folded_digest, _judging(article))
    _delete(session, deleted)
    _promote(session, classes)
    _insert(session, [(member, added[member.item]) for member in classes.new()])


def refresh(session: Session, rows: Sequence[ArticleRow]) -> None:
    """Takes the fingerprints of outdated articles again, and queues the articles for judging.

    The articles get new ids: other processes know their old fingerprints by the old ones.
    """
    if not rows:
        return
    facts = [sameness.prepare(article_blob.unpacked(row.content)) for row in rows]
    folded_digests = [class_of(text.folded_digest, row.document) for text, row in zip(facts, rows, strict=True)]
    represented = _represented(session, set(folded_digests))
    fresh = []
    for row, folded_digest in zip(rows, folded_digests, strict=True):
        fresh.append(
            {"item": row.item, "document": row.document, "observation": row.observation, "digest": row.digest,
             "folded_digest": folded_digest, "content": row.content, "indexed": folded_digest not in represented,
             "sameness_version": versions.SAMENESS, "judging": NEW if row.judging == NEW else AGAIN,
             "pending": row.pending, "original": row.original, "template": False}
        )  # fmt: skip
        represented.add(folded_digest)
    lookup.remove(session, [row.id for row in rows])
    bulk.delete(session, Article.id, [row.id for row in rows])
    _insert_rows(session, fresh, [text.fingerprints for text in facts])


def _refresh_outdated(session: Session, folded_digests: Collection[str], deleted: Collection[int]) -> None:
    """Refreshes outdated representatives of classes; else a new one beside them would count the class twice."""
    rows = [ArticleRow(*row) for row in bulk.rows(session, _OUTDATED, folded_digests)]
    refresh(session, [row for row in rows if row.id not in deleted])


def _represented(session: Session, folded_digests: Collection[str]) -> set[str]:
    """Those of the classes that have a representative whose fingerprints this release took."""
    # As an expression, so that no index covers the version: SQLite would read all articles of this release by it,
    # rather than the class by its digest.
    is_current = Article.sameness_version.concat("") == versions.SAMENESS
    current = sa.select(Article.folded_digest).where(Article.indexed, is_current)
    chunks = chunked(sorted(folded_digests))
    return {digest for chunk in chunks for digest in session.scalars(current.where(Article.folded_digest.in_(chunk)))}


def _members(session: Session, unrepresented: Collection[str], others: Collection[str]) -> Iterator[Member]:
    """All members of classes that lose their representative, and the representatives of others, by id."""
    for row in bulk.rows(session, _MEMBERS, unrepresented):
        yield Member(*row)
    for row in bulk.rows(session, _REPRESENTATIVES, set(others).difference(unrepresented)):
        yield Member(*row)


def _delete(session: Session, articles: Sequence[_Deleted]) -> None:
    lookup.remove(session, [row.id for row in articles], templates=[row.id for row in articles if row.template])
    bulk.delete(session, Article.id, [row.id for row in articles])
    outbox.release(session, {row.original for row in articles if row.original is not None})


def _promote(session: Session, classes: Classes) -> None:
    """Indexes the copies that became representatives, and queues their classes for re-judging."""
    table = bulk.table_of(Article)
    for ids in chunked(sorted(member.id for member in classes.promoted() if member.id is not None)):
        session.execute(sa.update(table).where(table.c.id.in_(ids)).values(indexed=True))
        lookup.add(session, dict(_fingerprints(session, ids)))
    for digests in chunked(classes.requeued()):
        judged = sa.and_(table.c.folded_digest.in_(digests), table.c.judging != NEW)
        session.execute(sa.update(table).where(judged).values(judging=AGAIN))


def _fingerprints(session: Session, articles: Sequence[int]) -> Iterator[tuple[int, sameness.Hashes]]:
    """Takes the fingerprints of stored articles."""
    contents = sa.select(Article.id, Article.content).where(Article.id.in_(articles)).order_by(Article.id)
    # Streamed, since a text may have megabytes.
    for article, content in session.execute(contents, execution_options={"yield_per": MAX_LOADED}):
        yield article, sameness.prepare(article_blob.unpacked(content)).fingerprints


def _insert(session: Session, added: Sequence[tuple[Member, NewArticle]]) -> None:
    rows = [
        {"item": member.item, "document": article.document, "observation": article.observation,
         "digest": article.digest, "folded_digest": article.folded_digest, "content": article.content,
         "indexed": member.indexed, "sameness_version": versions.SAMENESS, "judging": member.judging,
         "pending": _pending(article), "original": article.original_digest if article.is_pending else None,
         "template": False}
        for member, article in added
    ]  # fmt: skip
    _store_originals(session, {article.original_digest: article.original for _, article in added if article.is_pending})
    _insert_rows(session, rows, [article.fingerprints for _, article in added])


def _insert_rows(session: Session, rows: Sequence[Mapping[str, Any]], fingerprints: Sequence[sameness.Hashes]) -> None:
    """Inserts articles, and the fingerprints of those that are representatives."""
    ids = bulk.insert(session, Article.item, rows)
    inserted = zip(rows, fingerprints, strict=True)
    lookup.add(session, {ids[row["item"]]: hashes for row, hashes in inserted if row["indexed"]})


def _pending(article: NewArticle) -> dict[str, str] | None:
    """What the event to be emitted needs of the observation."""
    return (
        {"cause": article.cause or "", "at": contract.format_time(article.observed_at)} if article.is_pending else None
    )


def _judging(article: NewArticle) -> Judging:
    """What is to be done with a new article: nothing if the catalog has it from before."""
    return NEW if article.is_pending else AGAIN if article.is_emitted else DONE


def store_large_originals(session: Session, articles: Sequence[NewArticle]) -> None:
    """Stores the bytes that are put before the events of articles that are emitted without being judged."""
    large = {it.original_digest: it.original for it in articles if it.original.size > contract.MAX_INLINE_ORIGINAL}
    _store_originals(session, large)


def _store_originals(session: Session, originals: Mapping[str, model.Original]) -> None:
    """Stores the bytes that events need, by digest; those of an original that was released are stored again."""
    rows = [
        {"digest": digest, "size": original.size, "media_type": original.media_type, "encoding": original.encoding,
         "content": original.content}
        for digest, original in sorted(originals.items())
    ]  # fmt: skip
    bulk.put(session, Original.digest, "content", rows)
