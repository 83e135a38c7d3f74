"""Files whose items are held until a time, or until a person releases them; functions of a Session."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.ledger import queries
from ingest_service.store import bulk
from ingest_service.store.tables import EMBARGOED, RELEASED, File

MOST_FILES = 100


def files(session: Session) -> list[contract.FileState]:
    """The first files with items under embargo, by path."""
    return queries.file_states(session, state=EMBARGOED, limit=MOST_FILES)


def release(session: Session, now: datetime, path: str) -> bool:
    """Has a file read again at once, whose items are then published. False if the file has none under embargo.

    If the file changes before it is read, its items are held again.
    """
    values = {"reason": RELEASED, "detail": "released; it is read again", "retry_at": now}
    held = sa.update(bulk.table_of(File)).where(File.path == path, File.state == EMBARGOED)
    return session.scalar(held.values(values).returning(File.id)) is not None
