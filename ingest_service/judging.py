"""The second transaction: neighbours asked for, pairs judged in canonical order, events put into the outbox.

What was told before is judged again when the way of judging changed: in a new release, or because what was taken for
text turned out to be boilerplate. That is background work, done when nothing new is to be told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import articles, events, fingerprint_index, model, outbox, packing, sameness
from ingest_service.neighbours import Candidates
from ingest_service.panel import Panel, Question, Text
from ingest_service.tables import Article, Item, Original

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
    """Judges what is marked, before the panel."""

    origin: events.Origin
    panel: Panel = field(default_factory=Panel)

    def judge(self, session: Session, now: datetime, limit: int) -> int:
        """Judges up to `limit` marked articles, the oldest first, and owes their events; how many."""
        rows = list(
            session.scalars(sa.select(Article).where(Article.owes.is_not(None)).order_by(Article.id).limit(limit))
        )
        found: dict[int, Candidates] = {}
        told = self._judged(self._asked(session, rows, found), len(rows))
        self._recognise(session, found)
        for row, relations in zip(rows, told, strict=True):
            self._tell(session, row, relations, now)
            row.owes = row.original = None
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
        articles.judge_again(session, heirs)
        if gone:
            return gone
        marked = Article.sameness_version.in_((articles.AGAIN, articles.HINDSIGHT))
        asked = sa.select(Article).where(marked, Article.owes.is_(None))
        rows = list(session.scalars(asked.order_by(Article.id).limit(limit)))
        candidates = fingerprint_index.candidates(session, _prints(session, rows))
        self._recognise(session, candidates)
        # Who knows only some of its neighbours must not take back what the rest have told of it: between forms, where
        # boilerplate does speak, and of what hundreds of others share.
        partial = {article for article, known in candidates.items() if known.left_out}
        due = [row for row in rows if row.sameness_version != articles.HINDSIGHT or row.id not in partial]
        related = self._judged((self._neighbours(session, row, candidates.get(row.id)) for row in due), len(due))
        to_copies = self._judged((self._copies(session, row) for row in due), len(due))
        for row, relations, more in zip(due, related, to_copies, strict=True):
            told = events.related(self.origin, row.document, row.observation, [*relations, *more], now)
            outbox.put(session, told)
        for row in rows:
            row.sameness_version = sameness.VERSION
        session.flush()
        return len(rows)

    def _asked(self, session: Session, rows: Sequence[Article], found: dict[int, Candidates]) -> Iterator[Asked]:
        """With whom to judge articles that are new."""
        # Of two that are told together the later one tells of both.
        together = {row.id for row in rows}
        for some in self.panel.portions(rows):
            found |= fingerprint_index.candidates(session, _prints(session, some), new=rows[0].id)
            for row in some:
                yield self._neighbours(session, row, found.get(row.id), without=together)

    @staticmethod
    def _recognise(session: Session, found: Mapping[int, Candidates]) -> None:
        """Has judged again who was judged by what turns out to be boilerplate, or stood for a form and does no more."""
        displaced = [article for each in found.values() for article in each.displaced]
        articles.judge_again(session, [*fingerprint_index.recognise(session, found.values()), *displaced])

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
        of_class = sa.and_(Article.folded_digest == row.folded_digest, Article.id != row.id, Article.owes.is_(None))
        copies = list(session.scalars(sa.select(Article).where(of_class).order_by(Article.id).limit(COPIES + 1)))
        if len(copies) > COPIES:
            session.execute(sa.update(Article).where(of_class).values(sameness_version=articles.AGAIN))
            return Asked(row, [])
        return Asked(row, copies)

    def _judged(self, asked: Iterable[Asked], count: int) -> list[list[model.Relation]]:
        """What each article is to the others it was asked about with."""
        references: list[list[model.Reference]] = []

        def questions() -> Iterator[Question]:
            for each in asked:
                references.append([model.Reference(row.document, row.observation, row.digest) for row in each.others])
                yield Question(_text(each.row), [_text(row) for row in each.others], each.masked)

        return [
            [model.Relation(other, said) for other, said in zip(others, answer, strict=True) if said is not None]
            for answer, others in zip(self.panel.answers(questions(), count), references, strict=True)
        ]

    def _tell(self, session: Session, row: Article, relations: Sequence[model.Relation], now: datetime) -> None:
        owes = row.owes or {}
        item = session.get_one(Item, row.item)
        bytes_ = session.get_one(Original, row.original)
        original = model.Original(bytes_.content or b"", bytes_.media_type, bytes_.encoding)
        telling = events.Telling(row.observation, owes["cause"], datetime.fromisoformat(owes["at"]), original)
        event = events.observed(self.origin, item, telling, packing.unpacked(row.content), relations)
        if original.size > contract.MAX_INLINE_ORIGINAL:
            outbox.put(session, event, originals=[bytes_.digest])
        else:
            outbox.put(session, event)
            _release(session, bytes_)


def _prints(session: Session, rows: Iterable[Article]) -> dict[int, sameness.Hashes]:
    """The fingerprints of those that stand for their class."""
    return fingerprint_index.of(session, [row.id for row in rows if row.indexed])


def _text(row: Article) -> Text:
    return Text(row.digest, row.content)


def _release(session: Session, original: Original) -> None:
    """The event holds the bytes; ours are kept only while another one needs them."""
    session.flush()
    needed = sa.select(Article.id).where(Article.original == original.digest)
    if len(list(session.scalars(needed.limit(2)))) < 2:
        original.content = None
