"""The newest article of each item: which are to be judged, and which represent their class; functions of a Session."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import versions
from ingest_service.ledger.queries import OUTDATED
from ingest_service.store import bulk
from ingest_service.store.prepared import Prepared
from ingest_service.store.prepared_writes import PreparedWrite
from ingest_service.store.rows import ArticleRow
from ingest_service.store.tables import (
    AGAIN,
    BOILERPLATE,
    DONE,
    NEW,
    QUEUED,
    Article,
    DeletedTemplate,
    Judging,
)

_OLDEST = sa.select(Article.id).order_by(Article.id).limit(sa.bindparam("most", type_=sa.Integer))
_QUEUED_IDS = Prepared(lambda: _OLDEST.where(QUEUED, Article.judging == sa.bindparam("state")))
_WITH_IDS = Prepared(lambda: bulk.selecting(ArticleRow, Article).where(bulk.any_of(Article.id)).order_by(Article.id))
_WITH_IDS_UNTIL = Prepared(
    lambda: bulk.selecting(ArticleRow, Article).where(
        bulk.any_of(Article.id), sa.or_(Article.id <= sa.bindparam("last"), Article.judging != NEW)
    )
)
_REPRESENTATIVES = Prepared(
    lambda: (
        bulk.selecting(ArticleRow, Article)
        .where(bulk.any_of(Article.folded_digest), Article.indexed)
        .order_by(Article.id)
    )
)
_JUDGED_COPIES = Prepared(
    lambda: (
        sa.select(Article.folded_digest, Article.id)
        .where(bulk.any_of(Article.folded_digest), ~Article.indexed, Article.judging != NEW)
        .order_by(Article.id)
    )
)
_ARTICLE = bulk.table_of(Article)
_SET_JUDGING = sa.update(_ARTICLE).values(judging=sa.bindparam("next"))
_MARK_JUDGED = PreparedWrite(["next", "values"], lambda _: _SET_JUDGING.where(bulk.any_of(_ARTICLE.c.id)))
_QUEUE_FOR_BOILERPLATE = PreparedWrite(
    ["next", "values", "done", "version"],
    lambda _: _SET_JUDGING.where(
        bulk.any_of(_ARTICLE.c.id),
        _ARTICLE.c.judging == sa.bindparam("done"),
        _ARTICLE.c.sameness_version == sa.bindparam("version"),
    ),
)
_QUEUE_COPIES = PreparedWrite(
    ["next", "values", "new"],
    lambda _: _SET_JUDGING.where(
        bulk.any_of(_ARTICLE.c.folded_digest), ~_ARTICLE.c.indexed, _ARTICLE.c.judging != sa.bindparam("new")
    ),
)
_MARK_TEMPLATES = PreparedWrite(
    ["values"],
    lambda _: sa.update(_ARTICLE).where(bulk.any_of(_ARTICLE.c.id), ~_ARTICLE.c.template).values(template=sa.true()),
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Whether articles are to be judged for the first time, and whether some are, or may be, to be judged again."""

    new: bool
    again: bool


def mark_judged(session: Session, articles: Sequence[ArticleRow]) -> None:
    """Records that nothing is to be done with these articles."""
    if articles:
        _MARK_JUDGED.execute(session, [[DONE, [article.id for article in articles]]])


def queue_for_boilerplate(session: Session, ids: Sequence[int]) -> None:
    """Queues articles for re-judging after fingerprints of theirs became boilerplate.

    Articles that are queued already are left alone, and so are those of an earlier release, which will be queued.
    """
    if ids:
        _QUEUE_FOR_BOILERPLATE.execute(session, [[BOILERPLATE, ids, DONE, versions.SAMENESS]])


def mark_templates(session: Session, ids: Sequence[int]) -> None:
    """Records that these articles were judged as template text."""
    if ids:
        _MARK_TEMPLATES.execute(session, [[ids]])


def backlog(session: Session) -> Backlog:
    """Whether anything is to be judged. It runs at every tick, so it reads the ends of indexes only."""
    [row] = _select_backlog.rows(session)
    # No article is outdated if neither the lowest nor the highest version is another one.
    outdated = {row.lowest, row.highest} - {None, versions.SAMENESS}
    again = bool(outdated) or (row.again, row.boilerplate, row.deleted) != (None, None, None)
    return Backlog(row.new is not None, again)


@Prepared
def _select_backlog() -> sa.Select[*tuple[Any, ...]]:
    def queued_in(state: Judging) -> sa.Select[int]:
        return sa.select(sa.func.min(Article.id)).where(_queued_in(state))

    return sa.select(
        queued_in(NEW).scalar_subquery().label("new"),
        queued_in(AGAIN).scalar_subquery().label("again"),
        queued_in(BOILERPLATE).scalar_subquery().label("boilerplate"),
        sa.select(sa.func.min(Article.sameness_version)).scalar_subquery().label("lowest"),
        sa.select(sa.func.max(Article.sameness_version)).scalar_subquery().label("highest"),
        sa.select(sa.func.min(DeletedTemplate.id)).scalar_subquery().label("deleted"),
    )


def count_new(session: Session) -> int:
    """How many articles are to be judged for the first time."""
    return session.scalar(sa.select(sa.func.count()).select_from(Article).where(_queued_in(NEW))) or 0


def queued(session: Session, states: Collection[Judging], limit: int) -> list[ArticleRow]:
    """Up to `limit` articles that are queued in one of these states, the oldest first."""
    # The index orders the ids of each state, so each state has a query of its own.
    queued_ids = [_QUEUED_IDS.rows(session, state=state, most=limit) for state in states]
    oldest = sorted(row.id for rows in queued_ids for row in rows)[:limit]
    return [ArticleRow(*row) for row in bulk.rows(session, _WITH_IDS, oldest)]


def with_ids(session: Session, ids: Collection[int], last: int) -> dict[int, ArticleRow]:
    """The articles with these ids, as far as they exist, without new articles that come after the id `last`."""
    rows = _WITH_IDS_UNTIL.rows(session, values=sorted(ids), last=last) if ids else ()
    return {row.id: ArticleRow(*row) for row in rows}


def representatives(session: Session, folded_digests: Collection[str]) -> dict[str, list[ArticleRow]]:
    """The representatives of these classes by folded digest, in the order of their ids."""
    by_class: dict[str, list[ArticleRow]] = {}
    for row in bulk.rows(session, _REPRESENTATIVES, set(folded_digests)):
        by_class.setdefault(row.folded_digest, []).append(ArticleRow(*row))
    return by_class


def judged_copies(session: Session, folded_digests: Collection[str]) -> dict[str, list[int]]:
    """The ids of the judged copies of these classes by folded digest, in order; a class without any is left out."""
    by_class: dict[str, list[int]] = {}
    for folded_digest, id_ in bulk.rows(session, _JUDGED_COPIES, set(folded_digests)):
        by_class.setdefault(folded_digest, []).append(id_)
    return by_class


def queue_copies(session: Session, folded_digests: Collection[str]) -> None:
    """Queues the judged copies of these classes for re-judging."""
    if folded_digests:
        _QUEUE_COPIES.execute(session, [[AGAIN, sorted(folded_digests), NEW]])


def _queued_in(state: Judging) -> sa.ColumnElement[bool]:
    return sa.and_(QUEUED, Article.judging == state)


def outdated(session: Session, limit: int) -> list[ArticleRow]:
    """Up to `limit` articles whose fingerprints an earlier release took, the oldest first."""
    rows: list[ArticleRow] = []
    for condition in OUTDATED:
        oldest = bulk.selecting(ArticleRow, Article).where(condition).order_by(Article.sameness_version, Article.id)
        rows += (ArticleRow(*row) for row in session.execute(oldest.limit(limit - len(rows))))
    return rows
