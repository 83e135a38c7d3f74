"""The newest article of each item: kept, marked to be judged, and taken out again; functions of a Session.

Articles of the same words are one class: the first stands for it among the fingerprints, the others are its copies.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import events, fingerprint_index, model, outbox, packing, sameness
from ingest_service.db import chunked
from ingest_service.prepare import PreparedFile, PreparedItem
from ingest_service.tables import AGAIN, HINDSIGHT, Article, Gone, Item, Original

# The cause of no event: the catalog knows this reading, only a lost ledger did not.
KNOWN = "known"
CURRENT = (AGAIN, HINDSIGHT, sameness.VERSION)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read of one item, and what it means for it."""

    prepared: PreparedFile
    told: PreparedItem
    content: bytes
    cause: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether articles are marked to be told; and to be judged again, or may be since forms have gone."""

    owing: bool
    again: bool


def write(session: Session, now: datetime, item: Item, old: Article | None, reading: Reading) -> None:
    """Puts what was read of an item in the place of what it said before, and marks it to be told unless it is known."""
    told, prepared = reading.told, reading.prepared
    if old is not None:
        retire(session, [item.id])
    if reading.cause != KNOWN:
        item.observation += 1
    of_class = sa.and_(Article.folded_digest == told.facts.folded_digest, Article.indexed)
    for outdated_head in session.scalars(sa.select(Article).where(of_class, Article.sameness_version.not_in(CURRENT))):
        # Else both would stand for the class, and count twice.
        refresh(session, outdated_head)
    stands = _class_stands(session, told.facts.folded_digest)
    row = Article(
        item=item.id,
        document=item.document,
        observation=item.observation,
        digest=told.article.digest,
        folded_digest=told.facts.folded_digest,
        content=reading.content,
        indexed=not stands,
        sameness_version=sameness.VERSION,
        owes=None if reading.cause == KNOWN else _owed(now, reading),
        original=None if reading.cause == KNOWN else prepared.original.digest,
    )
    session.add(row)
    session.flush()
    if row.owes is not None:
        _keep(session, prepared.original)
    if not stands:
        fingerprint_index.add(session, {row.id: told.facts.fingerprints})


def tell(
    session: Session, origin: events.Origin, row: Article, relations: Sequence[model.Relation], now: datetime
) -> None:
    """Puts what an article owes into the outbox."""
    owes = row.owes or {}
    item = session.get_one(Item, row.item)
    original = session.get_one(Original, row.original)
    telling = events.Telling(row.observation, owes["cause"], datetime.fromisoformat(owes["at"]), original)
    event = events.observed(origin, item, telling, packing.unpacked(row.content), relations)
    outbox.put(session, event, originals=[original.digest] if original.size > contract.MAX_INLINE_ORIGINAL else [])
    row.owes = row.original = None
    session.flush()
    outbox.release(session, [original.digest])


def judge_again(session: Session, ids: Sequence[int]) -> None:
    """Marks articles to be judged once more, but for those that are still to be judged for the first time."""
    for some in chunked(ids):
        told = sa.update(Article).where(Article.id.in_(some), Article.owes.is_(None))
        # Those that an earlier release judged are judged again anyway, once their fingerprints are taken anew.
        session.execute(told.where(Article.sameness_version == sameness.VERSION).values(sameness_version=HINDSIGHT))


def are_forms(session: Session, ids: Sequence[int]) -> None:
    """These were judged as forms."""
    for some in chunked(ids):
        session.execute(sa.update(Article).where(Article.id.in_(some), ~Article.form).values(form=True))


def waiting(session: Session) -> Waiting:
    """Whether anything is to be judged; asked all the time, so it looks at the ends of indexes only."""
    version = Article.sameness_version
    asked = (
        sa.select(sa.func.min(Article.id)).where(Article.owes.is_not(None)),
        # All are of this release when the lowest and the highest are.
        sa.select(sa.func.min(version)),
        sa.select(sa.func.max(version)),
        sa.select(sa.func.min(Gone.id)),
    )
    owing, *versions, gone = session.execute(sa.select(*(each.scalar_subquery() for each in asked))).one()
    again = gone is not None or any(each not in (None, sameness.VERSION) for each in versions)
    return Waiting(owing is not None, again)


def outdated(session: Session, limit: int) -> list[Article]:
    """Articles whose fingerprints an earlier release took, the oldest first."""
    asked = sa.select(Article).where(Article.sameness_version.not_in(CURRENT))
    return list(session.scalars(asked.order_by(Article.id).limit(limit)))


def refresh(session: Session, row: Article) -> None:
    """Takes the fingerprints of an article anew, and marks it to be judged again.

    Its number is another one: whoever follows the table holds under the old one what it had.
    """
    facts = sameness.prepare(packing.unpacked(row.content))
    fingerprint_index.remove(session, [row.id])
    stands = _class_stands(session, facts.folded_digest)
    anew = Article(
        item=row.item,
        document=row.document,
        observation=row.observation,
        digest=row.digest,
        folded_digest=facts.folded_digest,
        content=row.content,
        indexed=not stands,
        sameness_version=AGAIN,
        owes=row.owes,
        original=row.original,
    )
    session.delete(row)
    session.flush()
    session.add(anew)
    session.flush()
    if not stands:
        fingerprint_index.add(session, {anew.id: facts.fingerprints})


def _owed(now: datetime, reading: Reading) -> dict[str, Any]:
    """What judging must know to tell of an article."""
    return {
        "cause": reading.cause,
        "at": contract.format_time(now),
    }


def _class_stands(session: Session, folded_digest: str) -> bool:
    """Whether an article of the same words stands for them among the fingerprints of this release."""
    current = Article.sameness_version.in_(CURRENT)
    asked = sa.select(Article.id).where(Article.folded_digest == folded_digest, Article.indexed, current)
    return session.scalar(asked.limit(1)) is not None


def retire(session: Session, items: Collection[int]) -> None:
    """The articles of these items are current no more: they attract nothing, and copies take the place of firsts.

    All go before the first copy takes a place: of copies that go one after the other each would take it once.
    """
    left: set[str] = set()
    for some in chunked(sorted(items)):
        left |= _take_out(session, some)
    for folded_digest in sorted(left):
        _promote(session, folded_digest)


def _take_out(session: Session, items: Sequence[int]) -> set[str]:
    """Forgets the articles of these items; the classes that nobody stands for now."""
    gone = sa.delete(Article).where(Article.item.in_(items))
    had = (Article.id, Article.folded_digest, Article.indexed, Article.form, Article.original)
    rows = session.execute(gone.returning(*had)).all()
    fingerprint_index.remove(session, [row.id for row in rows], forms=[row.id for row in rows if row.form])
    outbox.release(session, {row.original for row in rows if row.original is not None})
    return {row.folded_digest for row in rows if row.indexed}


def _promote(session: Session, folded_digest: str) -> None:
    """The first copy stands for the class from now on, unless one stands already; all of the class are judged anew."""
    of_class = Article.folded_digest == folded_digest
    first = session.scalars(sa.select(Article).where(of_class).order_by(~Article.indexed, Article.id).limit(1)).first()
    if first is None or first.indexed:
        return
    first.indexed = True
    session.flush()
    fingerprint_index.add(session, {first.id: sameness.prepare(packing.unpacked(first.content)).fingerprints})
    told = sa.update(Article).where(of_class, Article.owes.is_(None), Article.sameness_version.in_(CURRENT))
    session.execute(told.values(sameness_version=AGAIN))


def _keep(session: Session, original: model.Original) -> None:
    row = session.get(Original, original.digest)
    if row is None:
        row = Original(
            digest=original.digest, size=original.size, media_type=original.media_type, encoding=original.encoding
        )
        session.add(row)
    row.content = original.content
