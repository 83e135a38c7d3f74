"""The change log: every change of a document, relation or story, in the order of commits."""

import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select
from sqlalchemy.orm import Session

from catalog_service import resources
from catalog_service.errors import CursorExpired
from catalog_service.resources import Snapshot
from catalog_service.store import arrays, counter, cursors, moments, paging
from catalog_service.store.counter import WriterTurn
from catalog_service.store.prepared import NamedRow, Prepared, Reader
from catalog_service.store.rows import ChangeRow
from catalog_service.store.tables import Change

SOURCE = "/catalog"
Type = Literal[
    "document.created.v1", "document.changed.v1", "document.moved.v1", "document.withdrawn.v1", "document.restored.v1",
    "document.redacted.v1", "relation.added.v1", "relation.withdrawn.v1", "story.changed.v1",
]  # fmt: skip
TYPES: tuple[str, ...] = get_args(Type)
# The entries among which a page of the latest ones is looked for.
WINDOW = 50_000
# The conditions of a part of the log, by the names of their parameters.
CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "types": arrays.any_of(Change.type, arrays.parameter("types")),
    "collection": Change.collection == bindparam("collection"),
    "document": Change.document == bindparam("document"),
}


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


def places(session: Session, document: str, limit: int) -> list[resources.LogEntry]:
    """The last `limit` entries of one document that say where its item was seen, and until when; the newest first."""
    types = [f"document.{name}.v1" for name in ("created", "moved", "withdrawn", "restored")]
    statement = select(Change).where(Change.document == document, Change.type.in_(types)).order_by(Change.seq.desc())
    return [_log_entry(row) for row in session.scalars(statement.limit(limit))]


@dataclass(frozen=True, slots=True)
class Filter:
    """Selects entries of the change log; a field that is empty or None does not restrict.

    `types` are full type names as in the contract (`document.changed.v1`). Each cursor contains a hash of its filter's
    `repr`: renaming this class or a field would invalidate the cursors of all readers of the feed.
    """

    types: tuple[str, ...] = ()
    collection: str | None = None
    document: str | None = None

    def selects(self, change: resources.Change) -> bool:
        """Whether the filter selects an entry that is already read; `since` selects the same ones in the database."""
        return (
            (not self.types or change.type in self.types)
            and self.collection in (None, change.data["collection"])
            and self.document in (None, change.data["document"])
        )


@dataclass(frozen=True, slots=True)
class Position:
    """A position in the change log, for one filter: after the entry with this `seq`. `key` signs its cursor."""

    key: bytes
    filter: Filter
    epoch: str
    seq: int

    def cursor(self) -> str:
        """The position as a cursor."""
        return cursors.seal(self.key, self.filter, {"epoch": self.epoch, "seq": self.seq})

    def after(self, change: resources.Change) -> "Position":
        """The position after an entry of the same epoch."""
        return replace(self, seq=seq_of(change))


@dataclass(frozen=True, slots=True)
class Batch:
    """Some entries of the change log in ascending order, the position after them, and whether more entries follow."""

    changes: Sequence[resources.Change]
    position: Position
    more: bool


def since(reader: Reader, seq: int, filter_: Filter = Filter(), *, limit: int = 100) -> list[resources.Change]:
    """The first `limit` entries with a `seq` above the given one, in ascending order."""
    return _since(reader, counter.snapshot(reader).epoch, seq, filter_, limit)


def _since(reader: Reader, epoch: str, seq: int, filter_: Filter, limit: int) -> list[resources.Change]:
    values: dict[str, Any] = {
        "types": list(filter_.types) or None, "collection": filter_.collection, "document": filter_.document,
    }  # fmt: skip
    values = {name: value for name, value in values.items() if value is not None}
    rows = _select_since(frozenset(values)).rows(reader, **values, after=seq, limit=limit)
    return [_event(row, epoch) for row in rows]


@functools.cache
def _select_since(conditions: frozenset[str]) -> Prepared:
    """The first `:limit` entries with a `seq` above `:after` that meet these of the `CONDITIONS`."""

    def build() -> Select[*tuple[Any, ...]]:
        columns = (Change.seq, Change.type, Change.document, Change.collection, Change.time, Change.data)
        selected = (CONDITIONS[name] for name in sorted(conditions))
        statement = select(*columns).where(Change.seq > bindparam("after"), *selected)
        return statement.order_by(Change.seq).limit(bindparam("limit", type_=Integer))

    return Prepared(build)


def start(reader: Reader, cursor: str, filter_: Filter = Filter()) -> Position:
    """The position that a cursor names; `0` is the position before all entries, `now` the one after all of them.

    Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    key, snapshot = moments.open_snapshot(reader)
    if cursor in ("0", "now"):
        return Position(key, filter_, snapshot.epoch, snapshot.seq if cursor == "now" else 0)
    named = cursors.open_(key, filter_, cursor)
    if named["epoch"] != snapshot.epoch:
        raise CursorExpired
    return Position(key, filter_, snapshot.epoch, int(named["seq"]))


def after(reader: Reader, position: Position, limit: int = 100) -> Batch:
    """The first `limit` entries after a position. Raises CursorExpired when it is of another epoch."""
    snapshot = counter.snapshot(reader)
    if position.epoch != snapshot.epoch:
        raise CursorExpired
    entries = _since(reader, snapshot.epoch, position.seq, position.filter, limit + 1)
    return batch(entries, position, snapshot.seq, limit)


def batch(entries: Sequence[resources.Change], position: Position, end: int, limit: int) -> Batch:
    """The batch of the first `limit` of these entries, which are all that follow the position up to the `seq` `end`.

    The position after the last batch skips to `end`, so that entries outside the filter are not read again.
    """
    more = len(entries) > limit
    last = seq_of(entries[limit - 1]) if more else max(end, position.seq)
    return Batch(entries[:limit], replace(position, seq=last), more)


def newest_of_documents(session: Session, collection: str | None, limit: int) -> list[resources.Change]:
    """The last `limit` entries about documents, the newest first."""
    statement = select(Change).where(Change.document.is_not(None)).order_by(Change.seq.desc()).limit(limit)
    if collection is not None:
        statement = statement.where(Change.collection == collection)
    epoch = counter.snapshot(session).epoch
    return [_event(row, epoch) for row in session.scalars(statement)]


@dataclass(frozen=True, slots=True)
class Latest:
    """A page of entries of the change log, the newest first; `next` is the cursor of the page with older ones."""

    changes: Sequence[resources.Change]
    next: str | None


def latest(session: Session, types: tuple[str, ...], *, limit: int, cursor: str | None = None) -> Latest:
    """The last `limit` entries of these types, or those before the cursor.

    A page is looked for among `WINDOW` entries, since no index has the types: it may be empty although older ones
    follow. Raises CursorInvalid, CursorMismatch, CursorExpired.
    """
    position = paging.begin(session, ("latest changes", types), cursor)
    newest = position.snapshot.seq if position.after is None else position.after - 1
    oldest = max(0, newest - WINDOW)
    in_window = (Change.seq <= newest, Change.seq > oldest, Change.type.in_(types))
    rows = session.scalars(select(Change).where(*in_window).order_by(Change.seq.desc()).limit(limit + 1)).all()
    shown, more = position.page(rows, limit)
    end = shown[-1].seq if more else oldest + 1
    cursor = position.cursor(end) if more or oldest else None
    return Latest([_event(row, position.snapshot.epoch) for row in shown], cursor)


def times(session: Session, seqs: Collection[int]) -> dict[int, datetime]:
    """When the entries with these `seq`s were recorded."""
    rows = session.execute(select(Change.seq, Change.time).where(Change.seq.in_(seqs)))
    return {row.seq: row.time for row in rows}


def first_of_stay(session: Session, seqs: Mapping[str, int]) -> dict[str, datetime]:
    """When each document came into the catalog, or came back, for the last time before the `seq` given for it."""
    types = ("document.created.v1", "document.restored.v1")
    statement = select(Change.document, Change.seq, Change.time).where(
        Change.document.in_(seqs), Change.type.in_(types)
    )
    rows = session.execute(statement.order_by(Change.seq))
    return {str(row.document): row.time for row in rows if row.document and row.seq < seqs[row.document]}


@dataclass(frozen=True, slots=True)
class News:
    """All entries of the change log after the `seq` `start`, and the snapshot that they were read from."""

    snapshot: Snapshot
    start: int
    changes: Sequence[resources.Change]


def news(reader: Reader, epoch: str, seq: int, most: int) -> News:
    """The entries after a `seq`, but none before the last `most` numbers. In another epoch, only the snapshot."""
    snapshot = counter.snapshot(reader)
    first = max(seq, snapshot.seq - most) if epoch == snapshot.epoch else snapshot.seq
    return News(snapshot, first, _since(reader, snapshot.epoch, first, Filter(), most))


def seq_of(change: resources.Change) -> int:
    """The `seq` of an entry that is already read."""
    return int(change.id.rpartition(":")[2])


def _event(entry: NamedRow, epoch: str) -> resources.Change:
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
