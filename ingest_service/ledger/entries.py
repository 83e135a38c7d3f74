"""What happens to the files of the folder, entered in the ledger in batches; functions of a Session.

A batch is loaded by a fixed number of statements (`load`), decided on values in memory (`decide`), and written by one
statement a table (`write`). A move or a withdrawal puts its event into the outbox at once; an article waits until it is
judged.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.delivery import events
from ingest_service.ledger import furniture
from ingest_service.ledger.batch import ArticleChange, FileChanges
from ingest_service.ledger.decide import NOWHERE, decide
from ingest_service.ledger.load import load
from ingest_service.ledger.replacement import replace_articles
from ingest_service.ledger.write import write
from ingest_service.store import bulk
from ingest_service.store.db import chunked
from ingest_service.store.tables import ADOPTED, HELD, NO_READERS, PUBLISHED, QUARANTINED, File, Item

HELD_DETAIL = "The file is missing, but the folder may be the wrong one; if not: ingest-service confirm-deletes."
Delete = Callable[[Session, "Context", Collection[str]], None]


@dataclass(frozen=True, slots=True)
class Context:
    """What a write needs besides its files: the source of its events, and the time."""

    origin: events.Origin
    now: datetime


def enter(session: Session, context: Context, changes: FileChanges) -> bool:
    """Enters what happened to the files of a batch. Returns whether events were put into the outbox."""
    batch = load(session, context.now, changes)
    decide(batch, changes)
    write(session, context.origin, batch)
    return bool(batch.item_changes)


def remove(session: Session, context: Context, paths: Collection[str]) -> None:
    """Removes files that were deleted, and withdraws their items unless another file holds them."""
    enter(session, context, FileChanges(deleted=paths))


def forget(session: Session, context: Context, paths: Collection[str]) -> None:
    """Removes files that were deleted and keeps their documents (`INGEST_ON_DELETE=keep`)."""
    enter(session, context, FileChanges(forgotten=paths))


def deletion(on_delete: str) -> Delete:
    """The function for deleted files that the setting `INGEST_ON_DELETE` names: `withdraw` or `keep`."""
    return forget if on_delete == "keep" else remove


def hold(session: Session, context: Context, paths: Collection[str]) -> None:
    """Holds the deletion of missing files until a person confirms it."""
    values = {"state": HELD, "reason": "deletions-held", "detail": HELD_DETAIL, "since": context.now, "retry_at": None}
    for chunk in chunked(sorted(paths)):
        rows = sa.update(bulk.table_of(File)).where(File.path.in_(chunk))
        # No file has this size, so a file in quarantine differs when it is back.
        session.execute(rows.where(File.state == QUARANTINED).values(size=NOWHERE.size))
        session.execute(rows.where(File.state != HELD).values(values))


def release(session: Session, context: Context, paths: Collection[str]) -> None:
    """Ends the holding of deletions: these files are there."""
    state = sa.case((File.digest.is_not(None), PUBLISHED), else_=ADOPTED)
    # A file under embargo is read again at once, which decides anew.
    retry_at = sa.case((File.readers == NO_READERS, context.now), else_=None)
    values = {"state": state, "reason": None, "detail": None, "since": context.now, "retry_at": retry_at}
    for chunk in chunked(sorted(paths)):
        held = sa.update(bulk.table_of(File)).where(File.path.in_(chunk), File.state == HELD)
        session.execute(held.values(values))


def purge(session: Session, document: str) -> None:
    """Erases article, fingerprints and bytes of a redacted document; its item stays, to be recognised.

    The fingerprints of a template text are kept until its successors are queued for re-judging. A line of furniture is
    kept while another document is evidence of it.
    """
    redacted = sa.update(bulk.table_of(Item)).where(Item.document == document).values(status="redacted")
    items = list(session.scalars(redacted.returning(Item.id)))
    replace_articles(session, [ArticleChange(item) for item in items])
    furniture.forget(session, items)
