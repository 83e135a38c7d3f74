"""A file is read again when what failed was not the file, or when the readers are other ones; never too often."""

import asyncio
import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest_service import errors, model, versions
from ingest_service.delivery import events
from ingest_service.errors import Unreadable
from ingest_service.folder.scan import FileFact
from ingest_service.ledger import entries, rereads
from ingest_service.ledger.batch import FileChanges
from ingest_service.pipeline import Pipeline
from ingest_service.store import article_blob
from ingest_service.store.db import Database
from ingest_service.store.tables import File
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import FileResult, PreparedFile, PreparedItem, Task
from tests.ingest.folders import LIMITS, OTHER, STORY, Folder, causes, made
from tests.ingest.ledger.test_entries import plans
from tests.ingest.waiting import until

DAY = timedelta(days=1)
TRANSIENT = [
    errors.NoAccess, errors.InputOutputError, errors.ReaderKilled, errors.ReaderDied, errors.TookTooLong
]  # fmt: skip


@dataclass
class FaultyPool:
    """A worker pool that fails as the test says, and whose readers the test can improve."""

    pool: WorkerPool
    faults: dict[str, list[type[Unreadable]]] = field(default_factory=dict)
    improve: Callable[[model.Article], model.Article] = lambda article: article
    reads: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  Whatever the pool has.
        return getattr(self.pool, name)

    async def prepare(self, task: Task) -> list[FileResult]:
        """Prepares each file of the task, or fails."""
        self.reads += [file.fact.path for file in task.files]
        return [await self._prepare_one(single) for single in task.divided()]

    async def _prepare_one(self, task: Task) -> FileResult:
        if faults := self.faults.get(task.files[0].fact.path):
            return faults.pop()()
        [result] = await self.pool.prepare(task)
        if not isinstance(result, PreparedFile):
            return result
        return dataclasses.replace(result, items=tuple(map(self._improved, result.items)))

    def _improved(self, item: PreparedItem) -> PreparedItem:
        article = self.improve(article_blob.unpacked(item.article.content))
        return PreparedItem.of(item.member, article, item.facts.unpacked())


@dataclass
class Clock:
    """The time of day of the pipeline."""

    now: datetime = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with closing(WorkerPool(LIMITS)) as opened:
        # It has started before the first test begins.
        opened.run(abs, 0).result()
        yield opened


@pytest.fixture
def workers(pool: WorkerPool) -> FaultyPool:
    return FaultyPool(pool)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(Pipeline, "_now", staticmethod(lambda: clock.now))
    return clock


@pytest.fixture
def folder(database_url: str, tmp_path: Path, workers: FaultyPool) -> Iterator[Folder]:
    (tmp_path / "seeds").mkdir()
    folder = made(database_url, tmp_path / "seeds", workers)  # type: ignore[arg-type]  # It does what a pool does.
    yield folder
    folder.database.close()


def to_read_again(folder: Folder) -> int:
    with folder.database.reading() as session:
        return rereads.count(session)


@pytest.mark.parametrize("fault", TRANSIENT)
async def test_a_failure_that_is_not_the_file_s_heals_by_itself(
    folder: Folder, workers: FaultyPool, clock: Clock, fault: type[Unreadable]
) -> None:
    folder.write("a.txt", STORY)
    workers.faults["a.txt"] = [fault]
    assert await folder.once() == []
    assert folder.states() == {"a.txt": ("quarantined", fault.code)}
    assert to_read_again(folder) == 1
    assert await folder.once() == []
    assert workers.reads == ["a.txt"]
    assert fault.retries
    clock.now += fault.retries.first * 2
    assert causes(await folder.once()) == [("created", "a.txt")]
    assert folder.states() == {"a.txt": ("published", None)}
    assert to_read_again(folder) == 0


async def test_a_file_that_is_itself_at_fault_is_not_read_again(
    folder: Folder, workers: FaultyPool, clock: Clock
) -> None:
    (folder.path / "a.txt").write_bytes(b"")
    assert await folder.once() == []
    clock.now += 30 * DAY
    assert await folder.once() == []
    assert workers.reads == ["a.txt"]
    assert to_read_again(folder) == 0


async def test_a_document_stays_while_its_file_cannot_be_read(
    folder: Folder, workers: FaultyPool, clock: Clock
) -> None:
    folder.write("a.txt", STORY)
    await folder.once()
    (folder.path / "a.txt").touch()
    workers.faults["a.txt"] = [errors.InputOutputError]
    assert await folder.once() == []
    assert folder.states() == {"a.txt": ("quarantined", "input-output-error")}
    clock.now += DAY
    assert await folder.once() == []
    assert folder.states() == {"a.txt": ("published", None)}


async def test_a_file_that_is_moved_while_it_cannot_be_read_is_out_of_quarantine(
    folder: Folder, workers: FaultyPool, clock: Clock
) -> None:
    folder.write("a.txt", STORY)
    await folder.once()
    (folder.path / "a.txt").touch()
    workers.faults["a.txt"] = [errors.InputOutputError]
    await folder.once()
    (folder.path / "a.txt").rename(folder.path / "b.txt")
    assert causes(await folder.once()) == [("moved", "b.txt")]
    assert folder.states() == {"b.txt": ("published", None)}
    clock.now += DAY
    assert await folder.once() == []


def attempts(database: Database, fault: type[Unreadable], duration: timedelta) -> list[datetime]:
    """When a file that fails for ever is read, from its first failure on."""
    fact, moments = FileFact("a.txt", 1, 1, 1, 1, 1), [datetime(2026, 11, 22, tzinfo=UTC)]
    while moments[-1] < moments[0] + duration:
        with database.writing() as session:
            context = entries.Context(events.Origin("seeds", "/ingest/seeds"), moments[-1])
            entries.enter(session, context, FileChanges(failed=[(fact, fault())]))
            moment = session.scalar(sa.select(File.retry_at))
        if moment is None:
            break
        moments.append(moment)
    return moments


@pytest.mark.parametrize("fault", TRANSIENT)
def test_attempts_become_rare_and_end_only_where_the_file_is_most_likely_at_fault(
    folder: Folder, fault: type[Unreadable]
) -> None:
    moments = attempts(folder.database, fault, 4 * DAY)
    assert fault.retries
    if fault is errors.ReaderDied:
        assert len(moments) == fault.retries.attempts
        assert to_read_again(folder) == 0
        return
    assert moments[-1] > moments[0] + 4 * DAY
    assert moments[-1] - moments[-2] >= fault.retries.longest
    assert len(moments) < 15 + 4 * DAY / fault.retries.longest


def test_a_file_that_changed_begins_anew(folder: Folder) -> None:
    attempts(folder.database, errors.ReaderDied, DAY)
    with folder.database.writing() as session:
        context = entries.Context(events.Origin("seeds", "/ingest/seeds"), datetime.now(UTC))
        changed = FileFact("a.txt", 2, 2, 2, 1, 1)
        entries.enter(session, context, FileChanges(failed=[(changed, errors.ReaderDied())]))
        assert session.scalars(sa.select(File.tries)).one() == 1


async def test_other_readers_read_everything_again_and_only_what_differs_is_sent(
    folder: Folder, workers: FaultyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereads, "BATCH_SIZE", 3)
    for number in range(8):
        folder.write(f"{number}.txt", f"{STORY}\n\nNumber {number}.")
    folder.write("same.txt", OTHER)
    created = {event["path"]: event["document"] for event in await folder.once()}
    workers.reads.clear()

    def improve(article: model.Article) -> model.Article:
        noted = dataclasses.replace(article, notes=(), normaliser=model.Normaliser("other", "2"))
        return dataclasses.replace(noted, language="fr") if "Number 5" in article.text else noted

    workers.improve = improve
    monkeypatch.setattr(versions, "READERS", "other")
    assert to_read_again(folder) == 9
    new_events = [event for event in await folder.once() if event["cause"] != "related"]
    assert [(event["cause"], event["document"]) for event in new_events] == [("reprocessed", created["5.txt"])]
    assert new_events[0]["article"]["normaliser"] == {"name": "other", "version": "2"}
    assert sorted(workers.reads) == sorted(created)
    assert to_read_again(folder) == 0
    assert await folder.once() == []
    assert sorted(workers.reads) == sorted(created)


async def test_a_format_that_no_reader_knew_is_read_once_one_does(
    folder: Folder, workers: FaultyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.txt", STORY)
    workers.faults["a.txt"] = [errors.UnknownFormat]
    assert await folder.once() == []
    assert await folder.once() == []
    monkeypatch.setattr(versions, "READERS", "other")
    assert causes(await folder.once()) == [("created", "a.txt")]


async def test_a_file_refused_by_other_readers_stays_refused(
    folder: Folder, workers: FaultyPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.path / "a.txt").write_bytes(b"")
    os.mkfifo(folder.path / "pipe")
    await folder.once()
    monkeypatch.setattr(versions, "READERS", "other")
    await folder.once()
    assert workers.reads == ["a.txt", "a.txt"]
    assert to_read_again(folder) == 0


async def test_reading_again_goes_on_where_it_was_interrupted(
    folder: Folder, workers: FaultyPool, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereads, "BATCH_SIZE", 2)
    paths = [f"{number}.txt" for number in range(7)]
    for path in paths:
        folder.write(path, f"{STORY}\n\nIt is {path}.")
    await folder.once()
    workers.reads.clear()
    monkeypatch.setattr(versions, "READERS", "other")

    class Killed(BaseException):
        """Nothing of ours may catch this."""

    enter, entered = entries.enter, []

    def dies_in_the_second_batch(*arguments: Any) -> None:  # noqa: ANN401  As what it replaces.
        enter(*arguments)
        entered.append(arguments)
        if len(entered) == 2:
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(entries, "enter", dies_in_the_second_batch)
        with pytest.raises(Killed):
            await folder.once()
    assert to_read_again(folder) == 5
    clock.now += rereads.CLAIM
    await folder.once()
    assert to_read_again(folder) == 0
    assert len(workers.reads) == 4 + 5


async def test_a_running_service_notices_that_a_person_asks_for_another_attempt(
    folder: Folder, workers: FaultyPool, database_url: str
) -> None:
    for name, fault in (("a.txt", errors.UnknownFormat), ("b.txt", errors.Undecodable)):
        folder.write(name, f"{STORY}\n\nIt is {name}.")
        workers.faults[name] = [fault]
    pipeline, stop = folder.pipeline(), asyncio.Event()
    running = asyncio.create_task(pipeline.run(stop))
    await until(lambda: len(folder.states()) == 2, "both files to be refused")
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", "from ingest_service.cli.commands import main; main()", "retry", "--files", "--reason",
         "unknown-format"],
        env={**os.environ, "INGEST_DATABASE_URL": database_url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "1 files will be read again.\n"), done.stderr
    await until(lambda: folder.states()["a.txt"] == ("published", None), "the file to be read again")
    assert folder.states()["b.txt"] == ("quarantined", "undecodable")
    stop.set()
    await running


async def test_a_file_that_is_missing_when_it_is_to_be_read_again_is_not_withdrawn(
    folder: Folder, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    await folder.once()
    folder.path.rename(folder.path.with_name("elsewhere"))
    folder.path.mkdir()
    monkeypatch.setattr(versions, "READERS", "other")
    pipeline = folder.pipeline()
    pipeline.scanned.set()
    for _ in range(3):
        await pipeline._read_again()
        clock.now += DAY
    assert folder.news() == []
    assert set(folder.states().values()) == {("published", None)}


def test_files_to_be_read_again_are_found_by_indexes(folder: Folder) -> None:
    statements: list[tuple[str, Any]] = []
    sa.event.listen(
        folder.database.engine,
        "before_cursor_execute",
        lambda *arguments: statements.append((arguments[2], arguments[3])),
    )
    now = datetime.now(UTC)
    with folder.database.writing() as session:
        rereads.is_due(session, now)
        rereads.claim_due(session, now, 1)
        rereads.claim_outdated(session, now, 100)
    file_queries = [(statement, parameters) for statement, parameters in statements if "file" in statement]
    assert len(file_queries) == 4
    for plan in plans(folder.database, file_queries):
        assert "ix_file_retry_at" in plan or "ix_file_readers" in plan, plan
        assert "SCAN file\n" not in plan
        assert "Seq Scan on file" not in plan
