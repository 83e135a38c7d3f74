"""Puts the events of observations into the outbox, as sets; functions of a Session."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model
from ingest_service.delivery import events, outbox
from ingest_service.ledger.batch import NewArticle
from ingest_service.store import article_blob, bulk
from ingest_service.store.prepared import Prepared
from ingest_service.store.prepared_writes import PreparedWrite
from ingest_service.store.rows import ArticleRow, ItemRow
from ingest_service.store.tables import AGAIN, NEW, Article, Item, Judging, Original

_PENDING = Prepared(
    lambda: (
        bulk.selecting(ArticleRow, Article)
        .where(bulk.any_of(Article.item), Article.judging == NEW)
        .order_by(Article.id)
    )
)


def _marking(_: str) -> sa.Update:
    table = bulk.table_of(Article)
    new: list[tuple[Any, Any]] = [(table.c.judging, sa.bindparam("next"))]
    nothing = [(table.c.pending, sa.null()), (table.c.original, sa.null())]
    return sa.update(table).ordered_values(*new, *nothing).where(bulk.any_of(table.c.id))


_MARK_EMITTED = PreparedWrite(("next", "values"), _marking)


def emit(
    session: Session,
    origin: events.Origin,
    articles: Sequence[ArticleRow],
    relations: Iterable[Sequence[model.Relation]],
    judging: Judging,
) -> None:
    """Emits the pending events of articles, each with its relations, and sets what is to be done with them next."""
    selected = bulk.select(session, ItemRow, Item.id, {article.item for article in articles})
    items = {item.id: item for item in selected}
    originals = _originals(session, {article.original for article in articles} - {None})
    emitted = []
    for article, own in zip(articles, relations, strict=True):
        observation = _observation(article, originals[article.original])
        emitted.append(events.observed(origin, items[article.item], observation, own))
    outbox.put(session, emitted)
    if articles:
        _MARK_EMITTED.execute(session, [[judging, [article.id for article in articles]]])
    outbox.release(session, originals.keys())


def unjudged(origin: events.Origin, item: ItemRow, article: NewArticle) -> outbox.Event:
    """The event of an article that is not judged, since another article of its item is newer; without relations."""
    bytes_ = article.original
    original = events.Original(article.original_digest, bytes_.size, bytes_.media_type, bytes_.encoding, bytes_.content)
    content, cause = article_blob.unpacked(article.content), article.cause or "changed"
    observation = events.Observation(article.observation, cause, article.observed_at, original, content, article.digest)
    return events.observed(origin, item, observation, ())


def _observation(article: ArticleRow, original: events.Original) -> events.Observation:
    pending = article.pending or {}
    observed_at = datetime.fromisoformat(pending["at"])
    content = article_blob.unpacked(article.content)
    return events.Observation(article.observation, pending["cause"], observed_at, original, content, article.digest)


def _originals(session: Session, digests: Collection[str | None]) -> dict[str | None, events.Original]:
    """These originals by digest, with the bytes of those that an event holds itself."""
    stored = bulk.rows(session, _select_originals, {digest for digest in digests if digest is not None})
    return {row.digest: events.Original(*row) for row in stored}


@Prepared
def _select_originals() -> sa.Select[*tuple[Any, ...]]:
    is_inline = Original.size <= contract.MAX_INLINE_ORIGINAL
    content = sa.case((is_inline, Original.content), else_=sa.null()).label("content")
    columns = (Original.digest, Original.size, Original.media_type, Original.encoding, content)
    return sa.select(*columns).where(bulk.any_of(Original.digest))


def emit_pending(session: Session, origin: events.Origin, items: Collection[int]) -> None:
    """Emits the pending events of these items without relations, which follow once the articles are judged.

    A kill between storing and judging leaves an event pending, and the catalog must know a document before it is moved
    or withdrawn.
    """
    if articles := [ArticleRow(*row) for row in bulk.rows(session, _PENDING, items)]:
        emit(session, origin, articles, ((),) * len(articles), AGAIN)
