"""Reads what the files of a batch can change, by a fixed number of statements; functions of a Session."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service.ledger import decide
from ingest_service.ledger.batch import Batch, FileChanges
from ingest_service.store import bulk
from ingest_service.store.prepared import Prepared
from ingest_service.store.rows import FileRow, ItemRow
from ingest_service.store.tables import Article, File, FileItem, Item

_ITEMS_OF_FILES = Prepared(lambda: sa.select(FileItem.item).distinct().where(bulk.any_of(FileItem.file)))
_HOLDERS = Prepared(lambda: sa.select(FileItem.file, FileItem.item).where(bulk.any_of(FileItem.item)))
_PATHS = Prepared(lambda: sa.select(File.id, File.path).where(bulk.any_of(File.id)))
_CONTENTS = Prepared(lambda: sa.select(Article.item, Article.content).where(bulk.any_of(Article.item)))


def load(session: Session, now: datetime, changes: FileChanges) -> Batch:
    """The rows that the changes are decided against, locked: nothing else may redact a document in between."""
    arriving = {fact.path for fact in changes.moved.values()}
    stored = {fact.path for fact, _ in changes.stored}
    # Whatever happens to these files happens to their items too.
    with_items = {*changes.moved, *arriving, *stored, *changes.deleted, *changes.forgotten}
    others = {*(fact.path for fact in changes.touched), *(place.path for place, _ in changes.failed)}
    batch = Batch(now)
    batch.load_files(bulk.select(session, FileRow, File.path, with_items | others, lock=True))
    _load_items_of(session, batch, [row.id for row in batch.files.values() if row.path in with_items])
    _load_items_named(session, batch, {name.key for name in decide.names(changes.stored)})
    return batch


def load_files(session: Session, now: datetime, paths: Collection[str]) -> Batch:
    """The files at these paths, without their items."""
    batch = Batch(now)
    batch.load_files(bulk.select(session, FileRow, File.path, paths, lock=True))
    return batch


def _load_items_of(session: Session, batch: Batch, files: Collection[int]) -> None:
    """The items of these files, with all files that hold them.

    The items are locked before their holders are read: of two processes that delete the last two files of an item, the
    second one must see that the first file is deleted.
    """
    items = {row.item for row in bulk.rows(session, _ITEMS_OF_FILES, files)}
    batch.load_items(bulk.select(session, ItemRow, Item.id, items, lock=True))
    batch.load_holdings(bulk.rows(session, _HOLDERS, items))
    others = {file for file, _ in batch.stored_holdings} - batch.stored_files.keys()
    batch.holder_paths.update(bulk.rows(session, _PATHS, others))


def _load_items_named(session: Session, batch: Batch, keys: Collection[str]) -> None:
    """The items with these keys, with their articles."""
    named = bulk.select(session, ItemRow, Item.key, keys, lock=True)
    batch.load_items(row for row in named if row.id not in batch.items)
    batch.contents.update(bulk.rows(session, _CONTENTS, [row.id for row in named]))
