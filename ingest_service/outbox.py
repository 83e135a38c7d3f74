"""The outbox: events owed to the catalog, written in the transaction that made them true; functions of a Session.

An event is `owed`, then `delivered` by its receipt, or `dead` when the catalog will never take it. Claiming leaves no
mark: one relay owns the outbox, and an event that was sent but not answered for is simply still owed. Order is kept
per document: nothing of a document is claimed while an earlier event of it waits for another attempt. A dead letter
blocks nothing after it; sent after all, the catalog files it as `late`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from catalog_service import contract
from ingest_service.tables import Article, Original, Outbox

OWED: Literal["owed"] = "owed"
DELIVERED: Literal["delivered"] = "delivered"
DEAD: Literal["dead"] = "dead"
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
COLUMNS = (Outbox.id, Outbox.event, Outbox.document, Outbox.body, Outbox.original)


@dataclass(frozen=True, slots=True)
class Owed:
    """An event to be sent; `original` is the digest of bytes that must be put before it."""

    id: int
    event: str
    document: str
    body: bytes
    original: str | None


def put(
    session: Session, event: contract.ObservedEvent | contract.RelatedEvent, *, originals: Sequence[str] = ()
) -> None:
    """Owes `event` to the catalog; `originals` holds the digest of its bytes where they travel apart from it."""
    body = event.model_dump_json(by_alias=True).encode()
    row = Outbox(
        event=event.id, document=str(event.data.document), observation=event.data.observation, body=body,
        size=len(body), original=next(iter(originals), None), state=OWED, attempts=0, created_at=event.time,
    )  # fmt: skip
    session.add(row)


def claim(session: Session, *, limit_events: int, limit_bytes: int, now: datetime) -> list[Owed]:
    """The oldest events that may be sent now, at least one if there is any, within both limits as one JSON array."""
    earlier = aliased(Outbox)
    waits = sa.exists().where(
        earlier.document == Outbox.document, earlier.id <= Outbox.id, earlier.state == OWED, earlier.not_before > now
    )
    query = sa.select(*COLUMNS).where(Outbox.state == OWED, ~waits).order_by(Outbox.id).limit(limit_events)
    claimed: list[Owed] = []
    size = len("[]")
    # Streamed, so that what is past the limit of bytes is not loaded.
    with session.execute(query, execution_options={"yield_per": 20}) as rows:
        for row in rows:
            size += len(row.body) + len(",")
            if claimed and size > limit_bytes:
                break
            claimed.append(Owed(*row))
    return claimed


def delivered(session: Session, receipts: Sequence[contract.Receipt], now: datetime) -> None:
    """The catalog answered for these events; a second receipt of one changes nothing."""
    events = [receipt.event for receipt in receipts]
    originals = set(session.scalars(sa.select(Outbox.original).where(Outbox.event.in_(events)))) - {None}
    # On the table, not the class: one statement for all, run without a look at each row before.
    table = cast(sa.Table, Outbox.__table__)
    session.execute(
        sa.update(table)
        .where(table.c.event == sa.bindparam("answered"), table.c.state != DELIVERED)
        .values(state=DELIVERED, delivered_at=now, receipt=sa.bindparam("said"), problem=sa.null(), not_before=None),
        [{"answered": receipt.event, "said": receipt.model_dump(mode="json")} for receipt in receipts],
    )
    release(session, originals)


def failed(session: Session, ids: Collection[int], problem: contract.Problem, now: datetime) -> None:
    """An attempt failed: the next one waits, twice as long each time."""
    for row in session.scalars(sa.select(Outbox).where(Outbox.id.in_(ids), Outbox.state == OWED)):
        row.attempts += 1
        row.problem = _json(problem)
        row.not_before = now + min(FIRST_WAIT * 2 ** min(row.attempts - 1, 10), LONGEST_WAIT)


def dead(session: Session, id: int, problem: contract.Problem) -> None:  # noqa: A002  The table's own word for it.
    """The catalog will never take this event as it is; `problem` is what it said."""
    query = sa.update(Outbox).where(Outbox.id == id, Outbox.state == OWED)
    session.execute(query.values(state=DEAD, attempts=Outbox.attempts + 1, problem=_json(problem), not_before=None))


def holds(session: Session, event: str) -> bool:
    """Whether an event is kept, in whatever state."""
    return session.scalar(sa.select(sa.exists().where(Outbox.event == event))) or False


def retry(session: Session, *, event: str | None = None, code: str | None = None) -> int:
    """Owes dead letters again and lets waiting events go now: all, one, or those of one problem code; how many."""
    query = sa.update(Outbox).where(
        sa.or_(Outbox.state == DEAD, sa.and_(Outbox.state == OWED, Outbox.not_before.is_not(None)))
    )
    if event is not None:
        query = query.where(Outbox.event == event)
    if code is not None:
        query = query.where(Outbox.problem["code"].as_string() == code)
    return _count(session, query.values(state=OWED, attempts=0, not_before=None))


def prune(session: Session, before: datetime, *, limit: int = 1_000) -> int:
    """Forgets at most `limit` events delivered before a moment; how many."""
    old = sa.select(Outbox.id).where(Outbox.state == DELIVERED, Outbox.delivered_at < before).limit(limit)
    return _count(session, sa.delete(Outbox).where(Outbox.id.in_(old)))


def first_delivered(session: Session) -> Owed | None:
    """The oldest delivered event that is still kept: what to send again to see whom we talk to."""
    row = session.execute(sa.select(*COLUMNS).where(Outbox.state == DELIVERED).order_by(Outbox.id).limit(1)).first()
    return None if row is None else Owed(*row)


def erase(session: Session, document: str) -> None:
    """Forgets every event of a redacted document, and the bytes that went with them."""
    events = sa.delete(Outbox).where(Outbox.document == document).returning(Outbox.original)
    release(session, set(session.scalars(events)))


def recall(session: Session) -> int:
    """Owes every kept event again, for a catalog that was restored from a backup; how many."""
    query = sa.update(Outbox).where(Outbox.state == DELIVERED)
    return _count(session, query.values(state=OWED, attempts=0, not_before=None))


def still_held(session: Session, heads: Collection[contract.Head]) -> None:
    """Takes recalled events off again that the catalog still has: of each document those up to its newest observation.

    Heads tell nothing of relations judged again and of late observations: those go again, and are `replayed`.
    """
    for head in heads:
        document = str(head.document)
        own_name = sa.literal(document + ":") + sa.cast(Outbox.observation, sa.String)
        query = sa.update(Outbox).where(
            Outbox.document == document, Outbox.observation <= head.observation, Outbox.state == OWED,
            Outbox.delivered_at.is_not(None), Outbox.event == own_name,
            Outbox.receipt["outcome"].as_string() != "late",
        )  # fmt: skip
        session.execute(query.values(state=DELIVERED))


def counts(session: Session) -> dict[str, int]:
    """How many events are owed, delivered (and still kept) and dead."""
    found = session.execute(sa.select(Outbox.state, sa.func.count().label("count_")).group_by(Outbox.state))
    return {OWED: 0, DELIVERED: 0, DEAD: 0} | {row.state: row.count_ for row in found}


def oldest(session: Session) -> datetime | None:
    """When the oldest event that is still owed was made."""
    query = sa.select(Outbox.created_at).where(Outbox.state == OWED).order_by(Outbox.id).limit(1)
    return session.scalar(query)


def original(session: Session, digest: str) -> bytes | None:
    """The bytes that travel apart, or None when they are no longer kept."""
    return session.scalar(sa.select(Original.content).where(Original.digest == digest))


def release(session: Session, digests: Collection[str | None]) -> None:
    """Drops the bytes of originals that neither an event needs nor an article that is still to be told of."""
    for digest in digests:
        waits = sa.exists().where(Outbox.original == digest, Outbox.state != DELIVERED)
        owed = sa.exists().where(Article.original == digest)
        session.execute(sa.update(Original).where(Original.digest == digest, ~waits, ~owed).values(content=None))


def _json(problem: contract.Problem) -> dict[str, Any]:
    return problem.model_dump(mode="json", exclude_none=True)


def _count(session: Session, statement: sa.UpdateBase) -> int:
    return cast(sa.CursorResult[Any], session.execute(statement)).rowcount
