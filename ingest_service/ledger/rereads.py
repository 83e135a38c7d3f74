"""Files that are read again though they did not change: their reading failed, other readers read them, or furniture of
their site was learned since.

Functions of a Session, and the backlog that claims files in bounded batches. What is to be read again is in the rows of
the files, so that it survives a restart, and any process may ask for it.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from ingest_service import versions
from ingest_service.settings import BATCH_SIZE
from ingest_service.store import tables
from ingest_service.store.db import Database, chunked
from ingest_service.store.prepared import Prepared
from ingest_service.store.tables import Article, File, FileItem

# A file that was claimed and not read, since a writer holds it open for example, is claimed again after this time.
CLAIM = timedelta(minutes=1)
# How often the same bytes are read again for furniture that was learned since.
MOST_FURNITURE_REREADS = 3

log = structlog.get_logger()


class RereadBacklog:
    """The files to be read again, so many at a time. One for each run of the service."""

    def __init__(self, database: Database, workers: int) -> None:
        self._database = database
        self._workers = workers
        self._outdated: int | None = None

    async def claim(self, now: datetime) -> list[str]:
        """Paths of files to read again now; none when nothing is to be done. Raises DatabaseAway.

        Files whose reading failed are few at a time, one for each worker: each may cost the whole time limit, and what
        changes in the folder waits meanwhile.
        """
        if self._outdated is None:
            await self._begin(now)
        if await self._database.read(is_due, now):
            return await self._database.write(claim_due, now, self._workers)
        if not self._outdated:
            return []
        paths = await self._database.write(claim_outdated, now, BATCH_SIZE)
        self._outdated = max(0, self._outdated - len(paths)) if paths else 0
        log.info("files are read again", now=len(paths), left=self._outdated)
        return paths

    async def recount(self) -> None:
        """Counts anew what is to be read: other parts scheduled files. Raises DatabaseAway."""
        if self._outdated is not None:
            self._outdated = await self._database.read(count_outdated)

    async def _begin(self, now: datetime) -> None:
        await self._database.write(schedule_refused, now)
        self._outdated = await self._database.read(count_outdated)
        if self._outdated:
            log.info("files are to be read again", files=self._outdated, readers=versions.READERS)


def count(session: Session) -> int:
    """The number of files that are to be read again."""
    scheduled = sa.select(sa.func.count()).where(File.retry_at.is_not(None))
    return (session.scalar(scheduled) or 0) + count_outdated(session)


def count_outdated(session: Session) -> int:
    """The number of published files that other readers read, and that are not scheduled yet."""
    counted = sa.select(sa.func.count()).select_from(File)
    return sum(session.scalar(counted.where(*part)) or 0 for part in _outdated())


def schedule_refused(session: Session, now: datetime) -> None:
    """Schedules at once the files that other readers refused: this release may read them."""
    refused = sa.update(File).where(
        File.state == tables.QUARANTINED, File.retry_at.is_(None), File.readers != versions.READERS
    )
    session.execute(refused.values(retry_at=now, tries=0))


def schedule_for_furniture(session: Session, items: Collection[int], *, count: bool = True) -> int:
    """Schedules the files that hold these items or copies of them, as pages whose furniture is known now; how many.

    Unless a person asks for it (`count` is false), the same bytes are read again three times at most.
    """
    scheduled = 0
    for chunk in chunked(sorted(items)):
        digests = sa.select(Article.folded_digest).where(Article.item.in_(chunk))
        copies = sa.select(Article.item).where(Article.folded_digest.in_(digests))
        files = sa.select(FileItem.file).where(FileItem.item.in_(copies))
        due = sa.update(File).where(
            File.id.in_(files), File.state == tables.PUBLISHED, File.readers != tables.FURNITURE_LEARNED
        )
        if count:
            due = due.where(File.furniture_rereads < MOST_FURNITURE_REREADS)
        values = {"readers": tables.FURNITURE_LEARNED, "furniture_rereads": File.furniture_rereads + int(count)}
        scheduled += len(list(session.scalars(due.values(values).returning(File.id))))
    return scheduled


def retry(session: Session, now: datetime, reason: str | None = None) -> int:
    """Schedules at once the files in quarantine, or those with one reason; how many."""
    refused = sa.update(File).where(File.state == tables.QUARANTINED)
    if reason is not None:
        refused = refused.where(File.reason == reason)
    return len(list(session.scalars(refused.values(retry_at=now, tries=0).returning(File.id))))


def is_due(session: Session, now: datetime) -> bool:
    """Whether a scheduled file is due. It runs at each tick, so it reads the end of an index only."""
    [row] = _select_first_due.rows(session)
    return row.first is not None and row.first <= now


@Prepared
def _select_first_due() -> sa.Select[datetime]:
    return sa.select(sa.func.min(File.retry_at).label("first"))


def claim_due(session: Session, now: datetime, limit: int) -> list[str]:
    """Claims scheduled files that are due, those that have waited longest first."""
    return _claim(session, now, sa.select(File.id).where(File.retry_at <= now).order_by(File.retry_at).limit(limit))


def claim_outdated(session: Session, now: datetime, limit: int) -> list[str]:
    """Claims published files that another version of the readers has read."""
    paths: list[str] = []
    for part in _outdated():
        due = sa.select(File.id).where(*part).order_by(File.readers).limit(limit - len(paths))
        paths += _claim(session, now, due)
    return paths


def _outdated() -> Iterator[tuple[sa.ColumnElement[bool], ...]]:
    """Published files that other readers read, in two parts: a range of an index on each side of this version."""
    for other in (File.readers < versions.READERS, File.readers > versions.READERS):
        yield other, File.state == tables.PUBLISHED, File.retry_at.is_(None)


def _claim(session: Session, now: datetime, ids: sa.Select[int]) -> list[str]:
    claimed = sa.update(File).where(File.id.in_(ids.scalar_subquery())).values(retry_at=now + CLAIM)
    return sorted(session.scalars(claimed.returning(File.path)))
