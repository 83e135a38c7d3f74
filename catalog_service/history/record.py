"""The only writer of documents and versions: each event is recorded whole or not at all.

A batch is one transaction in which each event has a savepoint. Writers take turns at the counter, so a receipt's `seq`
is final once the transaction commits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import exc, select, update
from sqlalchemy.orm import Session

from catalog_service import changes, contract, search
from catalog_service.errors import CatalogError, EventRefused
from catalog_service.history import originals, receipts, versions
from catalog_service.history.originals import put as put_original
from catalog_service.relation_types import COPY_TYPES
from catalog_service.relations import components, relations
from catalog_service.store import counter
from catalog_service.store.counter import WriterTurn
from catalog_service.store.tables import Document, DocumentState, Version, current_version, valid_at

__all__ = ["EventRefused", "Malformed", "heads", "put_original", "record", "record_batch"]

REMEMBERED = (
    "seq", "collection", "path", "item", "status", "number", "versions", "created_seq", "first_recorded_at",
    "recorded_at", "observed_at",
)  # fmt: skip
Word = Literal["created", "changed", "moved", "withdrawn", "restored"]


@dataclass(frozen=True, slots=True)
class Malformed:
    """An event of a batch that could not be read as one."""

    id: str
    problem: contract.Problem


def record_batch(
    session: Session, received: Sequence[contract.AnyEvent | Malformed], now: datetime
) -> list[contract.Receipt]:
    """Records each event whole or not at all and returns the receipts in the order sent."""
    turn = counter.take_turn(session, now)
    found = [_whole(session, turn, each) for each in received]
    counter.end_turn(session, turn)
    return found


def _whole(session: Session, turn: WriterTurn, event: contract.AnyEvent | Malformed) -> contract.Receipt:
    if isinstance(event, Malformed):
        return contract.Receipt(
            event=event.id, outcome="rejected", epoch=turn.epoch, seq=turn.seq, problem=event.problem
        )
    before = turn.seq
    try:
        with session.begin_nested():
            return record(session, turn, event)
    except (CatalogError, exc.DataError) as error:
        turn.seq = before
        refused = error if isinstance(error, CatalogError) else EventRefused("The database cannot store this event.")
        return receipts.reject(turn, event, refused)


def record(session: Session, turn: WriterTurn, event: contract.AnyEvent) -> contract.Receipt:
    """Records one event. Raises EventRefused when it contradicts itself or what is known."""
    row = session.get(Document, str(event.data.document), populate_existing=True)
    replayed = receipts.find(session, turn, event)
    if row is not None and row.status == "redacted":
        # Said each time: the ingest service purges when it hears it, and may have missed it.
        return _as_redacted(replayed) if replayed else receipts.record(session, turn, event, "redacted", None)
    if replayed:
        return replayed
    if isinstance(event, contract.RelatedEvent):
        return _record_related(session, turn, event, row)
    if row is not None and _is_late(row, event.data):
        return _record_late(session, turn, event, row)
    if event.data.article is not None:
        return _record_article(session, turn, event, row)
    if row is None:
        raise EventRefused(f"Document {event.data.document} is not known; its first event must carry an article.")
    return _record_place(session, turn, event, row)


def _as_redacted(replayed: contract.Receipt) -> contract.Receipt:
    return replayed.model_copy(update={"outcome": "redacted", "version": None})


def _is_late(row: Document, data: contract.Observed) -> bool:
    """Whether something newer of the document is recorded already."""
    if data.observation <= row.observation:
        return True
    current, own = row.item.get("version"), data.item.version
    says_less = current is not None and own is not None and _publishers_order(own) < _publishers_order(current)
    # Where an item is does not grow old with its publisher's versions.
    return says_less and data.article is not None


def _publishers_order(version: str) -> list[tuple[int, str]]:
    """Publishers number their versions or date them; of two numbers the longer is greater."""
    runs = re.findall(r"[0-9]+|[^0-9]+", version)
    return [(len(run.lstrip("0")) if run.isdigit() else 0, run.lstrip("0")) for run in runs]


def _record_article(
    session: Session, turn: WriterTurn, event: contract.ObservedEvent, row: Document | None
) -> contract.Receipt:
    data, version = event.data, versions.draft(event.data)
    before = row.seq if row else 0
    current = session.get_one(Version, (row.id, row.number)) if row else None
    same = current is not None and versions.same_content(current, version)
    relation_changes = relations.RelationChanges()
    if row is None:
        row = _first_seen(session, turn, data)
    else:
        if not same:
            components.leave(session, turn, row.id)
        elif row.status == "withdrawn":
            relation_changes = relations.withdraw_current(session, turn, row.id, row.number)
        _appear(session, turn, row, data, told_again=not same)
    if not same:
        originals.ensure_stored(session, data.original)
        _append(session, turn, row, version, current)
    receipt = _settle(session, turn, event, row.number, "recorded" if row.seq > before else "unchanged")
    # Last, so that a story is kept that it came back into.
    components.unlink(session, turn, relation_changes.withdrawn)
    return receipt


def _appear(session: Session, turn: WriterTurn, row: Document, data: contract.Observed, *, told_again: bool) -> None:
    """The item is there: back again, elsewhere, or of another name than before."""
    old, new = (row.path, row.collection), (data.path, data.collection)
    renamed = row.item != data.item.model_dump(mode="json")
    row.observation = data.observation
    came_back, row.status = row.status == "withdrawn", "current"
    if came_back or renamed or old != new or told_again:
        _place(row, data)
    if came_back:
        _tell(session, turn, row, "restored", reason=data.reason)
    if old != new:
        _tell(session, turn, row, "moved", previous_path=data.previous_path or old[0], reason=data.reason)
    elif renamed and not told_again:
        _tell(session, turn, row, "changed", reason=data.reason)


def _record_place(session: Session, turn: WriterTurn, event: contract.ObservedEvent, row: Document) -> contract.Receipt:
    """A move or a withdrawal: where the item is, not what it says."""
    data, before = event.data, row.seq
    if data.cause == "moved":
        status = row.status
        _appear(session, turn, row, data, told_again=False)
        if status == "withdrawn":
            components.join(session, turn, row.id)
    else:
        row.observation = data.observation
        if row.status == "current":
            components.leave(session, turn, row.id)
            row.status = "withdrawn"
            _place(row, data)
            _tell(session, turn, row, "withdrawn", reason=data.reason)
    outcome: contract.Outcome = "recorded" if row.seq > before else "unchanged"
    return receipts.record(session, turn, event, outcome, row.number)


def _record_late(session: Session, turn: WriterTurn, event: contract.ObservedEvent, row: Document) -> contract.Receipt:
    """Kept as a version when it says something, but never made current."""
    data = event.data
    row.observation = max(row.observation, data.observation)
    if data.article is None:
        return receipts.record(session, turn, event, "late", None)
    version = versions.draft(data)
    version.late = True
    asked = select(Version).where(Version.document == row.id, Version.observation < data.observation)
    previous = session.scalars(asked.order_by(Version.observation.desc(), Version.number.desc()).limit(1)).first()
    originals.ensure_stored(session, data.original)
    _append(session, turn, row, version, previous)
    return _settle(session, turn, event, version.number, "late")


def _record_related(
    session: Session, turn: WriterTurn, event: contract.RelatedEvent, row: Document | None
) -> contract.Receipt:
    data = event.data
    if row is None or data.observation > row.observation:
        raise EventRefused(f"Observation {data.observation} of {data.document} is not recorded yet.")
    side = (row.id, data.observation)
    if number := relations.version_of(session, side):
        judged = session.get_one(Version, (row.id, number))
        versions.check_spans(data.relations, len("\n\n".join(judged.paragraphs)))
    relation_changes = relations.replace(session, turn, side, data.relations)
    components.unlink(session, turn, relation_changes.withdrawn)
    _join(session, turn, (row.id, number), relation_changes)
    outcome: contract.Outcome = "recorded" if relation_changes.any else "unchanged"
    return receipts.record(session, turn, event, outcome, row.number)


def _settle(
    session: Session, turn: WriterTurn, event: contract.ObservedEvent, number: int, outcome: contract.Outcome
) -> contract.Receipt:
    """After an article: its receipt, its relations and those that waited for it, and its story."""
    side = (str(event.data.document), event.data.observation)
    receipt = receipts.record(session, turn, event, outcome, number)
    relation_changes = relations.resolve_pending(session, turn, side, number)
    relation_changes += relations.add(session, turn, side, event.data.relations)
    components.unlink(session, turn, relation_changes.withdrawn)
    _join(session, turn, (side[0], number), relation_changes)
    return receipt


def _join(
    session: Session, turn: WriterTurn, version: tuple[str, int | None], relation_changes: relations.RelationChanges
) -> None:
    """Updates the story of a document after relations of one of its versions were added."""
    row = session.get_one(Document, version[0])
    documents = {row.id}
    if (row.status, row.number) != ("current", version[1]):
        # The version is not current, so the document joins nothing, but current copies of its text form one story.
        documents.update(*((pair.a, pair.b) for pair in relation_changes.added if pair.type in COPY_TYPES))
    for document in sorted(documents):
        components.join(session, turn, document)


def _first_seen(session: Session, turn: WriterTurn, data: contract.Observed) -> Document:
    # The change that says so is appended right after.
    seq = turn.seq + 1
    row = Document(
        id=str(data.document),
        collection=data.collection,
        path=data.path,
        item=data.item.model_dump(mode="json"),
        status="current",
        number=0,
        versions=0,
        observation=data.observation,
        created_seq=seq,
        seq=seq,
        first_recorded_at=turn.now,
        recorded_at=turn.now,
        observed_at=data.observed_at,
    )
    session.add(row)
    session.flush()
    return row


def _place(row: Document, data: contract.Observed) -> None:
    """Where the item is and when it was looked at."""
    row.path, row.collection = data.path, data.collection
    row.item = data.item.model_dump(mode="json")
    row.observed_at = data.observed_at


def _append(session: Session, turn: WriterTurn, row: Document, version: Version, previous: Version | None) -> None:
    """Keeps a version, the current one unless it is late."""
    row.versions += 1
    version.number = row.versions
    if not version.late:
        row.number = version.number
    version.change = versions.describe_change(previous, version)
    version.recorded_at = turn.now
    more: dict[str, Any] = {"version": version.number, "late": True} if version.late else {}
    version.seq = _tell(session, turn, row, "created" if version.number == 1 else "changed", **more)
    session.add(version)
    session.flush()
    search.index(session, version)


def _tell(session: Session, turn: WriterTurn, row: Document, word: Word, **more: Any) -> int:  # noqa: ANN401  JSON.
    """A change of the document's own fields: an entry of the log, another `seq`, another state; returns the `seq`."""
    told = {"version": row.number, "path": row.path, **more}
    row.seq = changes.append(session, turn, f"document.{word}.v1", row.id, row.collection, **told)
    row.recorded_at = turn.now
    _remember(session, row)
    return row.seq


def _remember(session: Session, row: Document) -> None:
    """What the document is from this `seq` on."""
    standing = update(DocumentState).where(DocumentState.document == row.id, valid_at(DocumentState))
    session.execute(standing.values(until_seq=row.seq), execution_options={"synchronize_session": False})
    session.add(DocumentState(document=row.id, **{name: getattr(row, name) for name in REMEMBERED}))


def heads(session: Session, collection: str, after: str = "", limit: int = 1_000) -> list[contract.Head]:
    """What is known of each item of a collection, by document id, `limit` at a time from behind `after`."""
    asked = (
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
        for row, digest, original in session.execute(asked)
    ]
