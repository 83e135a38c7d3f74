"""Moments of the past that answers are read as of: a `seq`, or a time, which is the `seq` of the last commit until it.

Intervals are half-open: a change recorded at exactly this time has happened.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from catalog_service import fields
from catalog_service.contract import FieldError, format_time
from catalog_service.errors import FutureMoment
from catalog_service.resources import Snapshot
from catalog_service.store.prepared import Prepared, Reader
from catalog_service.store.tables import Change, Counter

SEQ = "seq:"


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment as a request names it: a `seq`, or else a time in UTC. `asked_at` is the time of the request."""

    written: str
    asked_at: datetime
    seq: int | None = None
    time: datetime | None = None


def parse(written: str, asked_at: datetime) -> AsOf:
    """The moment `seq:N`, or a time of RFC 3339 with at most microseconds. Raises ValueError with the reason."""
    if written.startswith(SEQ):
        return AsOf(written, asked_at, seq=int(written.removeprefix(SEQ)))
    try:
        time = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError("no such time exists") from None
    return AsOf(written, asked_at, time=fields.in_utc(time))


def open_snapshot(reader: Reader, as_of: AsOf | None = None) -> tuple[bytes, Snapshot]:
    """The key with which this catalog signs its cursors, and the snapshot as of this moment, or of now.

    One statement reads both. Before the first change the `seq` is 0. Raises FutureMoment.
    """
    moment = as_of.time if as_of else None
    row = _select_moment.row(reader, moment=moment) if moment else _select_counter.row(reader)
    assert row is not None
    return row.cursor_key, Snapshot(epoch=row.epoch, seq=_seq(row, as_of) if as_of else row.seq)


def resolve(reader: Reader, as_of: AsOf) -> int:
    """The `seq` of the state at this moment. Raises FutureMoment."""
    return open_snapshot(reader, as_of)[1].seq


def _seq(row: Any, as_of: AsOf) -> int:  # noqa: ANN401  A row of the counter.
    if as_of.seq is not None:
        if as_of.seq > row.seq:
            raise _future(as_of, f"the last seq is {row.seq}")
        return as_of.seq
    assert as_of.time is not None
    # The last commit may be later than this clock, if the clock was set back.
    latest = max(as_of.asked_at, row.time or as_of.asked_at).astimezone(UTC)
    if as_of.time > latest:
        raise _future(as_of, f"it is {format_time(latest)} now")
    return row.then or 0


def _future(as_of: AsOf, detail: str) -> FutureMoment:
    error = FieldError(pointer="as_of", detail=f"lies in the future: {detail}")
    return FutureMoment(f"as_of={as_of.written} lies in the future: {detail}.", errors=(error,))


@Prepared
def _select_counter() -> Select[*tuple[Any, ...]]:
    return select(Counter.cursor_key, Counter.epoch, Counter.seq)


@Prepared
def _select_moment() -> Select[*tuple[Any, ...]]:
    until = select(Change.seq).where(Change.time <= bindparam("moment")).order_by(Change.time.desc(), Change.seq.desc())
    columns = (Counter.cursor_key, Counter.epoch, Counter.seq, Counter.time)
    return select(*columns, until.limit(1).scalar_subquery().label("then"))
