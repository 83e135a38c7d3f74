"""The rules of recording: decides each event of a batch against the state that the events before it left. Pure.

An event is checked completely before it changes the state, so that a refused event leaves no trace.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from catalog_service import changes, contract
from catalog_service.errors import EventRefused
from catalog_service.history import receipts, versions
from catalog_service.history.state import BatchState
from catalog_service.relations import drafts, relations
from catalog_service.relations.drafts import Draft
from catalog_service.store.counter import WriterTurn
from catalog_service.store.rows import DocumentRow, OriginalRow, Side, StateRow, VersionRow

# The values of a document that its state has too.
_OF_STATE = operator.attrgetter(
    "collection", "path", "item", "status", "number", "versions", "created_seq", "first_recorded_at", "recorded_at",
    "observed_at",
)  # fmt: skip
ChangeName = Literal["created", "changed", "moved", "withdrawn", "restored"]


@dataclass(frozen=True, slots=True)
class _Article:
    """The checked content of an event with an article; `before` is the document as the event finds it."""

    event: contract.ObservedEvent
    side: Side
    before: DocumentRow | None
    version: VersionRow
    relations: Sequence[Draft]


def decide(state: BatchState, turn: WriterTurn, event: contract.AnyEvent) -> contract.Receipt:
    """Applies one event to the state. Raises EventRefused, DigestMismatch for an event that is refused."""
    receipts.check_id(event)
    row = state.documents.get(str(event.data.document))
    if row is not None and row.status == "redacted":
        return _decide_redacted(state, turn, event)
    if replayed := receipts.find(state, turn, event):
        return replayed
    if isinstance(event, contract.RelatedEvent):
        return _decide_related(state, turn, event, row)
    if row is not None and is_late(row, event.data):
        return _decide_late(state, turn, event, row)
    if event.data.article is not None:
        return _decide_article(state, turn, event, row)
    if row is None:
        raise EventRefused(f"Document {event.data.document} is not known; its first event must carry an article.")
    return _decide_place(state, turn, event, row)


def _decide_redacted(state: BatchState, turn: WriterTurn, event: contract.AnyEvent) -> contract.Receipt:
    """Repeated for every event: the ingest service deletes its copy then, and may have missed the first receipt."""
    row = state.receipts.get(event.id)
    if row is None:
        return receipts.record(state, turn, event, "redacted", None)
    return receipts.stored(turn, row, "redacted").model_copy(update={"version": None})


def is_late(row: DocumentRow, data: contract.Observed) -> bool:
    """Whether something newer of the document is recorded already."""
    if data.observation <= row.observation:
        return True
    current, own = row.item.get("version"), data.item.version
    is_older = current is not None and own is not None and contract.version_order(own) < contract.version_order(current)
    # The publisher's version orders articles only; a move or a withdrawal is ordered by its observation.
    return is_older and data.article is not None


def _check(turn: WriterTurn, event: contract.ObservedEvent, row: DocumentRow | None) -> _Article:
    """The content of an event with an article. Raises EventRefused, DigestMismatch."""
    data = event.data
    side = (str(data.document), data.observation)
    version = versions.draft(data, turn.now)
    return _Article(event, side, row, version, [drafts.draft(side, relation) for relation in data.relations])


def _decide_article(
    state: BatchState, turn: WriterTurn, event: contract.ObservedEvent, row: DocumentRow | None
) -> contract.Receipt:
    data, article = event.data, _check(turn, event, row)
    current = state.versions[row.id][row.number] if row else None
    same = current is not None and versions.same_content(current, article.version)
    if not same:
        _add_original(state, data.original)
    if row is None:
        number = _append(state, turn, _first_row(turn, data), article.version, None).number
        return _finish(state, turn, article, number, "recorded")
    if same and row.status == "withdrawn":
        relations.supersede_current(state.relations, turn, (row.id, row.number))
    after = _appear(state, turn, row, data, has_version=not same)
    if not same:
        after = _append(state, turn, after, article.version, current)
    outcome: contract.Outcome = "recorded" if after.seq > row.seq else "unchanged"
    return _finish(state, turn, article, after.number, outcome)


def _appear(
    state: BatchState, turn: WriterTurn, row: DocumentRow, data: contract.Observed, *, has_version: bool
) -> DocumentRow:
    """The document after its item was seen: restored, at another path, or with another name than before.

    `has_version` says that a version follows, which reports the change of the name too.
    """
    old, new = (row.path, row.collection), (data.path, data.collection)
    renamed = row.item != data.item.model_dump(mode="json")
    restored = row.status == "withdrawn"
    after = replace(row, observation=data.observation, status="current")
    if restored or renamed or old != new or has_version:
        after = _placed(after, data)
    if restored:
        after = _change(state, turn, after, "restored", reason=data.reason)
    if old != new:
        after = _change(state, turn, after, "moved", previous_path=data.previous_path or old[0], reason=data.reason)
    elif renamed and not has_version:
        after = _change(state, turn, after, "changed", reason=data.reason)
    state.documents[row.id] = after
    return after


def _decide_place(
    state: BatchState, turn: WriterTurn, event: contract.ObservedEvent, row: DocumentRow
) -> contract.Receipt:
    """A move or a withdrawal: it changes where the item is, not its content."""
    data = event.data
    if data.cause == "moved":
        after = _appear(state, turn, row, data, has_version=False)
    else:
        after = replace(row, observation=data.observation)
        if row.status == "current":
            after = _change(
                state, turn, _placed(replace(after, status="withdrawn"), data), "withdrawn", reason=data.reason
            )
        state.documents[row.id] = after
    outcome: contract.Outcome = "recorded" if after.seq > row.seq else "unchanged"
    receipt = receipts.record(state, turn, event, outcome, row.number)
    relations.report_change(state.relations, turn, row.current, after.current)
    return receipt


def _decide_late(
    state: BatchState, turn: WriterTurn, event: contract.ObservedEvent, row: DocumentRow
) -> contract.Receipt:
    """Its article becomes a version that is never current; an event without an article changes nothing."""
    data = event.data
    article = _check(turn, event, row) if data.article is not None else None
    if article:
        _add_original(state, data.original)
    after = replace(row, observation=max(row.observation, data.observation))
    state.documents[row.id] = after
    if article is None:
        return receipts.record(state, turn, event, "late", None)
    if data.observation > row.observation and (known := _known(state, row, article.version)) is not None:
        # An ingest service that lost its ledger reads the publisher's older versions again.
        return _finish(state, turn, article, known, "late")
    previous = state.before(row.id, data.observation)
    after = _append(state, turn, after, replace(article.version, late=True), previous)
    return _finish(state, turn, article, after.versions, "late")


def _known(state: BatchState, row: DocumentRow, version: VersionRow) -> int | None:
    """The number of a version of the document with the same content, if there is one."""
    recorded = state.versions[row.id].items()
    return next((number for number, other in recorded if versions.same_content(other, version)), None)


def _decide_related(
    state: BatchState, turn: WriterTurn, event: contract.RelatedEvent, row: DocumentRow | None
) -> contract.Receipt:
    data = event.data
    if row is None or data.observation > row.observation:
        raise EventRefused(f"Observation {data.observation} of {data.document} is not recorded yet.")
    side = (row.id, data.observation)
    if number := state.observed.get(side):
        versions.check_spans(data.relations, len(state.versions[row.id][number].text))
    reported = [drafts.draft(side, relation) for relation in data.relations]
    before = turn.seq
    relations.replace_all(state.relations, turn, side, reported)
    outcome: contract.Outcome = "recorded" if turn.seq > before else "unchanged"
    return receipts.record(state, turn, event, outcome, row.number)


def _add_original(state: BatchState, original: contract.Original | None) -> None:
    """Adds the bytes that the event carries. Raises EventRefused when it carries none and none were put before."""
    assert original is not None
    if original.content is not None:
        state.add_original(OriginalRow(original.digest, original.size, original.content))
    elif original.digest not in state.originals:
        raise EventRefused(
            f"The original {original.digest} is not stored: the event carries no bytes and none were put before."
        )


def _finish(
    state: BatchState, turn: WriterTurn, article: _Article, number: int, outcome: contract.Outcome
) -> contract.Receipt:
    """The receipt of an event with an article, then the relations that it ends, its own, and those pending for it."""
    receipt = receipts.record(state, turn, article.event, outcome, number)
    before = article.before.current if article.before else None
    relations.report_change(state.relations, turn, before, state.documents[article.side[0]].current)
    relations.resolve_pending(state.relations, turn, article.side, number)
    relations.add(state.relations, turn, article.side, article.relations)
    return receipt


def _first_row(turn: WriterTurn, data: contract.Observed) -> DocumentRow:
    # The entry of the change log that follows takes this `seq`.
    seq = turn.seq + 1
    return DocumentRow(
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


def _placed(row: DocumentRow, data: contract.Observed) -> DocumentRow:
    """The document at the place, with the name and the time of this observation."""
    item = data.item.model_dump(mode="json")
    return replace(row, path=data.path, collection=data.collection, item=item, observed_at=data.observed_at)


def _append(
    state: BatchState, turn: WriterTurn, row: DocumentRow, version: VersionRow, previous: VersionRow | None
) -> DocumentRow:
    """Adds a version and returns the document with it; the version is the current one unless it is late."""
    number = row.versions + 1
    row = replace(row, versions=number, number=row.number if version.late else number)
    fields: dict[str, Any] = {"version": number, "late": True} if version.late else {}
    row = _change(state, turn, row, "created" if number == 1 else "changed", **fields)
    change = versions.describe_change(previous, version, state.prepared.changes)
    state.add_version(replace(version, number=number, change=change, seq=row.seq))
    state.documents[row.id] = row
    return row


def _change(state: BatchState, turn: WriterTurn, row: DocumentRow, name: ChangeName, **fields: Any) -> DocumentRow:  # noqa: ANN401  JSON.
    """Logs a change of the document's own fields; returns the document with the new `seq`, which begins a new state."""
    data = {"version": row.number, "path": row.path, **fields}
    entry = changes.entry(turn, f"document.{name}.v1", row.id, row.collection, **data)
    state.log.append(entry)
    row = replace(row, seq=entry.seq, recorded_at=turn.now)
    state.add_state(StateRow(row.id, row.seq, None, *_OF_STATE(row)))
    return row
