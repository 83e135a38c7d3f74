"""The second transaction: neighbours asked for, pairs judged in canonical order, events put into the outbox.

What was told before is judged again when the way of judging changed: in a new release, or because what was taken for
text turned out to be boilerplate. That is background work, done when nothing new is to be told.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import articles, events, fingerprint_index, model, outbox, sameness
from ingest_service.fingerprint_index import Candidates
from ingest_service.tables import Article, Item, Original

# What judging keeps of articles, in characters of their texts: each costs some ten bytes.
KEPT = 8_000_000
# So many copies are told of together with their first; an event may hold a thousand relations.
COPIES = 500


@dataclass(slots=True)
class Judge:
    """Judges what is marked. Keeps what judging needs of the last articles, so that neighbours are not folded again."""

    origin: events.Origin
    _prepared: dict[int, sameness.Prepared] = field(default_factory=dict)
    _characters: int = 0

    def judge(self, session: Session, now: datetime, limit: int) -> int:
        """Judges up to `limit` marked articles, the oldest first, and owes their events; how many."""
        rows = list(
            session.scalars(sa.select(Article).where(Article.owes.is_not(None)).order_by(Article.id).limit(limit))
        )
        candidates = self._candidates(session, rows)
        together = {row.id for row in rows}
        for row in rows:
            # Of two that are told together the later one tells of both.
            later = {each for each in together if each > row.id}
            self._tell(session, row, self._relations(session, row, candidates.get(row.id), later), now)
            row.owes = row.original = None
        session.flush()
        return len(rows)

    def judge_again(self, session: Session, now: datetime, limit: int) -> int:
        """Does up to `limit` articles' part of what is to be judged again; how many, 0 when nothing is left.

        All fingerprints are of this release before the first article is judged with them.
        """
        if outdated := articles.outdated(session, limit):
            for row in outdated:
                self._forget(row)
                articles.refresh(session, row)
            return len(outdated)
        marked = Article.sameness_version.in_((articles.AGAIN, articles.HINDSIGHT))
        asked = sa.select(Article).where(marked, Article.owes.is_(None))
        rows = list(session.scalars(asked.order_by(Article.id).limit(limit)))
        candidates = self._candidates(session, rows)
        for row in rows:
            known = candidates.get(row.id)
            # Between forms boilerplate does speak. Of a story that everybody ran the first tellers know only the first
            # of the others: what the rest have told of them must not be taken back.
            if not (row.sameness_version == articles.HINDSIGHT and known is not None and known.is_form):
                found = self._relations(session, row, known)
                if row.indexed:
                    found += self._to_copies(session, row)
                outbox.put(session, events.related(self.origin, row.document, row.observation, found, now))
            row.sameness_version = sameness.VERSION
        session.flush()
        return len(rows)

    def _to_copies(self, session: Session, row: Article) -> list[model.Relation]:
        """What the first of a class is to its copies, which have told so themselves; of too many, they tell again."""
        of_class = sa.and_(Article.folded_digest == row.folded_digest, Article.id != row.id, Article.owes.is_(None))
        copies = list(session.scalars(sa.select(Article).where(of_class).order_by(Article.id).limit(COPIES + 1)))
        if len(copies) > COPIES:
            session.execute(sa.update(Article).where(of_class).values(sameness_version=articles.AGAIN))
            return []
        return self._judged(row, copies, sameness.NOTHING_MASKED)

    def _candidates(self, session: Session, rows: Sequence[Article]) -> dict[int, Candidates]:
        """Whom to judge with whom; what turns out to be boilerplate is judged again where it was taken for text."""
        queries = {row.id: self._facts(row).fingerprints for row in rows if row.indexed}
        found = fingerprint_index.candidates(session, queries)
        articles.judge_again(session, fingerprint_index.recognise(session, found.values()))
        return found

    def _relations(
        self, session: Session, row: Article, candidates: Candidates | None, without: Collection[int] = ()
    ) -> list[model.Relation]:
        """What the article is to others. A copy is related to the first of its class alone, which has the rest."""
        if candidates is None:
            first = sa.select(Article).where(Article.folded_digest == row.folded_digest, Article.indexed)
            neighbours, masked = list(session.scalars(first)), sameness.NOTHING_MASKED
        else:
            asked = sa.select(Article).where(Article.id.in_(candidates.articles))
            neighbours, masked = list(session.scalars(asked)), candidates.masked
        others = [each for each in neighbours if each.id != row.id and each.id not in without]
        return self._judged(row, others, masked)

    def _judged(self, row: Article, others: Iterable[Article], masked: sameness.Hashes) -> list[model.Relation]:
        found = []
        for other in sorted(others, key=lambda each: each.id):
            judgement = sameness.judge(self._facts(row), self._facts(other), masked)
            if judgement is not None:
                reference = model.Reference(other.document, other.observation, other.digest)
                found.append(model.Relation(reference, judgement))
        return found

    def _tell(self, session: Session, row: Article, relations: Sequence[model.Relation], now: datetime) -> None:
        owes = row.owes or {}
        item = session.get_one(Item, row.item)
        bytes_ = session.get_one(Original, row.original)
        original = model.Original(bytes_.content or b"", bytes_.media_type, bytes_.encoding)
        telling = events.Telling(row.observation, owes["cause"], datetime.fromisoformat(owes["at"]), original)
        event = events.observed(self.origin, item, telling, articles.unpacked(row.content), relations)
        if original.size > contract.MAX_INLINE_ORIGINAL:
            outbox.put(session, event, originals=[bytes_.digest])
        else:
            outbox.put(session, event)
            _release(session, bytes_)

    def _forget(self, row: Article) -> None:
        if known := self._prepared.pop(row.id, None):
            self._characters -= len(known.side.text)

    def _facts(self, row: Article) -> sameness.Prepared:
        known = self._prepared.pop(row.id, None)
        if known is None:
            known = sameness.prepare(articles.unpacked(row.content))
            self._characters += len(known.side.text)
        # Again at the end: the one asked for longest ago is dropped first, never the one just asked for.
        self._prepared[row.id] = known
        while self._characters > KEPT and len(self._prepared) > 1:
            self._characters -= len(self._prepared.pop(next(iter(self._prepared))).side.text)
        return known


def _release(session: Session, original: Original) -> None:
    """The event holds the bytes; ours are kept only while another one needs them."""
    session.flush()
    needed = sa.select(Article.id).where(Article.original == original.digest)
    if len(list(session.scalars(needed.limit(2)))) < 2:
        original.content = None
