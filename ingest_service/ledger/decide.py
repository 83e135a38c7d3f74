"""The rules of the ledger: decides what becomes of files and items when files were read, moved or deleted. Pure.

A file is a path; an item is what a document is of. Files hold items, many to many. Each change of an item increments
its observation. What becomes of the items of a file that was read is decided in `items`.
"""

import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ingest_service import model, versions
from ingest_service.delivery.events import ItemChange
from ingest_service.errors import Unreadable
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.ledger import items
from ingest_service.ledger.batch import Batch, FileChanges
from ingest_service.store.rows import FileRow
from ingest_service.store.tables import ADOPTED, EMBARGOED, HELD, NO_READERS, PUBLISHED, QUARANTINED
from ingest_service.workers.prepare import PreparedFile

TRUNCATED = "possibly-truncated"
MEMBERS_UNREAD = "members-unread"
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
    return (items.name_of(fact.path, item) for fact, prepared in stored for item in prepared.items)


def file_at(batch: Batch, path: str) -> FileRow:
    """The file at a path; a new one if there is none."""
    if path not in batch.files:
        batch.files[path] = FileRow(
            id=batch.new_id(), path=path, state=QUARANTINED, reason=None, detail=None, size=NOWHERE.size,
            mtime_ns=NOWHERE.mtime_ns, ctime_ns=NOWHERE.ctime_ns, device=NOWHERE.device, inode=NOWHERE.inode,
            digest=None, since=batch.now, retry_at=None, tries=0, readers="", furniture_rereads=0,
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
        file = replace(_still_embargoed(row, _set(row, batch.now, fact, state)), path=fact.path)
        batch.files[file.path] = file
        _move_items(batch, file, old)


def _move_items(batch: Batch, file: FileRow, old: str) -> None:
    for item in sorted(batch.items_of(file.id)):
        row = batch.items[item]
        if row.path != old:
            # Another file that holds the item is where the catalog has it.
            continue
        after = replace(
            row,
            key=row.key if row.by == "guid" else file.path + row.key.removeprefix(old),
            parent=row.parent and file.path + row.parent.removeprefix(old),
            path=file.path,
            observation=row.observation + 1,
        )
        batch.put_item(after)
        batch.item_changes.append((after, ItemChange("moved", file.path, previous_path=old)))


def _touch(batch: Batch, fact: FileFact) -> None:
    """New facts of a file whose bytes are those last read."""
    row = file_at(batch, fact.path)
    after = _still_embargoed(row, _set(row, batch.now, fact, PUBLISHED if row.digest else row.state))
    batch.files[fact.path] = replace(after, since=row.since) if row.state == PUBLISHED else after


def _store(batch: Batch, fact: FileFact, prepared: PreparedFile) -> None:
    """A file was read. Items that no file holds any more are withdrawn."""
    row = file_at(batch, fact.path)
    before = batch.items_of(row.id)
    now, embargo = items.store(batch, row, prepared)
    dropped = set() if prepared.accumulates else before - now
    for item in now:
        batch.hold(row.id, item)
    for item in dropped:
        batch.let_go(row.id, item)
    _withdraw(batch, dropped)
    rereads = row.furniture_rereads if row.digest == prepared.digest else 0
    row = replace(
        _set(row, batch.now, fact, PUBLISHED),
        digest=prepared.digest, readers=versions.READERS, furniture_rereads=rereads,
    )  # fmt: skip
    if embargo is not None:
        row = replace(row, state=EMBARGOED, reason=embargo.reason, detail=embargo.sentence)
        row = replace(row, retry_at=embargo.until, readers=NO_READERS)
    elif prepared.possibly_truncated:
        detail = "The file was read while a process still had it open for writing."
        row = replace(row, reason=TRUNCATED, detail=detail)
    elif prepared.unread is not None:
        row = replace(row, reason=MEMBERS_UNREAD, detail=_detail(prepared.unread))
    batch.files[row.path] = row


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
        detail=_detail(str(why)),
        # Only attempts that are repeated are counted: an entry that is no file is seen again at every scan.
        tries=tries if why.retries else 0,
        retry_at=None if wait is None else batch.now + wait,
        readers=versions.READERS if wait is None and row.readers != NO_READERS else row.readers,
    )


def _delete(batch: Batch, paths: Collection[str]) -> None:
    """Files were deleted; their items are withdrawn unless another file holds them."""
    # One after the other, so that events do not depend on which deletions are in one batch.
    for path in sorted(paths):
        _withdraw(batch, _drop(batch, [path]))


def _drop(batch: Batch, paths: Collection[str]) -> set[int]:
    """Removes files. Returns the items that they held."""
    dropped: set[int] = set()
    for row in [batch.files.pop(path) for path in paths if path in batch.files]:
        for item in batch.items_of(row.id):
            batch.let_go(row.id, item)
            dropped.add(item)
    return dropped


def _withdraw(batch: Batch, dropped: Collection[int]) -> None:
    """Withdraws those of these items that are current and that no file holds; the others are where another file is."""
    for item in sorted(dropped):
        row, holders = batch.items[item], batch.holders(item)
        after = replace(row, observation=row.observation + 1)
        if row.status == "current" and not holders:
            batch.delete_article(
                replace(after, status="withdrawn"), ItemChange("withdrawn", row.path, reason="file-gone")
            )
        elif row.status == "current" and row.path not in (paths := batch.paths_of(holders)):
            batch.put_item(after := replace(after, path=paths[0]))
            batch.item_changes.append((after, ItemChange("moved", after.path, previous_path=row.path)))


def _detail(sentence: str) -> str:
    """A sentence as both databases can store it."""
    return sentence[:2_000].replace("\x00", "\ufffd")


def _still_embargoed(before: FileRow, after: FileRow) -> FileRow:
    """The file after a change of its facts. One that is embargoed is read again at once, which decides anew."""
    if before.state != EMBARGOED:
        return after
    return replace(after, state=EMBARGOED, reason=before.reason, detail=before.detail, retry_at=after.since)


def _set(row: FileRow, now: datetime, fact: FileFact, state: str) -> FileRow:
    """The file with these facts, in this state since now."""
    return replace(
        row, size=fact.size, mtime_ns=fact.mtime_ns, ctime_ns=fact.ctime_ns, device=fact.device, inode=fact.inode,
        state=state, since=now, reason=None, detail=None, retry_at=None, tries=0,
    )  # fmt: skip


def _fact(row: FileRow) -> FileFact:
    return FileFact(row.path, row.size, row.mtime_ns, row.ctime_ns, row.device, row.inode)
