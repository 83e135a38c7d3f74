"""Writes what was decided for a batch: one statement a table, executed for all rows; functions of a Session."""

from collections.abc import Collection
from dataclasses import replace
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.delivery import events, outbox
from ingest_service.ledger import emission, replacement
from ingest_service.ledger.batch import Batch
from ingest_service.store import bulk
from ingest_service.store.prepared_writes import PreparedWrite
from ingest_service.store.tables import File, FileItem, Item


def write(session: Session, origin: events.Origin, batch: Batch) -> None:
    """Stores files, items and articles, and puts the events that do not wait for judging into the outbox."""
    # First, while the items have their old names: the catalog must know a document before it is moved or withdrawn, and
    # the articles of one item in several files one after the other.
    emission.emit_pending(session, origin, _emitted_items(batch))
    batch.emit_overtaken()
    item_ids = write_rows(session, batch)
    article_changes = (replace(change, item=item_ids.get(change.item, change.item)) for change in batch.article_changes)
    replacement.replace_articles(session, list(article_changes))
    replacement.store_large_originals(session, [article for _, article in batch.observations])
    outbox.put(session, _events(origin, batch))


def _emitted_items(batch: Batch) -> set[int]:
    """The stored items whose pending events must not wait for judging."""
    changed = {row.id for row, _ in (*batch.item_changes, *batch.observations)}
    return {
        item for item in changed | {row.id for row, _ in batch.new_articles.values() if row.by == "guid"} if item > 0
    }


def _events(origin: events.Origin, batch: Batch) -> list[outbox.Event]:
    """The events of moves, withdrawals and of articles that are not judged, those of an item in order."""
    numbered = [
        *(
            (row.observation, events.without_article(origin, row, change, batch.now))
            for row, change in batch.item_changes
        ),
        *((row.observation, emission.unjudged(origin, row, article)) for row, article in batch.observations),
    ]
    return [event for _, event in sorted(numbered, key=itemgetter(0))]


def write_rows(session: Session, batch: Batch) -> dict[int, int]:
    """Stores files, items, and which holds which. Returns the ids of new items by their negative ones."""
    holdings = batch.holdings()
    _let_go(session, batch.stored_holdings - holdings)
    file_ids = _write_files(session, batch)
    bulk.update(session, Item, batch.stored_items, [row for row in batch.items.values() if row.id > 0])
    new = [row for row in batch.items.values() if row.id < 0]
    ids = bulk.insert(session, Item.document, [bulk.new_columns(row) for row in new])
    item_ids = {row.id: ids[row.document] for row in new}
    added = holdings - batch.stored_holdings
    pairs = sorted((file_ids.get(file, file), item_ids.get(item, item)) for file, item in added)
    bulk.insert_without_ids(session, FileItem, [{"file": file, "item": item} for file, item in pairs])
    return item_ids


def _write_files(session: Session, batch: Batch) -> dict[int, int]:
    """Returns the ids of new files by their negative ones, if any of them holds items."""
    rows = [row for row in batch.files.values() if row.id > 0]
    bulk.delete(session, File.id, batch.stored_files.keys() - {row.id for row in rows})
    _vacate(session, [row.id for row in rows if row.path != batch.stored_files[row.id].path])
    bulk.update(session, File, batch.stored_files, rows)
    new = [row for row in batch.files.values() if row.id < 0]
    columns = [bulk.new_columns(row) for row in new]
    if not any(batch.items_of(row.id) for row in new):
        # No file that holds items: the ids are not needed.
        bulk.insert_without_ids(session, File, columns)
        return {}
    ids = bulk.insert(session, File.path, columns)
    return {row.id: ids[row.path] for row in new}


def _vacate(session: Session, files: Collection[int]) -> None:
    """Gives files that are moved a path that no file of the folder has, because two of them may swap their paths."""
    if files:
        _VACATE.execute(session, [[sorted(files)]])


def _vacating(_: str) -> sa.Update:
    table = bulk.table_of(File)
    elsewhere = sa.literal_column("'/'", sa.Text) + sa.cast(table.c.id, sa.Text)
    return sa.update(table).where(bulk.any_of(table.c.id)).values(path=elsewhere)


_VACATE = PreparedWrite(["values"], _vacating)


def _let_go(session: Session, pairs: Collection[tuple[int, int]]) -> None:
    """Deletes that these files hold these items."""
    _LET_GO.execute(session, sorted(pairs))


def _letting_go(_: str) -> sa.Delete:
    table = bulk.table_of(FileItem)
    return sa.delete(table).where(table.c.file == sa.bindparam("held_by"), table.c.item == sa.bindparam("held"))


_LET_GO = PreparedWrite(["held_by", "held"], _letting_go)
