"""The change log: every change of a document, relation or story, in the order of commits."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog_service import resources
from catalog_service.errors import CursorExpired
from catalog_service.store import counter, cursors
from catalog_service.store.counter import WriterTurn
from catalog_service.store.rows import ChangeRow
from catalog_service.store.tables import Change

SOURCE = "/catalog"


def entry(
    turn: WriterTurn,
    type_: str,
    document: str | None = None,
    collection: str | None = None,
    **data: Any,  # noqa: ANN401  JSON.
) -> ChangeRow:
    """The next entry of the change log, not yet stored. `data` are the fields of its type."""
    return ChangeRow(turn.next(), type_, document, collection, turn.now, data)


def log(session: Session, document: str) -> list[resources.LogEntry]:
    """The `document.*` entries of one document, oldest first."""
    statement = select(Change).where(Change.document == document, Change.type.like("document.%")).order_by(Change.seq)
    return [_log_entry(row) for row in session.scalars(statement)]


@dataclass(frozen=True, slots=True)
class Filter:
    """Selects entries of the change log; a field that is empty or None does not restrict.

    `types` are full type names as in the contract (`document.changed.v1`). Each cursor contains a hash of its filter's
    `repr`: renaming this class or a field would invalidate the cursors of all readers of the feed.
    """

    types: tuple[str, ...] = ()
    collection: str | None = None
    document: str | None = None


def since(session: Session, seq: int, filter_: Filter = Filter(), *, limit: int = 100) -> list[resources.Change]:
    """The first `limit` entries with a `seq` above the given one, in ascending order."""
    statement = select(Change).where(Change.seq > seq).order_by(Change.seq).limit(limit)
    if filter_.types:
        statement = statement.where(Change.type.in_(filter_.types))
    if filter_.collection is not None:
        statement = statement.where(Change.collection == filter_.collection)
    if filter_.document is not None:
        statement = statement.where(Change.document == filter_.document)
    epoch = counter.snapshot(session).epoch
    return [_event(row, epoch) for row in session.scalars(statement)]


def page(session: Session, cursor: str, filter_: Filter = Filter(), *, limit: int = 100) -> resources.Changes:
    """The entries after a cursor. Instead of a cursor, `0` means all entries and `now` means later entries only.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    key, snapshot = counter.page_counter(session)
    start = _start(key, cursor, filter_, snapshot)
    events = since(session, start, filter_, limit=limit + 1)
    more = len(events) > limit
    # On the last page the cursor skips to the newest entry, so that entries outside the filter are not read again.
    last_seq = _seq(events[limit - 1]) if more else snapshot.seq
    position = {"epoch": snapshot.epoch, "seq": last_seq}
    return resources.Changes(events=tuple(events[:limit]), cursor=cursors.seal(key, filter_, position), more=more)


def _start(key: bytes, cursor: str, filter_: Filter, snapshot: resources.Snapshot) -> int:
    if cursor in ("0", "now"):
        return snapshot.seq if cursor == "now" else 0
    position = cursors.open_(key, filter_, cursor)
    if position["epoch"] != snapshot.epoch:
        raise CursorExpired
    return int(position["seq"])


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
