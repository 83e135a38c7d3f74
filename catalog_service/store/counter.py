"""The commit counter: one row that a writer locks until it commits, so that `seq` ascends in the order of commits.

With a sequence of the database, a transaction that commits late could add a `seq` below one that a reader has
already seen; that reader would never find it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from catalog_service.resources import Snapshot
from catalog_service.store import bulk
from catalog_service.store.prepared import Prepared, Reader
from catalog_service.store.prepared_writes import PreparedWrite
from catalog_service.store.tables import Counter

# The channel on which PostgreSQL notifies the processes of a catalog after each commit.
CHANNEL = "catalog_change"


@dataclass(slots=True)
class WriterTurn:
    """The exclusive right to advance `seq`, held by one transaction until its commit.

    `now` is the time of the transaction, `seq` the last number that it assigned.
    """

    epoch: str
    seq: int
    now: datetime

    def next(self) -> int:
        """Assigns the next `seq`."""
        self.seq += 1
        return self.seq


def take_turn(session: Session, now: datetime) -> WriterTurn:
    """Locks the counter row and returns the turn; waits until the other writing transactions have committed.

    The time of the turn is not before that of the last commit, so that times ascend with `seq` although a clock is set
    back or another process took its time earlier.
    """
    [row] = _select_turn.rows(session)
    return WriterTurn(row.epoch, row.seq, max(now, row.time or now))


@Prepared
def _select_turn() -> Select[*tuple[Any, ...]]:
    return select(Counter.epoch, Counter.seq, Counter.time).with_for_update()


def end_turn(session: Session, turn: WriterTurn) -> None:
    """Writes the last assigned `seq` and its time to the counter row, whose lock the commit that follows releases.

    On PostgreSQL the commit also notifies the other processes: see `store.notices`.
    """
    _END_TURN.execute(session, [(turn.seq, turn.now)])


def _end_turn(dialect: str) -> Update:
    statement = update(bulk.table_of(Counter)).values(seq=bindparam("new_seq"), time=bindparam("new_time"))
    notified = func.pg_notify(literal_column(f"'{CHANNEL}'"), literal_column("''"))
    return statement.returning(notified) if dialect == "postgresql" else statement


_END_TURN = PreparedWrite(("new_seq", "new_time"), _end_turn)


def snapshot(reader: Reader) -> Snapshot:
    """The epoch and the last committed `seq`, as this transaction sees them."""
    [row] = _select_snapshot.rows(reader)
    return Snapshot(epoch=row.epoch, seq=row.seq)


@Prepared
def _select_snapshot() -> Select[*tuple[Any, ...]]:
    return select(Counter.epoch, Counter.seq)
