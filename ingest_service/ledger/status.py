"""The status of the service as far as the database holds it; a function of a Session.

The command `status` imports this module, so it imports nothing that reads or judges texts.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.delivery import outbox
from ingest_service.ledger import embargo, furniture, queries, rereads
from ingest_service.store.tables import EMBARGOED, HELD

MAX_DEAD_LETTERS = 100


def read_status(session: Session, collection: str, now: datetime) -> contract.IngestStatus:
    """The status as far as the database holds it."""
    oldest = outbox.oldest(session)
    states = queries.counts(session)
    events = outbox.counts(session)
    letters = tuple(outbox.dead_letters(session, limit=MAX_DEAD_LETTERS))
    reasons = tuple(_reasons(states.get(HELD, 0), events[outbox.DEAD], letters, outbox.waiting(session)))
    return contract.IngestStatus(
        collection=collection,
        instance=collection,
        states=states,
        outbox=events,
        to_judge=queries.unjudged(session),
        to_read_again=rereads.count(session),
        to_learn=furniture.count(session),
        oldest_waiting_seconds=None if oldest is None else (now - oldest).total_seconds(),
        healthy=not reasons,
        reasons=reasons,
        dead_letters=letters,
        embargoed=tuple(embargo.files(session)) if states.get(EMBARGOED) else (),
    )


def _reasons(held: int, dead: int, letters: Sequence[contract.DeadLetter], waiting: outbox.Waiting) -> Iterator[str]:
    """The sentences that say why the service is not healthy."""
    if held:
        yield f"deletions of {held} files are held: ingest-service confirm-deletes"
    if letters:
        words = letters[0].problem
        yield f"events that the catalog refused for good: {dead}; the first: {words.code}: {words.detail}"
    if waiting.events:
        yield str(waiting)
