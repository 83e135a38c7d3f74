"""Records the receipts of a batch, and what follows from them for the outbox; functions of a Session."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.delivery import outbox
from ingest_service.store import state

Purge: TypeAlias = Callable[[Session, str], None]
Pair: TypeAlias = tuple[outbox.PendingEvent, contract.Receipt]


def record(session: Session, pairs: Sequence[Pair], now: datetime, purge: Purge) -> bool:
    """Records receipts; true when they come from another epoch: then every delivered event is pending again."""
    epoch = pairs[0][1].epoch
    last_epoch = state.get(session, "catalog_epoch")
    restored = last_epoch not in (None, epoch)
    if restored:
        outbox.recall(session)
    if last_epoch != epoch:
        state.remember(session, "catalog_epoch", epoch)
    accepted = [receipt for _, receipt in pairs if receipt.outcome not in ("rejected", "redacted")]
    if accepted:
        outbox.delivered(session, accepted, now)
    for event, receipt in pairs:
        if receipt.outcome == "rejected":
            outbox.dead(session, event.id, problem(receipt))
        elif receipt.outcome == "redacted":
            outbox.erase(session, event.document)
            purge(session, event.document)
    return restored


def problem(receipt: contract.Receipt) -> contract.Problem:
    """The catalog's problem with a rejected event."""
    return receipt.problem or contract.Problem(
        type="about:blank", title="Rejected", status=422, code="rejected", detail="the catalog gave no reason"
    )
