"""Receipts: the stored answer to each event, so that an event that is sent again gets the same answer. Pure."""

import json

from catalog_service import contract
from catalog_service.contract import FieldError
from catalog_service.errors import CatalogError, EventRefused
from catalog_service.history.state import BatchState
from catalog_service.store.counter import WriterTurn
from catalog_service.store.rows import ReceiptRow

# The same bytes in every release: digests that are stored are compared with new ones.
_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def check_id(event: contract.AnyEvent) -> None:
    """Raises EventRefused unless the event's id is that of its observation; a related event adds a suffix to it."""
    own = f"{event.data.document}:{event.data.observation}"
    if isinstance(event, contract.ObservedEvent) and event.id != own:
        raise _refused("/id", f"is {event.id!r}, not the document and the observation: {own!r}")
    if isinstance(event, contract.RelatedEvent) and not event.id.startswith(f"{own}:"):
        raise _refused("/id", f"is {event.id!r}, not {own!r} with a colon and a suffix")


def find(state: BatchState, turn: WriterTurn, event: contract.AnyEvent) -> contract.Receipt | None:
    """The stored receipt of the event, with the outcome `replayed`; None for a new event.

    Raises EventRefused when the id belongs to another event, or the observation to an event with another id.
    """
    row = state.receipts.get(event.id)
    if row is None:
        if isinstance(event, contract.ObservedEvent) and (row_side := _side(event)) in state.observed:
            raise _refused("/id", f"is new, but observation {row_side[1]} is recorded under another id")
        return None
    if row.document != str(event.data.document):
        raise _refused("/id", f"is {event.id!r}, the id of an event of another document")
    if row.data_digest not in (None, _data_digest(event)):
        raise _refused("/data", f"differs from the event that is recorded as {event.id!r}")
    return stored(turn, row, "replayed")


def _side(event: contract.AnyEvent) -> tuple[str, int]:
    return str(event.data.document), event.data.observation


def _refused(pointer: str, detail: str) -> EventRefused:
    return EventRefused(f"{pointer} {detail}.", errors=(FieldError(pointer=pointer, detail=detail),))


def _data_digest(event: contract.AnyEvent) -> str:
    """The digest of the parsed `data`.

    Values that equal the default are left out, so that an optional field that a later release adds does not change it.
    The bytes of the original are left out too: their own digest represents them.
    """
    data = event.data.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"original": {"content"}})
    return contract.digest_of(_JSON.encode(data).encode())


def record(
    state: BatchState, turn: WriterTurn, event: contract.AnyEvent, outcome: contract.Outcome, number: int | None
) -> contract.Receipt:
    """Adds the receipt of an event and returns it; `number` is the version that the event refers to."""
    # A related event names an observation that has a receipt of its own. With observation 0, its receipt is never
    # found by that observation.
    observed = isinstance(event, contract.ObservedEvent)
    row = ReceiptRow(
        event=event.id,
        document=str(event.data.document),
        observation=event.data.observation if observed else 0,
        outcome=outcome,
        number=number,
        seq=turn.seq,
        data_digest=_data_digest(event),
    )
    state.add_receipt(row)
    return stored(turn, row, outcome)


def reject(turn: WriterTurn, event: contract.AnyEvent, error: CatalogError) -> contract.Receipt:
    """A receipt with the reason of a rejection. It is not stored: a corrected event may be sent under the same id."""
    problem = contract.Problem(
        type=f"/problems/{error.code}",
        title=error.title,
        status=error.status,
        detail=str(error),
        code=error.code,
        errors=error.errors,
    )
    document = event.data.document
    return contract.Receipt(
        event=event.id, outcome="rejected", document=document, epoch=turn.epoch, seq=turn.seq, problem=problem
    )


def stored(turn: WriterTurn, row: ReceiptRow, outcome: contract.Outcome) -> contract.Receipt:
    """The receipt of a row, with this outcome."""
    return contract.Receipt.model_validate(
        {
            "event": row.event,
            "outcome": outcome,
            "document": row.document,
            "version": row.number,
            "epoch": turn.epoch,
            "seq": row.seq,
        }
    )
