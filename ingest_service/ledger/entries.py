"""What the ledger records of files and items, and the events that follow from it. Functions of a Session.

A file is a path; an item is what a document is of. Files hold items, many to many. Each change of an item increments
its observation. A move or a withdrawal puts its event into the outbox at once; an article waits until it is judged.
"""

import dataclasses
import random
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import model, versions
from ingest_service.delivery import events, outbox
from ingest_service.errors import Unreadable
from ingest_service.folder.scan import FileFact, Unusable
from ingest_service.ledger import articles
from ingest_service.ledger.queries import rows_at
from ingest_service.store import article_blob
from ingest_service.store.db import chunked
from ingest_service.store.tables import ADOPTED, HELD, PUBLISHED, QUARANTINED, Article, File, FileItem, Item
from ingest_service.workers.prepare import PreparedFile, PreparedItem

TRUNCATED = "possibly-truncated"
HELD_DETAIL = "The file is missing, but the folder may be the wrong one; if not: ingest-service confirm-deletes."
Part = Callable[[Session, "Context", Collection[str]], None]
NOWHERE = FileFact("", -1, -1, -1, -1, -1)


@dataclass(frozen=True, slots=True)
class Context:
    """What every entry needs to know: whose folder it is, who writes, and when."""

    origin: events.Origin
    now: datetime


def adopt(session: Session, heads: Iterable[contract.Head]) -> int:
    """Takes over what the catalog knows of our items, so that a lost ledger changes nothing; how many."""
    count = 0
    for head in heads:
        item = Item(
            key=head.item.key,
            by=head.item.by,
            parent=head.item.parent,
            version=head.item.version,
            path=head.path,
            document=str(head.document),
            observation=head.observation,
            status=head.status,
            adopted=f"{head.original} {head.digest}",
        )
        session.add(item)
        if head.status == "current":
            file = _file(session, head.path, datetime.now(UTC))
            file.state = ADOPTED
            session.flush()
            session.add(FileItem(file=file.id, item=item.id))
        count += 1
    session.flush()
    return count


def store(session: Session, context: Context, fact: FileFact, prepared: PreparedFile) -> None:
    """A file was read: what its items say now. Items it no longer holds are withdrawn unless another file does."""
    file = _file(session, fact.path, context.now)
    _set(file, fact, PUBLISHED, context.now)
    file.readers = versions.READERS
    if prepared.possibly_truncated:
        file.reason, file.detail = TRUNCATED, "The file was read while somebody still held it open for writing."
    before = set(session.scalars(sa.select(FileItem.item).where(FileItem.file == file.id)))
    now = {_store_item(session, context, file, prepared, each) for each in prepared.items}
    file.digest = prepared.digest
    session.add_all(FileItem(file=file.id, item=item) for item in now - before)
    _let_go(session, context, file, before - now)
    session.flush()


def quarantine(session: Session, context: Context, place: FileFact | Unusable, why: Unreadable) -> None:
    """A file cannot be read: the row has the reason, since when, and when it is read again. Its documents stay."""
    file = _file(session, place.path, context.now)
    fact = place if isinstance(place, FileFact) else NOWHERE
    is_new = (file.state, file.reason) != (QUARANTINED, why.code)
    # A file that changed begins anew.
    tries = 1 if file.state != QUARANTINED or _fact(file) != dataclasses.replace(fact, path="") else file.tries + 1
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
    """The bytes are those we know: only the facts are new."""
    file = _file(session, fact.path, context.now)
    _set(file, fact, PUBLISHED if file.digest else file.state, file.since if file.state == PUBLISHED else context.now)
    session.flush()


def move(session: Session, context: Context, moves: Mapping[str, FileFact]) -> None:
    """Files stand elsewhere now, by their old path; moved together, so that two may change places."""
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


def rehouse(session: Session, context: Context, gone: Collection[str], new: Mapping[str, FileFact]) -> None:
    """Of a lost ledger only the catalog's word is left: files that are gone, whose bytes stand at a new path now.

    `new` are the files at paths that were not known, by the digest of their bytes.
    """
    moves: dict[str, FileFact] = {}
    held = sa.select(Item.adopted, File.path).join(FileItem, FileItem.item == Item.id).join(File)
    for some in chunked(sorted(gone)):
        for adopted, path in session.execute(held.where(File.path.in_(some), Item.adopted.is_not(None))):
            digest = str(adopted).partition(" ")[0]
            if digest in new and new[digest] not in moves.values():
                moves[path] = new[digest]
    if moves:
        move(session, context, moves)


def remove(session: Session, context: Context, paths: Collection[str]) -> None:
    """Files are gone, and their items with them unless another file holds them."""
    _withdraw(session, context, _drop(session, paths))


def forget(session: Session, _context: Context, paths: Collection[str]) -> None:
    """Files are gone whose documents are to stay (`INGEST_ON_DELETE=keep`)."""
    _drop(session, paths)


def parting(on_delete: str) -> Part:
    """How to part with files that are gone, by what the setting says: `withdraw` or `keep`."""
    return forget if on_delete == "keep" else remove


def hold(session: Session, context: Context, paths: Collection[str]) -> None:
    """Files are missing, but a person must confirm that they were deleted."""
    values = {"state": HELD, "reason": "deletions-held", "detail": HELD_DETAIL, "since": context.now, "retry_at": None}
    for some in chunked(sorted(paths)):
        rows = sa.update(File).where(File.path.in_(some))
        # A file in quarantine is read again when it is back, which sets its state anew.
        session.execute(rows.where(File.state == QUARANTINED).values(size=NOWHERE.size))
        session.execute(rows.where(File.state != HELD).values(values))


def purge(session: Session, document: str) -> None:
    """Erases what is held of a redacted document: article, fingerprints and bytes; the item stays, to be known.

    The fingerprints of a template text are kept until its successors are queued for re-judging.
    """
    row = session.scalar(sa.select(Item).where(Item.document == document))
    if row is None:
        return
    row.status = "redacted"
    session.flush()
    articles.retire(session, [row.id])


def release(session: Session, context: Context, paths: Collection[str]) -> None:
    """Held files are there after all."""
    for row in rows_at(session, paths):
        row.state, row.since = _state_here(row), context.now
        row.reason = row.detail = None
    session.flush()


# The articles themselves


def item_name(path: str, member: str | None) -> model.ItemName:
    """What an item is called: by its path, or by its name inside the file."""
    return model.ItemName(path) if member is None else model.ItemName(f"{path}#{member}", "member", path)


def _file(session: Session, path: str, now: datetime) -> File:
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


def _store_item(session: Session, context: Context, file: File, prepared: PreparedFile, told: PreparedItem) -> int:
    """One item of a file, whose row has the digest of the bytes read before; the id of the item's row."""
    name = item_name(file.path, told.member)
    # Of several items that had this name the current one is it, else the last that was withdrawn.
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
    content = article_blob.packed(told.article)
    if article is not None and (
        article.content == content or (cause == "reprocessed" and _agree(article.content, content))
    ):
        return item.id
    item.status, item.path = "current", file.path
    # What the catalog knows needs no telling; but what it knows as withdrawn is restored.
    if cause in ("changed", "reprocessed") and item.adopted == f"{prepared.digest} {told.article.digest}":
        cause = articles.KNOWN
    item.adopted = None
    articles.store(session, context.now, item, article, articles.ItemReading(prepared, told, content, cause))
    return item.id


def _agree(*contents: bytes) -> bool:
    """Whether articles agree in title, paragraphs and metadata; notes and normaliser are no reason for an event."""
    articles_ = map(article_blob.unpacked, contents)
    first, *others = (dataclasses.replace(each, notes=(), normaliser=model.Normaliser("", "")) for each in articles_)
    return all(other == first for other in others)


def _let_go(session: Session, context: Context, file: File, items: Collection[int]) -> None:
    """A file holds these items no more; those that no file holds are withdrawn."""
    for some in chunked(sorted(items)):
        session.execute(sa.delete(FileItem).where(FileItem.file == file.id, FileItem.item.in_(some)))
    _withdraw(session, context, items)


def _drop(session: Session, paths: Collection[str]) -> set[int]:
    """The files at these paths are known no more; the items that they held."""
    items: set[int] = set()
    for some in chunked(sorted(paths)):
        files = list(session.scalars(sa.select(File.id).where(File.path.in_(some))))
        held = sa.delete(FileItem).where(FileItem.file.in_(files)).returning(FileItem.item)
        items.update(session.scalars(held))
        session.execute(sa.delete(File).where(File.id.in_(files)))
    return items


def _withdraw(session: Session, context: Context, items: Collection[int]) -> None:
    """Those of these items that no file holds are withdrawn."""
    held = sa.exists().where(FileItem.item == Item.id)
    current = sa.select(Item).where(Item.status == "current", ~held).order_by(Item.id)
    gone = []
    for some in chunked(sorted(items)):
        found = list(session.scalars(current.where(Item.id.in_(some))))
        articles.emit_pending(session, context.origin, found)
        for item in found:
            item.status = "withdrawn"
            item.observation += 1
            gone.append(item.id)
        outbox.put(session, [_withdrawn(context, item) for item in found])
    articles.retire(session, gone)


def _withdrawn(context: Context, item: Item) -> outbox.Event:
    change = events.ItemChange("withdrawn", item.path, reason="file-gone")
    return events.without_article(context.origin, item, change, context.now)


def _move_items(session: Session, context: Context, file: File, old: str) -> None:
    held = sa.select(Item).join(FileItem, FileItem.item == Item.id).where(FileItem.file == file.id)
    found = list(session.scalars(held))
    articles.emit_pending(session, context.origin, found)
    for item in found:
        if item.by != "guid":
            item.key = file.path + item.key.removeprefix(old)
        item.parent = file.path if item.parent == old else item.parent
        item.path = file.path
        item.observation += 1
    change = events.ItemChange("moved", file.path, previous_path=old)
    outbox.put(session, [events.without_article(context.origin, item, change, context.now) for item in found])
