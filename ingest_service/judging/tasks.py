"""The judging tasks: with which other articles an article is judged; functions of a Session.

The other articles are loaded for a group of tasks at once, and not for all tasks, since a text may have megabytes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ingest_service import sameness
from ingest_service.index.candidates import Candidates
from ingest_service.ledger import articles
from ingest_service.store.rows import ArticleRow
from ingest_service.store.tables import NEW

# The most copies that an event of their representative relates it to. An event may hold a thousand relations.
MAX_COPIES = 500
# About as many other articles are loaded at once.
MAX_LOADED = 100


@dataclass(frozen=True, slots=True)
class JudgingTask:
    """An article, and the articles to judge it with; `masked` are its fingerprints that are boilerplate."""

    article: ArticleRow
    others: Sequence[ArticleRow]
    masked: sameness.Hashes = field(default_factory=lambda: sameness.NOTHING_MASKED)


def with_candidates(
    session: Session, rows: Sequence[ArticleRow], candidates: Mapping[int, Candidates]
) -> Iterator[JudgingTask]:
    """Each article with its candidates, except new articles that come later: these report the pair themselves.

    A copy has no candidates. It is judged with the representative of its class, which has the relations of the class.
    """
    candidate_ids = {article: own.articles for article, own in candidates.items()}
    for group in _groups(rows, candidate_ids):
        by_id = _loaded(session, group, candidate_ids)
        copies = [row.folded_digest for row in group if row.id not in candidates]
        representatives = articles.representatives(session, copies)
        for row in group:
            own = candidates.get(row.id)
            if own is None:
                others = representatives.get(row.folded_digest, [])
            else:
                others = [by_id[id_] for id_ in sorted(own.articles) if id_ in by_id]
            judged = [other for other in others if _is_judged_with(row, other)]
            yield JudgingTask(row, judged, sameness.NOTHING_MASKED if own is None else own.masked)


def with_copies(session: Session, rows: Sequence[ArticleRow]) -> Iterator[JudgingTask]:
    """Each representative with the judged copies of its class; every other article with no articles.

    A copy reports its relation to the representative when it is judged. When the representative is judged again, its
    event replaces all its relations in the catalog, so that the event must report the relations to the copies too.
    If a class has more than `MAX_COPIES` copies, they are queued instead, and each one reports its relation again.
    """
    by_class = articles.judged_copies(session, [row.folded_digest for row in rows if row.indexed])
    large = [digest for digest, copies in by_class.items() if len(copies) > MAX_COPIES]
    articles.queue_copies(session, large)
    copy_ids = {row.id: by_class.get(row.folded_digest, ()) for row in rows if row.indexed}
    copy_ids = {row: copies for row, copies in copy_ids.items() if len(copies) <= MAX_COPIES}
    for group in _groups(rows, copy_ids):
        by_id = _loaded(session, group, copy_ids)
        for row in group:
            yield JudgingTask(row, [by_id[id_] for id_ in copy_ids.get(row.id, ())])


def _groups(rows: Sequence[ArticleRow], other_ids: Mapping[int, Sequence[int]]) -> Iterator[list[ArticleRow]]:
    """The articles in order, in groups that are judged with about MAX_LOADED others together."""
    group: list[ArticleRow] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(other_ids.get(row.id, ()))
        if size >= MAX_LOADED:
            yield group
            group, size = [], 0
    if group:
        yield group


def _loaded(
    session: Session, group: Sequence[ArticleRow], other_ids: Mapping[int, Sequence[int]]
) -> dict[int, ArticleRow]:
    """The articles by id that the articles of a group may be judged with."""
    ids = {id_ for row in group for id_ in other_ids.get(row.id, ())}
    return articles.with_ids(session, ids, group[-1].id)


def _is_judged_with(row: ArticleRow, other: ArticleRow) -> bool:
    """Whether an article is judged with another one now, and not later, when the other one is judged."""
    return other.id < row.id or (other.id != row.id and other.judging != NEW)
