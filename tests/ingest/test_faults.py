"""Faults of the database and of the program while the folder is brought in: what is waited for, and what is not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from multiprocessing import spawn
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.orm import Session

from ingest_service.deletions import Deletions
from ingest_service.delivery import outbox
from ingest_service.errors import DatabaseAway, DatabaseUnusable, WorkersUnavailable
from ingest_service.failures import Failures
from ingest_service.index import mirror
from ingest_service.judging.judge import Judge
from ingest_service.pipeline import Pipeline
from ingest_service.settings import Limits, Settings
from ingest_service.store import db
from ingest_service.store.db import Database
from ingest_service.store.tables import File
from ingest_service.workers.pool import WorkerPool
from tests import templates
from tests.ingest.waiting import until
from tests.ingest.workers import fork_servers

LIMITS = Limits(workers=1, settle_seconds=0.05, tick_seconds=0.05)
TEXT = "Talks resume in Geneva\n\n" + "\n\n".join(f"Envoys of {number} sides met on Monday." for number in range(2_000))


@pytest.fixture
def database(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database that waits for a lock no longer than a moment."""
    monkeypatch.setattr(db, "BUSY_MILLISECONDS", 20)
    made = Database(sqlite_url)
    templates.bring_up(made)
    yield made
    made.close()


@pytest.fixture
def pipeline(database: Database, tmp_path: Path, workers: WorkerPool) -> Pipeline:
    """A pipeline over an empty folder."""
    (tmp_path / "seeds").mkdir()
    return Pipeline(Settings(seeds=tmp_path / "seeds", limits=LIMITS), database, workers, lambda: None)


@asynccontextmanager
async def running(pipeline: Pipeline) -> AsyncIterator[None]:
    """The pipeline runs until the block ends, and stops cleanly."""
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until_it_dies(pipeline: Pipeline) -> None:
    """Runs the pipeline until it raises by itself; fails when it goes on."""
    stop = asyncio.Event()
    task = asyncio.create_task(pipeline.run(stop))
    died, _ = await asyncio.wait({task}, timeout=20)
    stop.set()
    outcome = await asyncio.gather(task, return_exceptions=True)
    assert died, f"it went on, and ended with {outcome}"
    await task


def pending(database: Database) -> int:
    """How many events the outbox holds."""
    with database.reading() as session:
        return sum(outbox.counts(session).values())


def degraded(pipeline: Pipeline, word: str) -> bool:
    """Whether the health of the pipeline names this reason."""
    return any(word in reason for reason in pipeline.health.reasons)


async def test_a_full_disk_is_waited_for_and_nothing_is_lost(
    pipeline: Pipeline, database: Database, tmp_path: Path
) -> None:
    pages = [1]
    # A limit below the size of the file keeps it at this size: what needs a new page fails as on a full disk.
    event.listen(database.engine, "begin", lambda each: each.exec_driver_sql(f"PRAGMA max_page_count = {pages[0]}"))
    (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
    async with running(pipeline):
        await until(lambda: degraded(pipeline, "full"), "the disk to be full")
        assert pending(database) == 0
        pages[0] = 1_000_000
        await until(lambda: pending(database) == 1, "the event")
        await until(lambda: pipeline.health.healthy, "the pipeline to be healthy")


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """While it is in force no worker process can be started, nor the fork server that would fork it."""
    with monkeypatch.context() as failing, fork_servers.own(failing):
        failing.setattr(spawn, "_python_exe", b"/no/such/python")
        yield failing


async def test_workers_that_cannot_be_started_for_a_while_are_waited_for(
    database: Database, tmp_path: Path, no_workers: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
    with closing(WorkerPool(LIMITS)) as workers:
        settings = Settings(seeds=tmp_path / "seeds", limits=LIMITS)
        pipeline = Pipeline(settings, database, workers, lambda: None)
        async with running(pipeline):
            await until(lambda: degraded(pipeline, "/no/such/python"), "the reason")
            no_workers.undo()
            await until(lambda: pending(database) == 1, "the event")
            await until(lambda: pipeline.health.healthy, "the pipeline to be healthy")


@pytest.mark.usefixtures("no_workers")
async def test_workers_that_cannot_be_started_at_all_end_the_part(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr("ingest_service.failures.MAX_WORKER_FAILURES", 3)
    with closing(WorkerPool(LIMITS)) as workers:
        settings = Settings(seeds=tmp_path / "seeds", limits=LIMITS)
        with pytest.raises(WorkersUnavailable):
            await until_it_dies(Pipeline(settings, database, workers, lambda: None))
    with database.reading() as session:
        assert session.scalars(sa.select(File.state)).all() == []


async def test_a_locked_database_is_waited_for_and_nothing_is_lost(
    pipeline: Pipeline, database: Database, tmp_path: Path
) -> None:
    async with running(pipeline):
        await until(pipeline.scanned.is_set, "the first scan")
        with database.engine.connect().execution_options(immediate=True) as other, other.begin():
            (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
            await until(lambda: degraded(pipeline, "locked"), "the database to be locked")
        await until(lambda: pending(database) == 1, "the event")
        await until(lambda: pipeline.health.healthy, "the pipeline to be healthy")


async def test_a_change_whose_judging_fails_is_not_stored_and_read_again(
    pipeline: Pipeline, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[list[str]] = []
    judge, record = Judge.judge, Failures.record

    def fail_once(self: Judge, session: Session, limit: int) -> int:
        judged = judge(self, session, limit)
        if judged and not stored:
            raise DatabaseAway("the disk is full")
        return judged

    def record_with_files(self: Failures, error: DatabaseAway) -> None:
        stored.append(paths(database))
        record(self, error)

    async with running(pipeline):
        await until(pipeline.scanned.is_set, "the first scan")
        monkeypatch.setattr(Judge, "judge", fail_once)
        monkeypatch.setattr(Failures, "record", record_with_files)
        (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
        await until(lambda: pending(database) == 1, "the event")
        await until(lambda: pipeline.health.healthy, "the pipeline to be healthy")
        (tmp_path / "seeds" / "b.txt").write_text(f"{TEXT} And that is all.", encoding="utf-8")
        await until(lambda: pending(database) == 2, "the event of the other file")
    assert (stored, paths(database)) == ([[]], ["a.txt", "b.txt"])
    with database.reading() as session:
        [_, other] = outbox.claim(session, limit_events=10, limit_bytes=10**7, now=datetime.now(UTC))
    assert b'"relations":[{' in other.body


def paths(database: Database) -> list[str]:
    """The files of the ledger."""
    with database.reading() as session:
        return list(session.scalars(sa.select(File.path).order_by(File.path)))


async def test_what_a_failed_scan_has_put_into_the_outbox_is_sent_at_once(
    database: Database, tmp_path: Path, workers: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (seeds := tmp_path / "seeds").mkdir()
    (seeds / "a.txt").write_text(TEXT, encoding="utf-8")
    woken_with: list[int] = []
    pipeline = Pipeline(
        Settings(seeds=seeds, limits=LIMITS), database, workers, lambda: woken_with.append(pending(database))
    )

    confirm = Deletions.confirm

    async def fail_after(*arguments: Any, **options: Any) -> bool:  # noqa: ANN401  As `confirm` has them.
        if await confirm(*arguments, **options):
            raise DatabaseAway("the disk is full")
        return False

    async with running(pipeline):
        await until(lambda: 1 in woken_with, "the event of the new file")
        monkeypatch.setattr(Deletions, "confirm", fail_after)
        (seeds / "a.txt").unlink()
        await until(lambda: 2 in woken_with, "the relay to be woken for the event of the deletion")


async def test_a_fault_of_the_program_is_not_waited_for(pipeline: Pipeline, database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        session.execute(sa.text("DROP TABLE article"))
    (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(exc.OperationalError, match="no such table"):
        await until_it_dies(pipeline)


def overwrite(database: Database) -> None:
    """Writes a text over the database."""
    database.engine.dispose()
    Path(str(database.engine.url.database)).write_text("no database any more " * 1_000, encoding="utf-8")


async def test_a_damaged_database_is_not_waited_for(pipeline: Pipeline, database: Database) -> None:
    overwrite(database)
    with pytest.raises(DatabaseUnusable):
        await until_it_dies(pipeline)


async def test_a_fault_of_the_task_that_saves_checkpoints_ends_the_part(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: Session) -> None:
        raise ValueError("poison")

    monkeypatch.setattr(mirror, "save", fail)
    monkeypatch.setattr(mirror, "CHECKPOINT_ROWS", 0)
    (tmp_path / "seeds" / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ValueError, match="poison"):
        await until_it_dies(pipeline)
