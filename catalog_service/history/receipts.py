"""Receipts: the stored answer to each event, so that an event that is sent again gets the same answer. Pure."""

from catalog_service import contract
from catalog_service.errors import CatalogError, EventRefused
from catalog_service.history.state import BatchState
from catalog_service.store.counter import WriterTurn
from catalog_service.store.rows import ReceiptRow


def find(state: BatchState, turn: WriterTurn, event: contract.AnyEvent) -> contract.Receipt | None:
    """The stored receipt of the event, with the outcome `replayed`; None for a new event.

    Raises EventRefused when the id belongs to an event of another document.
    """
    row = state.receipts.get(event.id)
    if row is None:
        return None
    if row.document != str(event.data.document):
        raise EventRefused(f"The event id {event.id!r} belongs to an event of another document.")
    return _receipt(turn, row, "replayed")


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
    )
    state.add_receipt(row)
    return _receipt(turn, row, outcome)


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


def _receipt(turn: WriterTurn, row: ReceiptRow, outcome: contract.Outcome) -> contract.Receipt:
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
