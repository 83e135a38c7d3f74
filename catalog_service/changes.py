"""The change log: what happened to documents, relations and stories, in the order of commits."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog_service import counter, cursors, resources
from catalog_service.counter import Turn
from catalog_service.errors import CursorExpired
from catalog_service.tables import Change

SOURCE = "/catalog"


def append(session: Session, turn: Turn, type_: str, document: str | None, collection: str | None, **data: Any) -> int:  # noqa: ANN401  JSON.
    """Appends one entry and returns its `seq`."""
    seq = turn.next()
    entry = Change(seq=seq, type=type_, document=document, collection=collection, time=turn.now, data=data)
    session.add(entry)
    return seq


def log(session: Session, document: str) -> list[resources.LogEntry]:
    """The change log of one document, oldest first."""
    asked = select(Change).where(Change.document == document, Change.type.like("document.%")).order_by(Change.seq)
    return [_log_entry(each) for each in session.scalars(asked)]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries; `types` are whole names as in the contract, none means all."""

    types: tuple[str, ...] = ()
    collection: str | None = None
    document: str | None = None


def since(session: Session, seq: int, wanted: Filter = Filter(), *, limit: int = 100) -> list[resources.Change]:
    """The entries above `seq`, in order, `limit` at most."""
    asked = select(Change).where(Change.seq > seq).order_by(Change.seq).limit(limit)
    if wanted.types:
        asked = asked.where(Change.type.in_(wanted.types))
    if wanted.collection is not None:
        asked = asked.where(Change.collection == wanted.collection)
    if wanted.document is not None:
        asked = asked.where(Change.document == wanted.document)
    epoch = counter.snapshot(session).epoch
    return [_event(each, epoch) for each in session.scalars(asked)]


def page(session: Session, cursor: str, wanted: Filter = Filter(), *, limit: int = 100) -> resources.Changes:
    """The entries behind a cursor, or behind `0` or `now`. Raises CursorInvalid, CursorMismatch, CursorExpired."""
    key, snapshot = counter.cursor_key(session), counter.snapshot(session)
    start = _start(key, cursor, wanted, snapshot)
    found = since(session, start, wanted, limit=limit + 1)
    more = len(found) > limit
    # What was looked through and not wanted need not be looked through again.
    reached = _seq(found[limit - 1]) if more else snapshot.seq
    place = {"epoch": snapshot.epoch, "seq": reached}
    return resources.Changes(events=tuple(found[:limit]), cursor=cursors.seal(key, wanted, place), more=more)


def _start(key: bytes, cursor: str, wanted: Filter, snapshot: resources.Snapshot) -> int:
    if cursor in ("0", "now"):
        return snapshot.seq if cursor == "now" else 0
    place = cursors.open_(key, wanted, cursor)
    if place["epoch"] != snapshot.epoch:
        raise CursorExpired
    return int(place["seq"])


def _seq(entry: resources.Change) -> int:
    return int(entry.id.rpartition(":")[2])


def _event(entry: Change, epoch: str) -> resources.Change:
    return resources.Change(
        id=f"{epoch}:{entry.seq}",
        source=SOURCE,
        type=entry.type,
        subject=entry.document,
        time=entry.time,
        data={"seq": entry.seq, "document": entry.document, "collection": entry.collection, **entry.data},
    )


def _log_entry(entry: Change) -> resources.LogEntry:
    return resources.LogEntry.model_validate(
        {"seq": entry.seq, "type": entry.type.split(".")[1], "time": entry.time, **entry.data}
    )
