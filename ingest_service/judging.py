"""The second transaction: neighbours asked for, pairs judged in canonical order, events put into the outbox.

What was told before is judged again when the way of judging changed: in a new release, or because what was taken for
text turned out to be boilerplate. That is background work, done when nothing new is to be told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import articles, events, fingerprint_index, model, outbox, sameness
from ingest_service.cache import StoredArticle
from ingest_service.neighbours import Candidates
from ingest_service.panel import Comparison, JudgePool
from ingest_service.tables import AGAIN, BOILERPLATE, DONE, NEW, Article

# So many copies are told of together with their first; an event may hold a thousand relations.
COPIES = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """An article, and whom it is to be judged with."""

    row: Article
    others: Sequence[Article]
    masked: sameness.Hashes = field(default_factory=lambda: sameness.NOTHING_MASKED)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges what is marked, in the judge pool."""

    origin: events.Origin
    pool: JudgePool = field(default_factory=JudgePool)

    def judge(self, session: Session, now: datetime, limit: int) -> int:
        """Judges up to `limit` marked articles, the oldest first, and owes their events; how many."""
        rows = articles.queued(session, [NEW], limit)
        candidates = self._candidates(session, rows)
        # Of two that are told together the later one tells of both.
        together = {row.id for row in rows}
        asked = (self._neighbours(session, row, candidates.get(row.id), without=together) for row in rows)
        told = self._judged(asked, len(rows))
        self._recognise(session, candidates)
        for row, relations in zip(rows, told, strict=True):
            articles.emit(session, self.origin, row, relations, now)
            row.judging = DONE
        session.flush()
        return len(rows)

    def judge_again(self, session: Session, now: datetime, limit: int) -> int:
        """Does up to `limit` articles' part of what is to be judged again; how many, 0 when nothing is left.

        All fingerprints are of this release before the first article is judged with them.
        """
        if outdated := articles.outdated(session, limit):
            for row in outdated:
                articles.refresh(session, row)
            return len(outdated)
        gone, heirs = fingerprint_index.heirs(session, limit)
        articles.queue_for_boilerplate(session, heirs)
        if gone:
            return gone
        rows = articles.queued(session, [AGAIN, BOILERPLATE], limit)
        candidates = self._candidates(session, rows)
        self._recognise(session, candidates)
        # Who knows only some of its neighbours must not take back what the rest have told of it: between forms, where
        # boilerplate does speak, and of what hundreds of others share.
        partial = {article for article, known in candidates.items() if known.left_out}
        due = [row for row in rows if row.judging != BOILERPLATE or row.id not in partial]
        related = self._judged((self._neighbours(session, row, candidates.get(row.id)) for row in due), len(due))
        to_copies = self._judged((self._copies(session, row) for row in due), len(due))
        for row, relations, more in zip(due, related, to_copies, strict=True):
            told = events.related(self.origin, row.document, row.observation, [*relations, *more], now)
            outbox.put(session, told)
        for row in rows:
            row.judging = DONE
        session.flush()
        return len(rows)

    @staticmethod
    def _candidates(session: Session, rows: Sequence[Article]) -> dict[int, Candidates]:
        """Whom those that stand for their class are judged with; that they are forms is written down."""
        prints = fingerprint_index.of(session, [row.id for row in rows if row.indexed])
        found = fingerprint_index.candidates(session, prints)
        articles.mark_templates(session, [article for article, each in found.items() if each.is_form])
        return found

    @staticmethod
    def _recognise(session: Session, found: Mapping[int, Candidates]) -> None:
        """Has judged again who was judged by what turns out to be boilerplate, or stood for a form and does no more."""
        displaced = [article for each in found.values() for article in each.displaced]
        articles.queue_for_boilerplate(session, [*fingerprint_index.recognise(session, found.values()), *displaced])

    @staticmethod
    def _neighbours(
        session: Session, row: Article, candidates: Candidates | None, without: Collection[int] = ()
    ) -> Asked:
        """Whom to judge an article with: of those in `without` the earlier ones.

        A copy is related to the first of its class alone, which has the rest.
        """
        if candidates is None:
            found = sa.select(Article).where(Article.folded_digest == row.folded_digest, Article.indexed)
        else:
            found = sa.select(Article).where(Article.id.in_(candidates.articles))
        others = [
            each
            for each in session.scalars(found.order_by(Article.id))
            if each.id < row.id or (each.id != row.id and each.id not in without)
        ]
        return Asked(row, others, sameness.NOTHING_MASKED if candidates is None else candidates.masked)

    @staticmethod
    def _copies(session: Session, row: Article) -> Asked:
        """The copies of the first of a class, which have told so themselves; if they are too many, they tell again."""
        if not row.indexed:
            return Asked(row, [])
        of_class = sa.and_(Article.folded_digest == row.folded_digest, Article.id != row.id, Article.judging != NEW)
        copies = list(session.scalars(sa.select(Article).where(of_class).order_by(Article.id).limit(COPIES + 1)))
        if len(copies) > COPIES:
            session.execute(sa.update(Article).where(of_class).values(judging=AGAIN))
            return Asked(row, [])
        return Asked(row, copies)

    def _judged(self, asked: Iterable[Asked], count: int) -> list[list[model.Relation]]:
        """What each article is to the others it was asked about with."""
        references: list[list[model.Reference]] = []

        def comparisons() -> Iterator[Comparison]:
            for each in asked:
                references.append([model.Reference(row.document, row.observation, row.digest) for row in each.others])
                yield Comparison(_text(each.row), [_text(row) for row in each.others], each.masked)

        return [
            [model.Relation(other, said) for other, said in zip(others, answer, strict=True) if said is not None]
            for answer, others in zip(self.pool.judge(comparisons(), count), references, strict=True)
        ]


def _text(row: Article) -> StoredArticle:
    return StoredArticle(row.digest, row.content)
