"""The second transaction: neighbours asked for, pairs judged in canonical order, events put into the outbox."""

from collections.abc import Sequence
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
        marked = {row.id for row in rows}
        queries = {row.id: self._facts(row).fingerprints for row in rows if row.indexed}
        candidates = fingerprint_index.candidates(session, queries)
        for row in rows:
            found = self._relations(session, row, candidates.get(row.id), marked)
            self._tell(session, row, found, now)
            row.owes = None
        session.flush()
        return len(rows)

    def _relations(
        self, session: Session, row: Article, candidates: Candidates | None, marked: set[int]
    ) -> list[model.Relation]:
        """What the article is to others. A copy is related to the first of its class alone, which has the rest."""
        if candidates is None:
            first = sa.select(Article).where(Article.folded_digest == row.folded_digest, Article.indexed)
            neighbours, masked = list(session.scalars(first)), sameness.NOTHING_MASKED
        else:
            asked = sa.select(Article).where(Article.id.in_(candidates.articles))
            neighbours, masked = list(session.scalars(asked)), candidates.masked
        # Of two that are judged together the later one tells of both.
        others = [each for each in neighbours if each.id != row.id and not (each.id in marked and each.id > row.id)]
        found = []
        for other in sorted(others, key=lambda each: each.id):
            judgement = sameness.judge(self._facts(row), self._facts(other), masked)
            if judgement is not None:
                reference = model.Reference(other.document, other.observation, other.digest)
                found.append(model.Relation(reference, judgement))
        return found

    def _tell(self, session: Session, row: Article, relations: Sequence[model.Relation], now: datetime) -> None:
        owes = row.owes or {}
        if owes["cause"] == "judged":
            outbox.put(session, events.related(self.origin, row.document, row.observation, relations, now))
            return
        item = session.get_one(Item, row.item)
        bytes_ = session.get_one(Original, owes["original"])
        original = model.Original(bytes_.content or b"", bytes_.media_type, bytes_.encoding)
        telling = events.Telling(row.observation, owes["cause"], datetime.fromisoformat(owes["at"]), original)
        event = events.observed(self.origin, item, telling, articles.unpacked(row.content), relations)
        if original.size > contract.MAX_INLINE_ORIGINAL:
            outbox.put(session, event, originals=[bytes_.digest])
        else:
            outbox.put(session, event)
            _release(session, bytes_)

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
    needed = sa.select(Article.id).where(
        Article.owes["original"].as_string() == original.digest, Article.owes["cause"].as_string() != "judged"
    )
    if len(list(session.scalars(needed.limit(2)))) < 2:
        original.content = None
