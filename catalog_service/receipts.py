"""Receipts: what was answered to each event, kept so that the same event is answered alike."""

from sqlalchemy.orm import Session

from catalog_service import contract
from catalog_service.counter import WriterTurn
from catalog_service.errors import CatalogError, EventRefused
from catalog_service.tables import Receipt


def known(session: Session, turn: WriterTurn, event: contract.AnyEvent) -> contract.Receipt | None:
    """The receipt that the event was given before, as `replayed`. Raises EventRefused when another event had its id."""
    kept = session.get(Receipt, event.id)
    if kept is None:
        return None
    if kept.document != str(event.data.document):
        raise EventRefused(f"The event id {event.id!r} belongs to an event of another document.")
    return _told(turn, kept, "replayed")


def sign(
    session: Session, turn: WriterTurn, event: contract.AnyEvent, outcome: contract.Outcome, number: int | None
) -> contract.Receipt:
    """Keeps the receipt and returns it."""
    # A judgement is about an observation that has its own receipt and must not stand for it.
    observed = isinstance(event, contract.ObservedEvent)
    kept = Receipt(
        event=event.id,
        document=str(event.data.document),
        observation=event.data.observation if observed else 0,
        outcome=outcome,
        number=number,
        seq=turn.seq,
    )
    session.add(kept)
    session.flush()
    return _told(turn, kept, outcome)


def refuse(turn: WriterTurn, event: contract.AnyEvent, error: CatalogError) -> contract.Receipt:
    """A receipt that says why the event was not recorded; it is not kept, as the event may come again, mended."""
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


def _told(turn: WriterTurn, kept: Receipt, outcome: contract.Outcome) -> contract.Receipt:
    return contract.Receipt.model_validate(
        {
            "event": kept.event,
            "outcome": outcome,
            "document": kept.document,
            "version": kept.number,
            "epoch": turn.epoch,
            "seq": kept.seq,
        }
    )
