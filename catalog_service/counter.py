"""The counter of changes: writers take turns at its one row, so that `seq` is given in the order of commits.

A database's own sequence would let a transaction that commits late slip in below what a reader has already seen.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog_service.resources import Snapshot
from catalog_service.tables import Counter


@dataclass(slots=True)
class Turn:
    """One writer's turn: the time of its transaction and the last `seq` it gave."""

    epoch: str
    seq: int
    now: datetime

    def next(self) -> int:
        """The next `seq`."""
        self.seq += 1
        return self.seq


def take(session: Session, now: datetime) -> Turn:
    """Waits for the other writers to finish; from here to the commit this transaction is the only one that writes."""
    row = session.execute(select(Counter.epoch, Counter.seq).with_for_update()).one()
    return Turn(row.epoch, row.seq, now)


def give_back(session: Session, turn: Turn) -> None:
    """Writes what was given; the commit that follows lets the next writer in."""
    session.execute(update(Counter).values(seq=turn.seq))


def snapshot(session: Session) -> Snapshot:
    """The state that this transaction sees."""
    row = session.execute(select(Counter.epoch, Counter.seq)).one()
    return Snapshot(epoch=row.epoch, seq=row.seq)


def cursor_key(session: Session) -> bytes:
    """The key that signs this catalog's cursors."""
    return session.execute(select(Counter.cursor_key)).scalar_one()
