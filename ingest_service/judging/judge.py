"""The judge: takes articles from the queue, judges them with their candidates, and emits the relations.

This is the second transaction of an article. Its pairs are judged in the order of ids, and its event goes into the
outbox together with its relations. Re-judging is background work, done while no new article is queued: a release with
another algorithm, new boilerplate or another representative makes earlier judgements outdated.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import model, sameness
from ingest_service.delivery import events, outbox
from ingest_service.index import lookup
from ingest_service.index.candidates import Candidates
from ingest_service.judging.parallel import Comparison, JudgePool
from ingest_service.ledger import articles, emission
from ingest_service.store.tables import AGAIN, BOILERPLATE, DONE, NEW, Article
from ingest_service.workers.cache import StoredArticle

# The most copies that an event of their representative relates it to. An event may hold a thousand relations.
MAX_COPIES = 500
# About as many candidates are loaded at once.
MAX_LOADED = 100


@dataclass(frozen=True, slots=True)
class JudgingTask:
    """An article, and the articles to judge it with; `masked` are its fingerprints that are boilerplate."""

    article: Article
    others: Sequence[Article]
    masked: sameness.Hashes = field(default_factory=lambda: sameness.NOTHING_MASKED)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges queued articles in a judge pool, and emits events from `origin`."""

    origin: events.Origin
    pool: JudgePool = field(default_factory=JudgePool)

    def judge(self, session: Session, now: datetime, limit: int) -> int:
        """Judges up to `limit` new articles, the oldest first, and emits their events; returns how many."""
        rows = articles.queued(session, [NEW], limit)
        candidates = self._candidates(session, rows)
        # A pair of two articles of this batch is reported once, by the later one.
        tasks = self._tasks(session, rows, candidates, {row.id for row in rows})
        relations = self._relations(tasks, len(rows))
        self._queue_affected(session, candidates)
        emission.emit(session, self.origin, rows, relations, DONE)
        return len(rows)

    def judge_again(self, session: Session, now: datetime, limit: int) -> int:
        """Does a part of the re-judging, up to `limit` articles; returns how many, 0 when nothing is left.

        First the fingerprints of all outdated articles are taken again, so that every article is judged with those of
        this release. Then the successors of deleted template texts are queued. Then queued articles are judged.
        """
        if outdated := articles.outdated(session, limit):
            for row in outdated:
                articles.refresh(session, row)
            return len(outdated)
        deleted, successors = lookup.successors(session, limit)
        articles.queue_for_boilerplate(session, successors)
        return deleted or self._judge_queued_again(session, now, limit)

    def _judge_queued_again(self, session: Session, now: datetime, limit: int) -> int:
        """Judges articles that are queued again, and emits their full relation sets, which replace the earlier ones."""
        rows = articles.queued(session, [AGAIN, BOILERPLATE], limit)
        candidates = self._candidates(session, rows)
        self._queue_affected(session, candidates)
        # If the candidate list was truncated, do not replace the relation set because of boilerplate: that would
        # withdraw relations reported by the omitted candidates.
        due = [row for row in rows if row.judging != BOILERPLATE or not _is_truncated(candidates.get(row.id))]
        related = self._relations(self._tasks(session, due, candidates), len(due))
        to_copies = self._relations(self._tasks_of_copies(session, due), len(due))
        outbox.put(
            session,
            [
                events.related(self.origin, row.document, row.observation, [*relations, *more], now)
                for row, relations, more in zip(due, related, to_copies, strict=True)
            ],
        )
        articles.mark_judged(session, rows)
        return len(rows)

    @staticmethod
    def _candidates(session: Session, rows: Sequence[Article]) -> dict[int, Candidates]:
        """The candidates of those articles that are representatives; records which of them are template text."""
        fingerprints = lookup.of(session, [row.id for row in rows if row.indexed])
        candidates = lookup.find_candidates(session, fingerprints)
        articles.mark_templates(session, [article for article, own in candidates.items() if own.is_template])
        return candidates

    @staticmethod
    def _queue_affected(session: Session, candidates: Mapping[int, Candidates]) -> None:
        """Queues the articles whose judgement rests on what is boilerplate now, and displaced representatives."""
        displaced = [article for own in candidates.values() for article in own.displaced]
        holders = lookup.recognise_boilerplate(session, candidates.values())
        articles.queue_for_boilerplate(session, [*holders, *displaced])

    @staticmethod
    def _tasks(
        session: Session, rows: Sequence[Article], candidates: Mapping[int, Candidates], batch: Collection[int] = ()
    ) -> Iterator[JudgingTask]:
        """With which articles to judge each one; of those in `batch` only with the earlier ones.

        A copy, which has no candidates, is judged with the representative of its class alone, which has all relations.
        The articles are loaded for some tasks at once, and not for all, since a text may have megabytes.
        """
        for group in _groups(rows, candidates):
            by_id = articles.with_ids(session, {id_ for row in group for id_ in _candidate_ids(candidates, row)})
            copies = [row.folded_digest for row in group if row.id not in candidates]
            representatives = articles.representatives(session, copies)
            for row in group:
                own = candidates.get(row.id)
                if own is None:
                    others = representatives.get(row.folded_digest, [])
                else:
                    others = [by_id[id_] for id_ in sorted(own.articles) if id_ in by_id]
                judged = [other for other in others if _is_judged_by(row, other, batch)]
                yield JudgingTask(row, judged, sameness.NOTHING_MASKED if own is None else own.masked)

    @classmethod
    def _tasks_of_copies(cls, session: Session, rows: Sequence[Article]) -> Iterator[JudgingTask]:
        """The representatives among these articles, each with its judged copies; no articles for all others."""
        classes = articles.with_copies(session, [row.folded_digest for row in rows if row.indexed])
        for row in rows:
            has_copies = row.indexed and row.folded_digest in classes
            yield cls._task_of_copies(session, row) if has_copies else JudgingTask(row, [])

    @staticmethod
    def _task_of_copies(session: Session, row: Article) -> JudgingTask:
        """A representative with its judged copies, since its new relation set replaces the relations they reported.

        If they are more than `MAX_COPIES`, they are queued instead, and each reports its own relation again.
        """
        are_copies = sa.and_(Article.folded_digest == row.folded_digest, Article.id != row.id, Article.judging != NEW)
        copies = sa.select(Article).where(are_copies).order_by(Article.id).limit(MAX_COPIES + 1)
        others = list(session.scalars(copies))
        if len(others) > MAX_COPIES:
            session.execute(sa.update(Article).where(are_copies).values(judging=AGAIN))
            return JudgingTask(row, [])
        return JudgingTask(row, others)

    def _relations(self, tasks: Iterable[JudgingTask], count: int) -> list[list[model.Relation]]:
        """The relations that each of `count` tasks finds. Tasks are taken when a process is free to judge them."""
        references: list[list[model.Reference]] = []

        def comparisons() -> Iterator[Comparison]:
            for task in tasks:
                references.append([model.Reference(row.document, row.observation, row.digest) for row in task.others])
                yield Comparison(_stored(task.article), [_stored(row) for row in task.others], task.masked)

        judgements = self.pool.judge(comparisons(), count)
        return [
            [model.Relation(other, judgement) for other, judgement in zip(others, own, strict=True) if judgement]
            for own, others in zip(judgements, references, strict=True)
        ]


def _candidate_ids(candidates: Mapping[int, Candidates], row: Article) -> tuple[int, ...]:
    own = candidates.get(row.id)
    return () if own is None else own.articles


def _groups(rows: Sequence[Article], candidates: Mapping[int, Candidates]) -> Iterator[list[Article]]:
    """The articles in order, in groups that have about MAX_LOADED candidates together."""
    group: list[Article] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(_candidate_ids(candidates, row))
        if size >= MAX_LOADED:
            yield group
            group, size = [], 0
    if group:
        yield group


def _is_judged_by(row: Article, other: Article, batch: Collection[int]) -> bool:
    """Whether an article reports its pair with another one: of two in `batch` the later one does."""
    return other.id < row.id or (other.id != row.id and other.id not in batch)


def _is_truncated(candidates: Candidates | None) -> bool:
    return candidates is not None and candidates.truncated


def _stored(row: Article) -> StoredArticle:
    return StoredArticle(row.digest, row.content)
