"""The outbox: events for the catalog, each written in the transaction that it reports; functions of a Session.

An event is pending (state `owed`) until a receipt makes it `delivered`, or until it is `dead`: a dead letter. Claiming
leaves no mark: one relay owns the outbox, and an event that was sent without an answer is still pending. Order is kept
per document: no event of a document is claimed while an earlier one waits for another attempt. A dead letter blocks no
later event; when it is sent after all, the catalog records it as `late`.
"""

from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from catalog_service import contract
from ingest_service.backoff import Backoff
from ingest_service.store import bulk
from ingest_service.store.prepared import Prepared
from ingest_service.store.prepared_writes import PreparedWrite
from ingest_service.store.tables import Article, Item, Original, Outbox

OWED: Literal["owed"] = "owed"
DELIVERED: Literal["delivered"] = "delivered"
DEAD: Literal["dead"] = "dead"
# With these waits, an event is refused for a minute at least before it is a dead letter.
REFUSALS = Backoff(timedelta(seconds=2), timedelta(seconds=32), attempts=6)
COLUMNS = (Outbox.id, Outbox.event, Outbox.document, Outbox.body, Outbox.original, Outbox.attempts)
# Refused events are among the oldest pending ones. To read all of a long outbox takes seconds.
OLDEST_PENDING = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """An event with its JSON body; `original` is the digest of bytes that must be put before it."""

    id: str
    document: str
    observation: int
    time: datetime
    body: bytes
    original: str | None = None


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event to be sent. `original` is the digest of a large original, which must be put before it."""

    id: int
    event: str
    document: str
    body: bytes
    original: str | None
    refusals: int
    """How often the catalog refused this event while it answered for others."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The number of events that wait for another attempt, and the catalog's problem with the oldest one."""

    events: int
    problem: contract.Problem | None

    def __str__(self) -> str:
        words = f"; the first: {self.problem.code}: {self.problem.detail}" if self.problem else ""
        return f"events that the catalog refuses and that will be sent again: {self.events}{words}"


def put(session: Session, events: Iterable[Event]) -> None:
    """Adds pending events, in this order."""
    rows = [
        {
            "event": event.id, "document": event.document, "observation": event.observation, "body": event.body,
            "size": len(event.body), "original": event.original, "state": OWED, "attempts": 0,
            "created_at": event.time,
        }
        for event in events
    ]  # fmt: skip
    bulk.insert_without_ids(session, Outbox, rows)


def claim(session: Session, *, limit_events: int, limit_bytes: int, now: datetime) -> list[PendingEvent]:
    """The oldest events that may be sent now, at least one if there is any, within both limits as one JSON array."""
    claimed: list[PendingEvent] = []
    size = len("[]")
    # Streamed, so that no events past the limit of bytes are loaded.
    with closing(_claim.stream(session, 20, now=now, limit_events=limit_events)) as rows:
        for row in rows:
            size += len(row.body) + len(",")
            if claimed and size > limit_bytes:
                break
            claimed.append(PendingEvent(*row))
    return claimed


@Prepared
def _claim() -> sa.Select[*tuple[Any, ...]]:
    """The oldest `:limit_events` pending events whose documents have no earlier one that waits after `:now`."""
    earlier = aliased(Outbox)
    # As an expression, so that no index covers the state: SQLite would read all pending events before each one by it,
    # rather than those of its document.
    is_pending = earlier.state.concat("") == OWED
    waits = sa.exists().where(
        earlier.document == Outbox.document, earlier.id <= Outbox.id, is_pending,
        earlier.not_before > sa.bindparam("now"),
    )  # fmt: skip
    pending = sa.select(*COLUMNS).where(Outbox.state == OWED, ~waits).order_by(Outbox.id)
    return pending.limit(sa.bindparam("limit_events", type_=sa.Integer))


def delivered(session: Session, receipts: Sequence[contract.Receipt], now: datetime) -> None:
    """Records the receipts of these events; a second receipt of one changes nothing."""
    events = [receipt.event for receipt in receipts]
    originals = {row.original for row in bulk.rows(session, _ORIGINALS_OF, events)}
    answers = ((DELIVERED, now, receipt.model_dump(mode="json"), receipt.event, DELIVERED) for receipt in receipts)
    _DELIVER.execute(session, answers)
    release(session, originals)


def _delivering(_: str) -> sa.Update:
    table = bulk.table_of(Outbox)
    new: list[tuple[Any, Any]] = [
        (table.c.state, sa.bindparam("new_state")), (table.c.delivered_at, sa.bindparam("now")),
        (table.c.receipt, sa.bindparam("answer")), (table.c.problem, sa.null()), (table.c.not_before, sa.null()),
    ]  # fmt: skip
    is_undelivered = table.c.state != sa.bindparam("delivered")
    return sa.update(table).ordered_values(*new).where(table.c.event == sa.bindparam("answered"), is_undelivered)


_ORIGINALS_OF = Prepared(lambda: sa.select(Outbox.original).where(bulk.any_of(Outbox.event)))
_DELIVER = PreparedWrite(("new_state", "now", "answer", "answered", "delivered"), _delivering)


def refuse(session: Session, id: int, problem: contract.Problem, now: datetime) -> bool:  # noqa: A002  As for `dead`.
    """Records that the catalog refused one event alone. The wait before the next attempt doubles each time.

    After the last attempt of `REFUSALS` the event is a dead letter. Returns whether it is one now.
    """
    pending = sa.and_(Outbox.id == id, Outbox.state == OWED)
    attempts = session.scalar(sa.select(Outbox.attempts).where(pending))
    if attempts is None:
        return False
    wait = REFUSALS.wait(attempts + 1)
    if wait is None:
        dead(session, id, problem)
        return True
    refused = {"attempts": attempts + 1, "problem": _json(problem), "not_before": now + wait}
    session.execute(sa.update(Outbox).where(pending).values(refused))
    return False


def dead(session: Session, id: int, problem: contract.Problem) -> None:  # noqa: A002  The name of the column.
    """Makes a pending event a dead letter; `problem` is the catalog's answer."""
    query = sa.update(Outbox).where(Outbox.id == id, Outbox.state == OWED)
    session.execute(query.values(state=DEAD, attempts=Outbox.attempts + 1, problem=_json(problem), not_before=None))


def holds(session: Session, event: str) -> bool:
    """Whether an event is kept, in any state."""
    return session.scalar(sa.select(sa.exists().where(Outbox.event == event))) or False


def retry(session: Session, *, event: str | None = None, code: str | None = None) -> int:
    """Makes dead letters pending again, and ends waits: of all events, one, or those of a problem code.

    Returns the number of events.
    """
    query = sa.update(Outbox).where(
        sa.or_(Outbox.state == DEAD, sa.and_(Outbox.state == OWED, Outbox.not_before.is_not(None)))
    )
    if event is not None:
        query = query.where(Outbox.event == event)
    if code is not None:
        query = query.where(Outbox.problem["code"].as_string() == code)
    return _count(session, query.values(state=OWED, attempts=0, not_before=None))


def prune(session: Session, before: datetime, *, limit: int = 1_000) -> int:
    """Deletes at most `limit` events that were delivered before a moment. Returns how many."""
    old = sa.select(Outbox.id).where(Outbox.state == DELIVERED, Outbox.delivered_at < before).limit(limit)
    return _count(session, sa.delete(Outbox).where(Outbox.id.in_(old)))


def first_delivered(session: Session, *, skip: int = 0) -> PendingEvent | None:
    """The oldest delivered event that is still kept, without the first `skip`; None if there is none.

    Only the first kept event of each document counts: if a restored catalog records it, it makes no other one late.
    """
    earlier = aliased(Outbox)
    follows = sa.exists().where(earlier.document == Outbox.document, earlier.id < Outbox.id, earlier.state == DELIVERED)
    query = sa.select(*COLUMNS).where(Outbox.state == DELIVERED, ~follows).order_by(Outbox.id).offset(skip).limit(1)
    row = session.execute(query).first()
    return None if row is None else PendingEvent(*row)


def erase(session: Session, document: str) -> None:
    """Deletes every event of a redacted document, and the bytes of their originals."""
    events = sa.delete(Outbox).where(Outbox.document == document).returning(Outbox.original)
    release(session, set(session.scalars(events)))


def recall(session: Session) -> int:
    """Makes every delivered event pending again, for a catalog restored from a backup. Returns how many."""
    query = sa.update(Outbox).where(Outbox.state == DELIVERED)
    return _count(session, query.values(state=OWED, attempts=0, not_before=None))


def still_held(session: Session, heads: Collection[contract.Head]) -> None:
    """Marks recalled events that the catalog still has as delivered: those up to the head of each document.

    Heads show neither relations that were judged again nor late observations; these events are sent and `replayed`.
    """
    for head in heads:
        document = str(head.document)
        event_id = sa.literal(document + ":") + sa.cast(Outbox.observation, sa.String)
        query = sa.update(Outbox).where(
            Outbox.document == document, Outbox.observation <= head.observation, Outbox.state == OWED,
            Outbox.delivered_at.is_not(None), Outbox.event == event_id,
            Outbox.receipt["outcome"].as_string() != "late",
        )  # fmt: skip
        session.execute(query.values(state=DELIVERED))


def counts(session: Session) -> dict[str, int]:
    """The number of stored events in each state: pending (`owed`), delivered (`delivered`) and dead letter (`dead`)."""
    rows = session.execute(sa.select(Outbox.state, sa.func.count().label("count_")).group_by(Outbox.state))
    return {OWED: 0, DELIVERED: 0, DEAD: 0} | {row.state: row.count_ for row in rows}


def count_pending(session: Session) -> int:
    """The number of pending events."""
    return session.scalar(sa.select(sa.func.count()).select_from(Outbox).where(Outbox.state == OWED)) or 0


def waiting(session: Session) -> Waiting:
    """The events that were refused and wait for another attempt, among the oldest thousand pending ones."""
    pending = sa.select(Outbox.id, Outbox.attempts, Outbox.problem).where(Outbox.state == OWED)
    oldest_pending = pending.order_by(Outbox.id).limit(OLDEST_PENDING).subquery()
    refused = oldest_pending.c.attempts > 0
    problem = sa.select(oldest_pending.c.problem).where(refused).order_by(oldest_pending.c.id).limit(1)
    oldest_problem = session.scalar(problem)
    count = session.scalar(sa.select(sa.func.count()).select_from(oldest_pending).where(refused)) or 0
    return Waiting(count, contract.Problem.model_validate(oldest_problem) if oldest_problem else None)


def dead_letters(session: Session, *, limit: int) -> list[contract.DeadLetter]:
    """The oldest dead letters, at most `limit`, with the paths of their documents."""
    columns = (Outbox.event, Outbox.document, Item.path, Outbox.created_at, Outbox.problem)
    joined = sa.select(*columns).outerjoin(Item, Item.document == Outbox.document)
    rows = session.execute(joined.where(Outbox.state == DEAD).order_by(Outbox.id).limit(limit))
    return [contract.DeadLetter.model_validate(row, from_attributes=True) for row in rows]


def oldest(session: Session) -> datetime | None:
    """When the oldest pending event was created; None if there is none."""
    query = sa.select(Outbox.created_at).where(Outbox.state == OWED).order_by(Outbox.id).limit(1)
    return session.scalar(query)


def original(session: Session, digest: str) -> bytes | None:
    """The bytes of a large original, or None when they are no longer kept."""
    return session.scalar(sa.select(Original.content).where(Original.digest == digest))


def release(session: Session, digests: Collection[str | None]) -> None:
    """Deletes the bytes of originals that neither a pending event, nor a dead letter, nor a pending article needs."""
    released = sorted(digest for digest in digests if digest is not None)
    if released:
        _RELEASE.execute(session, [[released, DELIVERED]])


def _releasing(_: str) -> sa.Update:
    table = bulk.table_of(Original)
    has_event = sa.exists().where(Outbox.original == table.c.digest, Outbox.state != sa.bindparam("delivered"))
    has_article = sa.exists().where(Article.original == table.c.digest)
    unused = sa.and_(table.c.content.is_not(None), ~has_event, ~has_article)
    return sa.update(table).where(bulk.any_of(table.c.digest), unused).values(content=sa.null())


_RELEASE = PreparedWrite(("values", "delivered"), _releasing)


def _json(problem: contract.Problem) -> dict[str, Any]:
    return problem.model_dump(mode="json", exclude_none=True)


def _count(session: Session, statement: sa.UpdateBase) -> int:
    return cast(sa.CursorResult[Any], session.execute(statement)).rowcount
