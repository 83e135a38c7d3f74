"""What the ledger knows of files by path and state, of volumes, of articles to be judged. Functions of a Session."""

import ast
import uuid
from collections.abc import Collection, Iterable
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service import versions
from ingest_service.folder import volumes
from ingest_service.folder.scan import FileFact, Known
from ingest_service.folder.volumes import Volume
from ingest_service.store import bulk, state
from ingest_service.store.prepared import Prepared
from ingest_service.store.tables import DONE, HELD, QUEUED, Article, DeletedTemplate, File, FileItem, Item

# Articles of another release. Two conditions, since no index serves "unequal".
OUTDATED = (Article.sameness_version < versions.SAMENESS, Article.sameness_version > versions.SAMENESS)
# Rows of all files that are in memory at once.
LOADED_AT_ONCE = 1_000
_FACTS = sa.select(
    File.path, File.size, File.mtime_ns, File.ctime_ns, File.device, File.inode, File.digest, File.state,
    sa.exists().where(FileItem.file == File.id).label("is_document"),
)  # fmt: skip


_ALL_FACTS = Prepared(lambda: _FACTS)
_FACTS_AT_PATHS = Prepared(lambda: _FACTS.where(bulk.any_of(File.path)))
_FACTS_WITH_INODES = Prepared(lambda: _FACTS.where(bulk.any_of(File.inode)))
_FACTS_BELOW = Prepared(lambda: _FACTS.where(File.path >= sa.bindparam("first"), File.path < sa.bindparam("end")))


def known_files(session: Session) -> dict[str, Known]:
    """All files by path."""
    with closing(_ALL_FACTS.stream(session, LOADED_AT_ONCE)) as rows:
        return _by_path(rows)


def known_files_around(session: Session, paths: Collection[str], facts: Collection[FileFact]) -> dict[str, Known]:
    """The files at these paths and below them, and those whose device and inode are those of one of the facts."""
    identities = {fact.identity for fact in facts}
    files = _by_path(bulk.rows(session, _FACTS_AT_PATHS, {*paths, *(fact.path for fact in facts)}))
    # Paths without a file, now and before, may be folders that were moved away or deleted.
    for folder in sorted(set(paths) - {fact.path for fact in facts} - files.keys()):
        files |= _by_path(_FACTS_BELOW.rows(session, first=f"{folder}/", end=f"{folder}0"))
    same_inode = _by_path(bulk.rows(session, _FACTS_WITH_INODES, {inode for _, inode in identities}))
    return files | {path: file for path, file in same_inode.items() if file.fact.identity in identities}


def paths_below(session: Session, folders: Collection[str]) -> list[str]:
    """The files at or below these paths; an empty path is the watched folder itself."""
    paths: set[str] = set()
    for folder in folders:
        condition = sa.or_(File.path == folder, _is_below(folder)) if folder else sa.true()
        paths.update(session.scalars(sa.select(File.path).where(condition)))
    return sorted(paths)


def held_paths(session: Session) -> list[str]:
    """The files whose deletion is held, by path."""
    return list(session.scalars(sa.select(File.path).where(File.state == HELD).order_by(File.path)))


def counts(session: Session) -> dict[str, int]:
    """How many files are in each state; states without files are left out."""
    rows = sa.select(File.state, sa.func.count().label("count_")).group_by(File.state)
    return {row.state: row.count_ for row in session.execute(rows)}


def unjudged(session: Session) -> int:
    """How many articles are to be judged, for the first time or again, and how many templates were deleted."""
    questions = (
        sa.select(sa.func.count()).select_from(Article).where(QUEUED),
        *(sa.select(sa.func.count()).select_from(Article).where(Article.judging == DONE, each) for each in OUTDATED),
        sa.select(sa.func.count()).select_from(DeletedTemplate),
    )
    return sum(session.scalar(question) or 0 for question in questions)


def file_states(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int = 100
) -> list[contract.FileState]:
    """Up to `limit` files with their state, reason and documents, by path; only those that sort after `after`."""
    query = sa.select(File).order_by(File.path).limit(limit)
    if state is not None:
        query = query.where(File.state == state)
    if after is not None:
        query = query.where(File.path > after)
    rows = list(session.scalars(query))
    documents = _documents(session, [row.id for row in rows])
    return [
        contract.FileState(
            path=row.path,
            state=row.state,
            reason=row.reason,
            detail=row.detail,
            size=max(row.size, 0),
            digest=row.digest,
            documents=tuple(documents.get(row.id, ())),
            since=row.since,
            retry_at=row.retry_at,
        )
        for row in rows
    ]


def _documents(session: Session, files: Collection[int]) -> dict[int, list[uuid.UUID]]:
    """The documents of each of these files, by the id of its row."""
    items = sa.select(FileItem.file, Item.document).join(Item, Item.id == FileItem.item)
    documents: dict[int, list[uuid.UUID]] = {}
    for row in session.execute(items.where(FileItem.file.in_(files))):
        documents.setdefault(row.file, []).append(uuid.UUID(row.document))
    return documents


def _is_below(folder: str) -> sa.ColumnElement[bool]:
    """Whether a path lies below a folder: a range, for an index; "0" is the character after "/"."""
    return sa.and_(File.path >= f"{folder}/", File.path < f"{folder}0")


def _by_path(rows: Iterable[Any]) -> dict[str, Known]:
    return {
        path: Known(FileFact(path, *facts), digest, is_document, state == HELD)
        for path, *facts, digest, state, is_document in rows
    }


def remembered_volumes(session: Session) -> dict[str, Volume]:
    """The volumes that are trusted; none before the first complete scan."""
    text = state.get(session, "volumes")
    if text is not None:
        return volumes.loaded(text)
    # Release 0.1.0 recorded device and inode of the folder only.
    old = state.get(session, "root")
    if old is None:
        return {}
    device, inode = ast.literal_eval(old)
    return {volumes.ROOT: Volume("", device, inode, "")}
