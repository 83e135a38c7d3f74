"""The rules for the items of a file that was read: their names, order, cancellation and embargo. Pure.

Items of the same guid are one item, whatever files hold them. The publisher's version orders its articles: one that is
older than what is known is emitted, and the catalog keeps it as a version that is late. An item that its publisher
cancels is withdrawn, and only a newer version restores it. An item under embargo is not stored at all until its file is
read again.
"""

import dataclasses
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from catalog_service import contract
from ingest_service import model
from ingest_service.delivery.events import ItemChange
from ingest_service.ledger.batch import Batch, NewArticle
from ingest_service.ledger.classes import class_of
from ingest_service.store import article_blob
from ingest_service.store.rows import FileRow, ItemRow
from ingest_service.store.tables import EMBARGO, NO_READERS, RELEASED, WITHHELD
from ingest_service.workers.prepare import PreparedFile, PreparedItem

CANCELLED = "cancelled"
# PostgreSQL indexes no key of more bytes: one of the longest path and a digest fits. The catalog accepts no longer
# version.
LONGEST_KEY = 2_665
LONGEST_VERSION = 2_000


@dataclass(frozen=True, slots=True)
class Embargo:
    """Items are held until a time; without one, until a person releases them."""

    until: datetime | None

    @property
    def reason(self) -> str:
        """The reason of the file's state."""
        return WITHHELD if self.until is None else EMBARGO

    @property
    def sentence(self) -> str:
        """Until when the items are held, and what to do."""
        if self.until is None:
            return "held: withheld without a date; to publish it: ingest-service release PATH"
        return f"held: embargo until {contract.format_time(self.until)}"


@dataclass(frozen=True, slots=True)
class _Read:
    """An item as it was read from a file, whose row still has the digest of the bytes that were read before."""

    file: FileRow
    prepared: PreparedFile
    item: PreparedItem
    name: model.ItemName

    @property
    def original(self) -> model.Original:
        """The bytes of the item: its own, else those of the file."""
        return self.item.original or self.prepared.original

    @property
    def original_digest(self) -> str:
        """The digest of these bytes."""
        return self.item.original.digest if self.item.original else self.prepared.digest

    def is_known(self, row: ItemRow) -> bool:
        """Whether the same bytes were read before: from this file, or before the ledger was lost."""
        return self.is_stored or self.original_digest == _adopted_original(row)

    @property
    def is_stored(self) -> bool:
        """Whether all items of these bytes are stored, and none of them is under embargo."""
        return self.prepared.digest == self.file.digest and self.file.readers != NO_READERS


def store(batch: Batch, file: FileRow, prepared: PreparedFile) -> tuple[set[int], Embargo | None]:
    """Stores the items of a file. Returns the ids of those that it holds, and the earliest embargo, if there is one.

    The bytes of the file would reveal an item under embargo, so that all items with these bytes are held with it. What
    was published of such an item before stays.
    """
    # Of several items with one name and version the last one counts.
    named = {name_of(file.path, item): item for item in prepared.items}
    read = [_Read(file, prepared, item, name) for name, item in named.items()]
    embargoes = {it.name: embargo for it in read if (embargo := _embargo(batch, it)) is not None}
    held_items = set()
    for it in read:
        if it.name not in embargoes and (not embargoes or it.item.original is not None):
            held_items.add(_store_item(batch, it))
        elif (row := batch.named(it.name)) is not None and row.id in batch.items_of(file.id):
            held_items.add(row.id)
    return held_items, _earliest(embargoes)


def name_of(path: str, item: PreparedItem) -> model.ItemName:
    """The name of an item: its guid; else the path of its file, with the name inside the file if it is a member."""
    publication = item.publication
    if publication.guid:
        version = publication.version
        return model.ItemName(
            _bounded("", publication.guid),
            "guid",
            version=version if version and len(version) <= LONGEST_VERSION else None,
        )
    if item.member is None:
        return model.ItemName(path)
    parent = path if item.parent is None else _bounded(f"{path}#", item.parent)
    return model.ItemName(_bounded(f"{path}#", item.member), "member", parent)


def _bounded(prefix: str, name: str) -> str:
    """The name after a prefix, as the catalog can store it; of one that is too long, its digest."""
    name = name.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    key = prefix + name
    return key if len(key.encode()) <= LONGEST_KEY else prefix + hashlib.sha256(name.encode()).hexdigest()


def _embargo(batch: Batch, read: _Read) -> Embargo | None:
    """The embargo of an item; None for one that may be published, was released, or is published already."""
    publication = read.item.publication
    until = publication.embargo
    is_open = publication.availability != "withheld" if until is None else until <= batch.now
    if is_open or publication.availability == "cancelled":
        return None
    if read.file.reason == RELEASED and read.file.digest == read.prepared.digest:
        return None
    row = batch.named(read.name)
    if row is not None and row.status == "current":
        was_published = read.is_stored and row.id in batch.items_of(read.file.id)
        if was_published or _adopted_original(row) == read.original_digest:
            return None
    return Embargo(until)


def _earliest(embargoes: Mapping[model.ItemName, Embargo]) -> Embargo | None:
    """The embargo that ends first; one without an end only if there is no other."""
    untils = [embargo.until for embargo in embargoes.values() if embargo.until is not None]
    return Embargo(min(untils, default=None)) if embargoes else None


def _store_item(batch: Batch, read: _Read) -> int:
    """Stores one item of a file. Returns its id."""
    row = batch.named(read.name) or _new_row(batch, read)
    if row.status == "redacted":
        return row.id
    if read.item.publication.availability == "cancelled":
        _cancel(batch, read, row)
    elif _is_overruled(read.name.version, row):
        _observe_late(batch, read, row)
    else:
        _observe(batch, read, row)
    return row.id


def _new_row(batch: Batch, read: _Read) -> ItemRow:
    name = read.name
    return ItemRow(
        id=batch.new_id(), key=name.key, by=name.by, parent=name.parent, version=name.version, path=read.file.path,
        document=str(uuid.uuid4()), observation=0, status="current", adopted=None,
    )  # fmt: skip


def _is_overruled(version: str | None, row: ItemRow) -> bool:
    """Whether an article of this version is older than what is known of its item.

    Where versions cannot be compared, what was read last is the newest, but for a cancellation, which remains.
    """
    if version is None or row.version is None:
        return row.status == CANCELLED
    own, newest = contract.version_order(version), contract.version_order(row.version)
    return own < newest or (own == newest and row.status == CANCELLED)


def _observe(batch: Batch, read: _Read, row: ItemRow) -> None:
    """The item has this article now, unless it has it already."""
    content, stored = read.item.article.content, batch.contents.get(row.id)
    cause = _cause(read, row)
    if stored is not None and row.version == read.name.version:
        is_same = article_blob.are_equal(stored, content) or (cause == "reprocessed" and _agree(stored, content))
        # A file whose article was replaced by that of another file is read again: the other one's is still the newest.
        if is_same or (cause == "reprocessed" and row.path != read.file.path):
            return
    # The catalog has the adopted content already, so no event is emitted, except to restore a withdrawn document.
    adopted = f"{read.original_digest} {read.item.article.digest}"
    is_known = cause in ("changed", "reprocessed") and row.adopted == adopted
    after = replace(
        row, status="current", path=read.file.path, version=read.name.version, adopted=None,
        observation=row.observation if is_known else row.observation + 1,
    )  # fmt: skip
    batch.put_article(after, _new_article(batch, read, after, None if is_known else cause))


def _cause(read: _Read, row: ItemRow) -> str:
    """The cause of the event about an article that is the newest of its item."""
    if row.observation == 0:
        return "created"
    if row.status != "current":
        return "restored"
    return "reprocessed" if read.is_known(row) else "changed"


def _observe_late(batch: Batch, read: _Read, row: ItemRow) -> None:
    """An article that is older than the newest of its item is emitted at once, without relations.

    The catalog knows by the versions that it is late. A cancellation follows again, since the catalog may have recorded
    it with a lower version, or without one.
    """
    if row.observation > 0 and read.is_known(row):
        return
    cause = "changed" if row.observation else "created"
    late = replace(row, observation=row.observation + 1, version=read.name.version, path=read.file.path)
    batch.observations.append((late, _new_article(batch, read, late, cause)))
    after = replace(row, observation=late.observation)
    if row.status == CANCELLED:
        after = replace(after, observation=after.observation + 1, path=read.file.path)
        batch.item_changes.append((after, ItemChange("withdrawn", after.path, reason=CANCELLED)))
    batch.put_item(after)


def _cancel(batch: Batch, read: _Read, row: ItemRow) -> None:
    """The publisher cancels the item, unless a newer version of it is known."""
    if _is_overruled(read.name.version, row):
        return
    after = replace(row, status=CANCELLED, version=read.name.version or row.version)
    if row.status == "current" and row.observation > 0:
        after = replace(after, observation=row.observation + 1)
        batch.delete_article(after, ItemChange("withdrawn", row.path, reason=CANCELLED))
    else:
        batch.put_item(after)


def _new_article(batch: Batch, read: _Read, row: ItemRow, cause: str | None) -> NewArticle:
    article, facts = read.item.article, read.item.facts
    return NewArticle(
        row.document, row.observation, batch.now, cause, article.digest, class_of(facts.folded_digest, row.document),
        facts.fingerprints, article.content, read.original, read.original_digest,
    )  # fmt: skip


def _adopted_original(row: ItemRow) -> str | None:
    """The digest of the original that the catalog has of an adopted item."""
    return row.adopted.partition(" ")[0] if row.adopted else None


def _agree(*contents: bytes) -> bool:
    """Whether articles agree in title, paragraphs and metadata. Other notes or rules alone make no event."""
    unpacked = map(article_blob.unpacked, contents)
    first, *others = (dataclasses.replace(it, notes=(), normaliser=model.Normaliser("", "")) for it in unpacked)
    return all(other == first for other in others)
