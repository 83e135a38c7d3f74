"""What is known of the service while it does not run: its database, and the folder as it is now."""

from datetime import UTC, datetime

from ingest_service.cli.running import Report
from ingest_service.delivery import outbox
from ingest_service.folder import folder_view
from ingest_service.ledger import queries, status
from ingest_service.settings import Settings
from ingest_service.store import tables
from ingest_service.store.db import Database


def report(database: Database, settings: Settings, most_files: int) -> Report:
    """The status, and up to `most_files` files that could not be read."""
    with database.reading() as session:
        stored = status.read_status(session, settings.collection_name, datetime.now(UTC))
        unreadable = queries.file_states(session, state=tables.QUARANTINED, limit=most_files)
        remembered = queries.remembered_volumes(session)
    reasons = (*folder_view.unavailable(settings.seeds, remembered), *stored.reasons)
    return stored.model_copy(update={"healthy": not reasons, "reasons": reasons}), unreadable


def faults(database: Database) -> list[str]:
    """The sentences that say how many files could not be read and how many events are dead letters."""
    with database.reading() as session:
        unreadable = queries.counts(session).get(tables.QUARANTINED, 0)
        dead = outbox.counts(session)[outbox.DEAD]
    sentences = []
    if unreadable:
        sentences.append(f"{unreadable} files could not be read: ingest-service status")
    if dead:
        sentences.append(f"{dead} events were refused by the catalog: ingest-service status")
    return sentences
