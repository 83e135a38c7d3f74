"""The only writer of documents and versions: loads what a batch can change, decides its events, writes the result.

A batch is one transaction. Each event is recorded whole or not at all: `decide` refuses an event before it changes
anything. If the database itself refuses the batch, its events are recorded one by one, each in a savepoint. Writers
take turns at the counter, so a receipt's `seq` is final once the transaction commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exc, select
from sqlalchemy.orm import Session

from catalog_service import contract, search
from catalog_service.errors import CatalogError, EventRefused
from catalog_service.history import load, receipts, write
from catalog_service.history.decide import decide
from catalog_service.history.originals import put as put_original
from catalog_service.history.state import BatchState, Prepared
from catalog_service.relations import components, links
from catalog_service.store import bulk, counter
from catalog_service.store.counter import WriterTurn
from catalog_service.store.savepoints import savepoint
from catalog_service.store.tables import Change, Document, Version, current_version

__all__ = ["EventRefused", "Malformed", "heads", "put_original", "record_batch"]

# PostgreSQL's class of SQLSTATEs for values above one of its limits, such as the size of an index row.
LIMIT_EXCEEDED = "54"
NOTHING = Prepared()


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event of a batch that could not be read as one."""

    id: str
    problem: contract.Problem


def record_batch(
    session: Session,
    received: Sequence[contract.AnyEvent | Malformed],
    now: datetime,
    prepared: Prepared = NOTHING,
) -> list[contract.Receipt]:
    """Records each event whole or not at all and returns the receipts in the order sent.

    What is `prepared` of their versions is not computed while other writers wait.
    """
    turn = counter.take_turn(session, now)
    recorded = _record_together(session, turn, received, prepared)
    if recorded is None:
        recorded = [_record_alone(session, turn, event, prepared) for event in received]
    counter.end_turn(session, turn)
    return recorded


def _record_together(
    session: Session, turn: WriterTurn, received: Sequence[contract.AnyEvent | Malformed], prepared: Prepared
) -> list[contract.Receipt] | None:
    """The receipts of all events; None when the database cannot store one of them, and nothing was recorded."""
    before = turn.seq
    try:
        with savepoint(session):
            return _record(session, turn, received, prepared)
    except exc.DBAPIError as error:
        if not _is_about_a_value(error):
            raise
        turn.seq = before
        return None


def _is_about_a_value(error: exc.DBAPIError) -> bool:
    """Whether the database refuses a value; other errors are of the database's condition or of the program."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return isinstance(error, exc.DataError | exc.IntegrityError) or state.startswith(LIMIT_EXCEEDED)


def _record_alone(
    session: Session, turn: WriterTurn, event: contract.AnyEvent | Malformed, prepared: Prepared
) -> contract.Receipt:
    recorded = _record_together(session, turn, [event], prepared)
    if recorded is None:
        assert not isinstance(event, Malformed)
        return receipts.reject(turn, event, EventRefused("The database cannot store this event."))
    return recorded[0]


def _record(
    session: Session, turn: WriterTurn, received: Sequence[contract.AnyEvent | Malformed], prepared: Prepared
) -> list[contract.Receipt]:
    """Loads, decides and writes; stories and the search index follow once for all events."""
    state = load.load(session, [event for event in received if not isinstance(event, Malformed)])
    state.prepared = prepared
    recorded = [_decide(state, turn, event) for event in received]
    connecting = links.connecting(session, state.left())
    write.write(session, state)
    bulk.insert(session, Change, state.log + components.update(session, turn, state.link_changes(connecting)))
    search.index(session, state.added.versions, prepared.index_rows)
    return recorded


def _decide(state: BatchState, turn: WriterTurn, event: contract.AnyEvent | Malformed) -> contract.Receipt:
    if isinstance(event, Malformed):
        return contract.Receipt(
            event=event.id, outcome="rejected", epoch=turn.epoch, seq=turn.seq, problem=event.problem
        )
    try:
        return decide(state, turn, event)
    except CatalogError as error:
        return receipts.reject(turn, event, error)


def heads(session: Session, collection: str, after: str = "", limit: int = 1_000) -> list[contract.Head]:
    """What is known of each item of a collection, by document id, `limit` at a time from behind `after`."""
    statement = (
        select(Document, Version.digest, Version.original)
        .join(Version, current_version(Document), isouter=True)
        .where(Document.collection == collection, Document.id > after)
        .order_by(Document.id)
        .limit(limit)
    )
    return [
        contract.Head.model_validate(
            {
                "item": row.item,
                "collection": row.collection,
                "path": row.path,
                "document": row.id,
                "observation": row.observation,
                "digest": digest,
                "original": original,
                "status": row.status,
            }
        )
        for row, digest, original in session.execute(statement)
    ]
