"""The rules of the ledger: decides what becomes of files and items when files were read, moved or deleted. Pure.

A file is a path; an item is what a document is of. Files hold items, many to many. Each change of an item increments
its observation.
"""

import dataclasses
import random
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ingest_service import model, versions
from ingest_service.delivery.events import ItemChange
from ingest_service.errors import Unreadable
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.ledger.batch import ArticleChange, Batch, FileChanges, NewArticle
from ingest_service.ledger.classes import class_of
from ingest_service.store import article_blob
from ingest_service.store.rows import FileRow, ItemRow
from ingest_service.store.tables import ADOPTED, HELD, PUBLISHED, QUARANTINED
from ingest_service.workers.prepare import PreparedFile, PreparedItem

TRUNCATED = "possibly-truncated"
NOWHERE = FileFact("", -1, -1, -1, -1, -1)


def decide(batch: Batch, changes: FileChanges) -> None:
    """Applies the changes to the batch. Moves come first: a new file may be at the old path of a moved one."""
    _move(batch, changes.moved)
    for fact in changes.touched:
        _touch(batch, fact)
    # Should a path occur twice, its last reading counts: else an item would be withdrawn before its article is emitted.
    for fact, prepared in {fact.path: (fact, prepared) for fact, prepared in changes.stored}.values():
        _store(batch, fact, prepared)
    for place, why in changes.failed:
        _quarantine(batch, place, why)
    _delete(batch, changes.deleted)
    _drop(batch, changes.forgotten)


def names(stored: Iterable[tuple[FileFact, PreparedFile]]) -> Iterator[model.ItemName]:
    """The names of the items in these files."""
    return (_item_name(fact.path, item.member) for fact, prepared in stored for item in prepared.items)


def file_at(batch: Batch, path: str) -> FileRow:
    """The file at a path; a new one if there is none."""
    if path not in batch.files:
        batch.files[path] = FileRow(
            id=batch.new_id(), path=path, state=QUARANTINED, reason=None, detail=None, size=NOWHERE.size,
            mtime_ns=NOWHERE.mtime_ns, ctime_ns=NOWHERE.ctime_ns, device=NOWHERE.device, inode=NOWHERE.inode,
            digest=None, since=batch.now, retry_at=None, tries=0, readers="",
        )  # fmt: skip
    return batch.files[path]


def _move(batch: Batch, moves: Mapping[str, FileFact]) -> None:
    """Moves files, each from its old path to the path of its facts; all at once, so that two can swap."""
    arriving = {fact.path for fact in moves.values()}
    _delete(batch, arriving - moves.keys())
    moved = [(old, fact, batch.files.pop(old)) for old, fact in sorted(moves.items()) if old in batch.files]
    for old, fact, row in moved:
        # Its bytes are those last read, so a quarantine is over.
        state = PUBLISHED if row.digest else ADOPTED if row.state == HELD else row.state
        file = replace(_set(row, batch.now, fact, state), path=fact.path)
        batch.files[file.path] = file
        _move_items(batch, file, old)


def _move_items(batch: Batch, file: FileRow, old: str) -> None:
    for item in sorted(batch.items_of(file.id)):
        row = batch.items[item]
        after = replace(
            row,
            key=row.key if row.by == "guid" else file.path + row.key.removeprefix(old),
            parent=file.path if row.parent == old else row.parent,
            path=file.path,
            observation=row.observation + 1,
        )
        batch.put_item(after)
        batch.item_changes.append((after, ItemChange("moved", file.path, previous_path=old)))


def _touch(batch: Batch, fact: FileFact) -> None:
    """New facts of a file whose bytes are those last read."""
    row = file_at(batch, fact.path)
    after = _set(row, batch.now, fact, PUBLISHED if row.digest else row.state)
    batch.files[fact.path] = replace(after, since=row.since) if row.state == PUBLISHED else after


def _store(batch: Batch, fact: FileFact, prepared: PreparedFile) -> None:
    """A file was read. Items that no file holds any more are withdrawn."""
    row = file_at(batch, fact.path)
    before = batch.items_of(row.id)
    now = {_store_item(batch, row, prepared, item) for item in prepared.items}
    for item in now:
        batch.hold(row.id, item)
    for item in before - now:
        batch.let_go(row.id, item)
    _withdraw(batch, before - now)
    row = replace(_set(row, batch.now, fact, PUBLISHED), digest=prepared.digest, readers=versions.READERS)
    if prepared.possibly_truncated:
        detail = "The file was read while a process still had it open for writing."
        row = replace(row, reason=TRUNCATED, detail=detail)
    batch.files[row.path] = row


def _store_item(batch: Batch, file: FileRow, prepared: PreparedFile, read: PreparedItem) -> int:
    """Stores one item of a file, whose row still has the digest of the bytes read before. Returns the item's id."""
    item, cause = _item_for(batch, file, prepared, read)
    if item.status == "redacted":
        return item.id
    content, stored = read.article.content, batch.contents.get(item.id)
    if stored is not None and (stored == content or (cause == "reprocessed" and _agree(stored, content))):
        return item.id
    digest = read.article.digest
    # The catalog has the adopted content already, so no event is emitted, except to restore a withdrawn document.
    is_known = cause in ("changed", "reprocessed") and item.adopted == f"{prepared.digest} {digest}"
    observation = item.observation if is_known else item.observation + 1
    item = replace(item, status="current", path=file.path, adopted=None, observation=observation)
    article = NewArticle(
        item.document, observation, batch.now, None if is_known else cause, digest,
        class_of(read.facts.folded_digest, item.document), read.facts.fingerprints, content, prepared.original,
        prepared.digest,
    )  # fmt: skip
    batch.put_item(item)
    batch.contents[item.id] = content
    batch.article_changes.append(ArticleChange(item.id, article))
    return item.id


def _item_for(batch: Batch, file: FileRow, prepared: PreparedFile, read: PreparedItem) -> tuple[ItemRow, str]:
    """The item with the name of what was read, new if there is none; and the cause of the event about it."""
    name = _item_name(file.path, read.member)
    item = batch.named(name)
    if item is None:
        item = ItemRow(
            id=batch.new_id(), key=name.key, by=name.by, parent=name.parent, version=name.version, path=file.path,
            document=str(uuid.uuid4()), observation=0, status="current", adopted=None,
        )  # fmt: skip
        return item, "created"
    if item.status == "withdrawn":
        return item, "restored"
    same_bytes = prepared.digest in (file.digest, (item.adopted or "").partition(" ")[0])
    return item, "reprocessed" if same_bytes else "changed"


def _quarantine(batch: Batch, place: FileFact | Unusable, why: Unreadable) -> None:
    """A file cannot be read: why, since when, and when it is read again. Its documents stay."""
    row = file_at(batch, place.path)
    fact = place if isinstance(place, FileFact) else NOWHERE._replace(path=place.path)
    is_new = (row.state, row.reason) != (QUARANTINED, why.code)
    # A file that changed begins anew.
    tries = row.tries + 1 if row.state == QUARANTINED and _fact(row) == fact else 1
    draw = random.random()  # noqa: S311  Spreads attempts; no secret.
    wait = why.retries.wait(tries, draw) if why.retries else None
    batch.files[row.path] = replace(
        _set(row, batch.now, fact, QUARANTINED),
        since=batch.now if is_new else row.since,
        reason=why.code,
        detail=str(why)[:2_000].replace("\x00", "\ufffd"),
        # Only attempts that are repeated are counted: an entry that is no file is seen again at every scan.
        tries=tries if why.retries else 0,
        retry_at=None if wait is None else batch.now + wait,
        readers=versions.READERS if wait is None else row.readers,
    )


def _delete(batch: Batch, paths: Collection[str]) -> None:
    """Files were deleted; their items are withdrawn unless another file holds them."""
    _withdraw(batch, _drop(batch, paths))


def _drop(batch: Batch, paths: Collection[str]) -> set[int]:
    """Removes files. Returns the items that they held."""
    items: set[int] = set()
    for row in [batch.files.pop(path) for path in paths if path in batch.files]:
        for item in batch.items_of(row.id):
            batch.let_go(row.id, item)
            items.add(item)
    return items


def _withdraw(batch: Batch, items: Collection[int]) -> None:
    """Withdraws those of these items that are current and that no file holds."""
    for item in sorted(items):
        row = batch.items[item]
        if row.status == "current" and not batch.is_held(item):
            after = replace(row, status="withdrawn", observation=row.observation + 1)
            batch.put_item(after)
            batch.contents.pop(item, None)
            batch.item_changes.append((after, ItemChange("withdrawn", row.path, reason="file-gone")))
            batch.article_changes.append(ArticleChange(item))


def _item_name(path: str, member: str | None) -> model.ItemName:
    """The name of an item: the path of its file, with the name inside the file if it is a member."""
    return model.ItemName(path) if member is None else model.ItemName(f"{path}#{member}", "member", path)


def _agree(*contents: bytes) -> bool:
    """Whether articles agree in title, paragraphs and metadata. Other notes or rules alone make no event."""
    unpacked = map(article_blob.unpacked, contents)
    first, *others = (dataclasses.replace(it, notes=(), normaliser=model.Normaliser("", "")) for it in unpacked)
    return all(other == first for other in others)


def _set(row: FileRow, now: datetime, fact: FileFact, state: str) -> FileRow:
    """The file with these facts, in this state since now."""
    return replace(
        row, size=fact.size, mtime_ns=fact.mtime_ns, ctime_ns=fact.ctime_ns, device=fact.device, inode=fact.inode,
        state=state, since=now, reason=None, detail=None, retry_at=None, tries=0,
    )  # fmt: skip


def _fact(row: FileRow) -> FileFact:
    return FileFact(row.path, row.size, row.mtime_ns, row.ctime_ns, row.device, row.inode)
