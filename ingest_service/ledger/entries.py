"""What the ledger records of files and items, and the events that follow from it. Functions of a Session.

A file is a path; an item is what a document is of. Files hold items, many to many. Each change of an item increments
its observation. A move or a withdrawal puts its event into the outbox at once; an article waits until it is judged.
"""

import dataclasses
import random
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import model, versions
from ingest_service.delivery import events, outbox
from ingest_service.errors import Unreadable
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.ledger import articles, emission
from ingest_service.ledger.queries import rows_at
from ingest_service.store import article_blob
from ingest_service.store.db import chunked
from ingest_service.store.tables import ADOPTED, HELD, PUBLISHED, QUARANTINED, Article, File, FileItem, Item
from ingest_service.workers.prepare import PreparedFile, PreparedItem

TRUNCATED = "possibly-truncated"
HELD_DETAIL = "The file is missing, but the folder may be the wrong one; if not: ingest-service confirm-deletes."
Delete = Callable[[Session, "Context", Collection[str]], None]
NOWHERE = FileFact("", -1, -1, -1, -1, -1)


@dataclass(frozen=True, slots=True)
class Context:
    """What a write needs besides its files: the source of its events, and the time."""

    origin: events.Origin
    now: datetime


def store(session: Session, context: Context, fact: FileFact, prepared: PreparedFile) -> None:
    """Stores the items of a file that was read. Items that no file holds any more are withdrawn."""
    file = file_row(session, fact.path, context.now)
    _set(file, fact, PUBLISHED, context.now)
    file.readers = versions.READERS
    if prepared.possibly_truncated:
        file.reason, file.detail = TRUNCATED, "The file was read while a process still had it open for writing."
    before = set(session.scalars(sa.select(FileItem.item).where(FileItem.file == file.id)))
    now = {_store_item(session, context, file, prepared, item) for item in prepared.items}
    file.digest = prepared.digest
    session.add_all(FileItem(file=file.id, item=item) for item in now - before)
    _let_go(session, context, file, before - now)
    session.flush()


def quarantine(session: Session, context: Context, place: FileFact | Unusable, why: Unreadable) -> None:
    """Records that a file cannot be read: why, since when, and when it is read again. Its documents stay."""
    file = file_row(session, place.path, context.now)
    fact = place if isinstance(place, FileFact) else NOWHERE
    is_new = (file.state, file.reason) != (QUARANTINED, why.code)
    # A file that changed begins anew.
    tries = 1 if file.state != QUARANTINED or _fact(file) != fact._replace(path="") else file.tries + 1
    _set(file, fact, QUARANTINED, context.now if is_new else file.since)
    file.reason, file.detail = why.code, str(why)[:2_000].replace("\x00", "\ufffd")
    # Only attempts that are repeated are counted: an entry that is no file is seen again at every scan.
    file.tries = tries if why.retries else 0
    draw = random.random()  # noqa: S311  Spreads attempts; no secret.
    wait = why.retries.wait(tries, draw) if why.retries else None
    if wait is None:
        file.readers = versions.READERS
    else:
        file.retry_at = context.now + wait
    session.flush()


def touch(session: Session, context: Context, fact: FileFact) -> None:
    """Records new facts of a file whose bytes are those last read."""
    file = file_row(session, fact.path, context.now)
    _set(file, fact, PUBLISHED if file.digest else file.state, file.since if file.state == PUBLISHED else context.now)
    session.flush()


def move(session: Session, context: Context, moves: Mapping[str, FileFact]) -> None:
    """Moves files, each from its old path (the key) to the path of its facts; all at once, so that two can swap."""
    arriving = {fact.path for fact in moves.values()}
    remove(session, context, arriving - set(moves))
    rows = {row.path: row for row in rows_at(session, moves)}
    for number, row in enumerate(rows.values()):
        row.path = f"\ufffd{number}"
    session.flush()
    for old, row in rows.items():
        row.path = moves[old].path
        # Its bytes are those last read, so a quarantine is over.
        _set(row, moves[old], PUBLISHED if row.digest else _state_here(row), context.now)
        _move_items(session, context, row, old)
    session.flush()


def remove(session: Session, context: Context, paths: Collection[str]) -> None:
    """Removes files that were deleted, and withdraws their items unless another file holds them."""
    _withdraw(session, context, _drop(session, paths))


def forget(session: Session, _context: Context, paths: Collection[str]) -> None:
    """Removes files that were deleted and keeps their documents (`INGEST_ON_DELETE=keep`)."""
    _drop(session, paths)


def deletion(on_delete: str) -> Delete:
    """The function for deleted files that the setting `INGEST_ON_DELETE` names: `withdraw` or `keep`."""
    return forget if on_delete == "keep" else remove


def hold(session: Session, context: Context, paths: Collection[str]) -> None:
    """Holds the deletion of missing files until a person confirms it."""
    values = {"state": HELD, "reason": "deletions-held", "detail": HELD_DETAIL, "since": context.now, "retry_at": None}
    for chunk in chunked(sorted(paths)):
        rows = sa.update(File).where(File.path.in_(chunk))
        # No file has this size, so a file in quarantine differs when it is back.
        session.execute(rows.where(File.state == QUARANTINED).values(size=NOWHERE.size))
        session.execute(rows.where(File.state != HELD).values(values))


def purge(session: Session, document: str) -> None:
    """Erases article, fingerprints and bytes of a redacted document; its item stays, to be recognised.

    The fingerprints of a template text are kept until its successors are queued for re-judging.
    """
    row = session.scalar(sa.select(Item).where(Item.document == document))
    if row is None:
        return
    row.status = "redacted"
    session.flush()
    articles.retire(session, [row.id])


def release(session: Session, context: Context, paths: Collection[str]) -> None:
    """Ends the holding of deletions: these files are there."""
    for row in rows_at(session, paths):
        row.state, row.since = _state_here(row), context.now
        row.reason = row.detail = None
    session.flush()


def item_name(path: str, member: str | None) -> model.ItemName:
    """The name of an item: the path of its file, with the name inside the file if it is a member."""
    return model.ItemName(path) if member is None else model.ItemName(f"{path}#{member}", "member", path)


def file_row(session: Session, path: str, now: datetime) -> File:
    row = session.scalar(sa.select(File).where(File.path == path))
    if row is None:
        row = File(path=path, since=now)
        session.add(row)
        _set(row, NOWHERE, QUARANTINED, now)
    return row


def _state_here(row: File) -> str:
    """The state of a file that is there, whether or not its deletion was held."""
    if row.state != HELD:
        return row.state
    return PUBLISHED if row.digest else ADOPTED


def _set(row: File, fact: FileFact, state: str, since: datetime) -> None:
    row.size, row.mtime_ns, row.ctime_ns = fact.size, fact.mtime_ns, fact.ctime_ns
    row.device, row.inode = fact.device, fact.inode
    row.state, row.since = state, since
    row.reason = row.detail = row.retry_at = None
    row.tries = 0


def _fact(row: File) -> FileFact:
    """The facts in a row, without the path."""
    return FileFact("", row.size, row.mtime_ns, row.ctime_ns, row.device, row.inode)


def _store_item(session: Session, context: Context, file: File, prepared: PreparedFile, read: PreparedItem) -> int:
    """Stores one item of a file, whose row still has the digest of the bytes read before. Returns the id of its row."""
    name = item_name(file.path, read.member)
    # Several items may have had this name: the current one is meant, else the last one that was withdrawn.
    newest_first = (sa.case((Item.status == "current", 0), else_=1), Item.id.desc())
    item = session.scalar(sa.select(Item).where(Item.key == name.key, Item.by == name.by).order_by(*newest_first))
    cause = "created"
    if item is None:
        item = Item(
            key=name.key, by=name.by, parent=name.parent, version=name.version, path=file.path,
            document=str(uuid.uuid4()), observation=0, status="current", adopted=None,
        )  # fmt: skip
        session.add(item)
        session.flush()
    elif item.status == "redacted":
        return item.id
    else:
        same_bytes = prepared.digest in (file.digest, (item.adopted or "").partition(" ")[0])
        cause = "restored" if item.status == "withdrawn" else "reprocessed" if same_bytes else "changed"
    article = session.scalar(sa.select(Article).where(Article.item == item.id))
    content = article_blob.packed(read.article)
    if article is not None and (
        article.content == content or (cause == "reprocessed" and _agree(article.content, content))
    ):
        return item.id
    item.status, item.path = "current", file.path
    # The catalog has the adopted content already, so no event is emitted, except to restore a withdrawn document.
    if cause in ("changed", "reprocessed") and item.adopted == f"{prepared.digest} {read.article.digest}":
        cause = articles.KNOWN
    item.adopted = None
    articles.store(session, context.now, item, article, articles.ItemReading(prepared, read, content, cause))
    return item.id


def _agree(*contents: bytes) -> bool:
    """Whether articles agree in title, paragraphs and metadata. Other notes or rules alone make no event."""
    unpacked = map(article_blob.unpacked, contents)
    first, *others = (dataclasses.replace(it, notes=(), normaliser=model.Normaliser("", "")) for it in unpacked)
    return all(other == first for other in others)


def _let_go(session: Session, context: Context, file: File, items: Collection[int]) -> None:
    """Removes these items from a file, and withdraws those that no file holds any more."""
    for chunk in chunked(sorted(items)):
        session.execute(sa.delete(FileItem).where(FileItem.file == file.id, FileItem.item.in_(chunk)))
    _withdraw(session, context, items)


def _drop(session: Session, paths: Collection[str]) -> set[int]:
    """Deletes the rows of the files at these paths. Returns the ids of the items that they held."""
    items: set[int] = set()
    for chunk in chunked(sorted(paths)):
        files = list(session.scalars(sa.select(File.id).where(File.path.in_(chunk))))
        held = sa.delete(FileItem).where(FileItem.file.in_(files)).returning(FileItem.item)
        items.update(session.scalars(held))
        session.execute(sa.delete(File).where(File.id.in_(files)))
    return items


def _withdraw(session: Session, context: Context, items: Collection[int]) -> None:
    """Withdraws those of these items that no file holds."""
    held = sa.exists().where(FileItem.item == Item.id)
    current = sa.select(Item).where(Item.status == "current", ~held).order_by(Item.id)
    withdrawn: list[int] = []
    for chunk in chunked(sorted(items)):
        rows = list(session.scalars(current.where(Item.id.in_(chunk))))
        emission.emit_pending(session, context.origin, rows)
        for item in rows:
            item.status = "withdrawn"
            item.observation += 1
            withdrawn.append(item.id)
        outbox.put(session, [_withdrawn(context, item) for item in rows])
    articles.retire(session, withdrawn)


def _withdrawn(context: Context, item: Item) -> outbox.Event:
    change = events.ItemChange("withdrawn", item.path, reason="file-gone")
    return events.without_article(context.origin, item, change, context.now)


def _move_items(session: Session, context: Context, file: File, old: str) -> None:
    held = sa.select(Item).join(FileItem, FileItem.item == Item.id).where(FileItem.file == file.id)
    items = list(session.scalars(held))
    emission.emit_pending(session, context.origin, items)
    for item in items:
        if item.by != "guid":
            item.key = file.path + item.key.removeprefix(old)
        item.parent = file.path if item.parent == old else item.parent
        item.path = file.path
        item.observation += 1
    change = events.ItemChange("moved", file.path, previous_path=old)
    outbox.put(session, [events.without_article(context.origin, item, change, context.now) for item in items])
