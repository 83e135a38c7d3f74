"""Files and items that an empty ledger adopted from the catalog, until they are read; functions of a Session."""

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.folder.scan import FileFact
from ingest_service.ledger import decide, entries, load, write
from ingest_service.ledger.batch import Batch, FileChanges
from ingest_service.store.db import IN_ONE_STATEMENT, chunked
from ingest_service.store.rows import ItemRow
from ingest_service.store.tables import ADOPTED, File, FileItem, Item


def adopt(session: Session, heads: Iterable[contract.Head]) -> int:
    """Adds the items of the catalog's heads to an empty ledger, and the files of the current ones. Returns how many."""
    now, count, rest = datetime.now(UTC), 0, iter(heads)
    while chunk := list(itertools.islice(rest, IN_ONE_STATEMENT)):
        batch = load.load_files(session, now, {head.path for head in chunk})
        for head in chunk:
            _adopt(batch, head)
        write.write_rows(session, batch)
        count += len(chunk)
    return count


def _adopt(batch: Batch, head: contract.Head) -> None:
    item = ItemRow(
        id=batch.new_id(), key=head.item.key, by=head.item.by, parent=head.item.parent, version=head.item.version,
        path=head.path, document=str(head.document), observation=head.observation, status=head.status,
        adopted=f"{head.original} {head.digest}",
    )  # fmt: skip
    batch.put_item(item)
    if head.status == "current":
        file = decide.file_at(batch, head.path)
        batch.files[file.path] = replace(file, state=ADOPTED)
        batch.hold(file.id, item.id)


def move_adopted(
    session: Session, context: entries.Context, deleted: Collection[str], new: Mapping[str, FileFact]
) -> None:
    """Moves adopted files that are not at their path to new paths with the same bytes.

    An adopted file has no row with its device and inode, so only the digest of its original can show a move. `new` has
    the files at paths that the ledger did not know, by the digest of their bytes. Only the path is
    moved: if the ledger had the facts of the file too, a kill before the file is stored would leave it unread.
    """
    moves: dict[str, FileFact] = {}
    taken: set[str] = set()
    adopted = sa.select(Item.adopted, File.path).join(FileItem, FileItem.item == Item.id).join(File)
    for paths in chunked(sorted(deleted)):
        for digests, path in session.execute(adopted.where(File.path.in_(paths), Item.adopted.is_not(None))):
            digest = str(digests).partition(" ")[0]
            if digest in new and new[digest].path not in taken:
                taken.add(new[digest].path)
                moves[path] = decide.NOWHERE._replace(path=new[digest].path)
    if moves:
        entries.enter(session, context, FileChanges(moved=moves))
