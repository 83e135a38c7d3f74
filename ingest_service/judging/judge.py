"""The judge: takes articles from the queue, judges them with their candidates, and emits the relations.

The pairs of an article are judged in the order of ids, and its event goes into the outbox together with its relations.
Re-judging is background work, done while no new article is queued: a release with another algorithm, new boilerplate or
another representative makes earlier judgements outdated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ingest_service import model
from ingest_service.delivery import events, outbox
from ingest_service.index import lookup
from ingest_service.index.candidates import Candidates
from ingest_service.judging import tasks
from ingest_service.judging.parallel import Comparison, JudgePool
from ingest_service.judging.tasks import JudgingTask
from ingest_service.ledger import articles, emission, replacement
from ingest_service.store.rows import ArticleRow
from ingest_service.store.tables import AGAIN, BOILERPLATE, DONE, NEW
from ingest_service.workers.cache import StoredArticle


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges queued articles in a judge pool, and emits events from `origin`."""

    origin: events.Origin
    pool: JudgePool = field(default_factory=JudgePool)

    def judge(self, session: Session, limit: int) -> int:
        """Judges a batch of new articles, the oldest ones, and puts the event of each one into the outbox.

        An event has an article and its relations to its candidates. Of two new articles, in this batch or not, the
        later one reports the pair, so that no pair is judged twice. Articles whose earlier judgement is outdated by
        this batch are queued for re-judging. Returns the number of articles judged: at most `limit`, 0 if none is
        queued.
        """
        rows = articles.queued(session, [NEW], limit)
        candidates = self._candidates(session, rows)
        relations = self._relations(tasks.with_candidates(session, rows, candidates), len(rows))
        self._queue_affected(session, candidates)
        emission.emit(session, self.origin, rows, relations, DONE)
        return len(rows)

    def judge_again(self, session: Session, limit: int, now: datetime) -> int:
        """Does a part of the re-judging, up to `limit` articles; returns how many, 0 when nothing is left.

        First the fingerprints of all outdated articles are taken again, so that every article is judged with those of
        this release. Then the successors of deleted template texts are queued. Then queued articles are judged.
        """
        if outdated := articles.outdated(session, limit):
            replacement.refresh(session, outdated)
            return len(outdated)
        deleted, successors = lookup.successors(session, limit)
        articles.queue_for_boilerplate(session, successors)
        return deleted or self._judge_queued_again(session, limit, now)

    def _judge_queued_again(self, session: Session, limit: int, now: datetime) -> int:
        """Judges articles that are queued again, and emits their full relation sets, which replace the earlier ones."""
        rows = articles.queued(session, [AGAIN, BOILERPLATE], limit)
        candidates = self._candidates(session, rows)
        self._queue_affected(session, candidates)
        # If the candidate list was truncated, do not replace the relation set because of boilerplate: that would
        # withdraw relations reported by the omitted candidates.
        due = [row for row in rows if row.judging != BOILERPLATE or not _is_truncated(candidates.get(row.id))]
        to_candidates = self._relations(tasks.with_candidates(session, due, candidates), len(due))
        to_copies = self._relations(tasks.with_copies(session, due), len(due))
        outbox.put(
            session,
            [
                events.related(self.origin, row.document, row.observation, [*relations, *of_copies], now)
                for row, relations, of_copies in zip(due, to_candidates, to_copies, strict=True)
            ],
        )
        articles.mark_judged(session, rows)
        return len(rows)

    @staticmethod
    def _candidates(session: Session, rows: Sequence[ArticleRow]) -> dict[int, Candidates]:
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

    def _relations(self, judging_tasks: Iterable[JudgingTask], count: int) -> list[list[model.Relation]]:
        """The relations of each of `count` tasks. A task is taken when a process is free to judge it."""
        references: list[list[model.Reference]] = []

        def comparisons() -> Iterator[Comparison]:
            for task in judging_tasks:
                references.append([model.Reference(row.document, row.observation, row.digest) for row in task.others])
                yield Comparison(_stored(task.article), [_stored(row) for row in task.others], task.masked)

        judgements = self.pool.judge(comparisons(), count)
        return [
            [model.Relation(other, judgement) for other, judgement in zip(others, own, strict=True) if judgement]
            for own, others in zip(judgements, references, strict=True)
        ]


def _is_truncated(candidates: Candidates | None) -> bool:
    return candidates is not None and candidates.truncated


def _stored(row: ArticleRow) -> StoredArticle:
    return StoredArticle(row.digest, row.content)
