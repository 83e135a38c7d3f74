"""Files are read in batches that fit into memory, one batch ahead of whoever takes them."""

import asyncio
import pickle
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from ingest_service import intake, model, sameness
from ingest_service.folder import scan
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.moves import MoveMatcher
from ingest_service.folder.scan import FileFact, Known, Seen
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.intake import Intake, Read
from ingest_service.settings import Limits
from ingest_service.workers.prepare import FileResult, PreparedFile, PreparedItem, Task
from tests.ingest.waiting import until

NOTHING_SEEN = Seen({}, {})
NOTHING_KNOWN = FolderDiff({}, NOTHING_SEEN, scan.diff({}, NOTHING_SEEN), {}, (), whole=True)
NO_MOVES = MoveMatcher({}, {})
NO_BYTES = model.Original(b"", "text/plain", None)
ARTICLE = model.Article(title="A storm", paragraphs=("It rained.",))


class Workers:
    """Workers that are done when the test says so."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self.begun: list[str] = []
        self.tasks: list[list[str]] = []
        self.cancelled: list[str] = []
        self.go_on = asyncio.Event()

    async def prepare(self, task: Task) -> list[FileResult]:
        paths = [file.fact.path for file in task.files]
        self.tasks.append(paths)
        self.begun += paths
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled += paths
            raise
        return [PreparedFile("sha-256:0", NO_BYTES, ()) for _ in paths]


def fact(name: str, size: int) -> FileFact:
    return FileFact(path=name, size=size, mtime_ns=0, ctime_ns=0, device=0, inode=0)


def opened(tmp_path: Path, workers: Workers) -> Intake:
    return Intake(tmp_path, Limits(), workers, ScanSchedule(lambda: 0.0))  # type: ignore[arg-type]  # Only `prepare` is asked.


def names(batch: Sequence[Read]) -> list[str]:
    return [fact.path for fact, _ in batch]


class PickledTasks(Workers):
    """Workers that count the bytes of the tasks they get."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self.go_on.set()

    async def prepare(self, task: Task) -> list[FileResult]:
        self.size += len(pickle.dumps(task))
        names = (file.fact.path.removeprefix("new/") for file in task.files)
        return [PreparedFile(digest_at(name), NO_BYTES, ()) for name in names]


def digest_at(name: str) -> str:
    return model.digest_of(name.encode())


def moved_folder(names: Sequence[str], *, same_size: bool, renamed: bool) -> FolderDiff:
    """A folder of files moved from `old/` to `new/`: renamed, or copied, so that each has a new inode."""
    known, seen = {}, {}
    for number, name in enumerate(names):
        before = FileFact(f"old/{name}", 1 if same_size else number, 0, 0, 0, number)
        known[before.path] = Known(before, digest_at(name))
        inode = number if renamed else len(names) + number
        seen[f"new/{name}"] = before._replace(path=f"new/{name}", inode=inode)
    everything = Seen(seen, {})
    return FolderDiff(known, everything, scan.diff(known, everything), {}, (), whole=True)


@pytest.mark.parametrize("same_size", [False, True])
@pytest.mark.parametrize("renamed", [False, True])
async def test_the_tasks_of_a_moved_folder_grow_with_its_files_only(
    tmp_path: Path, same_size: bool, renamed: bool
) -> None:
    names = [f"{number:04}.txt" for number in range(8_000)]
    diff = moved_folder(names, same_size=same_size, renamed=renamed)
    moves, workers = MoveMatcher(diff.known, diff.difference.origins), PickledTasks()
    intake_ = opened(tmp_path, workers)
    moved: dict[str, str] = {}
    async with aclosing(intake_.readings(diff, diff.difference.to_read, moves)) as readings:
        async for batch in readings:
            outcome = intake_.outcome(diff, batch, (), moves)
            assert not outcome.stored
            moved |= {old: new.path for old, new in outcome.moved.items()}
    assert moved == {f"old/{name}": f"new/{name}" for name in names}
    # A file has at most 101 digests of 72 characters; where the sizes differ, it has one.
    assert workers.size < len(names) * (12_000 if same_size else 500)


async def test_a_moved_file_whose_digest_was_not_sent_keeps_its_document(tmp_path: Path) -> None:
    before = FileFact("old.txt", 7, 0, 0, 0, 1)
    known = {"old.txt": Known(before, digest_at("a"))}
    seen = Seen({"new.txt": fact("new.txt", 5)}, {})
    diff = FolderDiff(known, seen, scan.diff(known, seen), {}, (), whole=True)
    moves = MoveMatcher(known, diff.difference.origins)
    item = PreparedItem.of(None, ARTICLE, sameness.prepare(ARTICLE))
    read = PreparedFile(digest_at("a"), NO_BYTES, (item,))
    outcome = opened(tmp_path, Workers()).outcome(diff, [(seen.files["new.txt"], read)], (), moves)
    assert (outcome.moved, outcome.stored) == ({"old.txt": seen.files["new.txt"]}, [])


def test_a_close_reported_during_the_scan_of_the_file_causes_no_second_scan(tmp_path: Path) -> None:
    schedule = ScanSchedule(lambda: 0.0)
    intake = Intake(tmp_path, Limits(), Workers(), schedule)  # type: ignore[arg-type]  # No worker is asked.
    (tmp_path / "a.txt").write_text("Talks", encoding="utf-8")
    seen = scan.look(tmp_path, "a.txt")
    assert isinstance(seen, FileFact)
    schedule.scan_now("a.txt")
    assert intake.settled([seen], MoveMatcher({}, {})) == ([seen], set())
    assert not schedule.is_pending()


def test_a_file_that_was_replaced_during_its_scan_is_scanned_again(tmp_path: Path) -> None:
    schedule = ScanSchedule(lambda: 0.0)
    intake = Intake(tmp_path, Limits(), Workers(), schedule)  # type: ignore[arg-type]  # No worker is asked.
    (tmp_path / "a.txt").write_text("Talks", encoding="utf-8")
    seen = scan.look(tmp_path, "a.txt")
    assert isinstance(seen, FileFact)
    (tmp_path / "b.txt").write_text("Talks resume", encoding="utf-8")
    (tmp_path / "b.txt").rename(tmp_path / "a.txt")
    schedule.scan_now("a.txt")
    intake.settled([seen], MoveMatcher({}, {}))
    assert schedule.take() == (None, ["a.txt"])


def test_a_file_that_waited_for_the_longest_time_may_be_truncated_only_while_it_has_a_writer(tmp_path: Path) -> None:
    limits = Limits(settle_max_seconds=1e-9)
    intake = Intake(tmp_path, limits, Workers(), ScanSchedule(lambda: 0.0))  # type: ignore[arg-type]  # As above.
    with (tmp_path / "a.txt").open("w", encoding="utf-8"):
        seen = scan.look(tmp_path, "a.txt")
        assert isinstance(seen, FileFact)
        intake.settling.settled(seen)
        assert intake.settled([seen], MoveMatcher({}, {})) == ([seen], {"a.txt"})
    assert intake.settled([seen], MoveMatcher({}, {})) == ([seen], set())


async def test_a_batch_is_full_by_number_or_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_SIZE", 3)
    monkeypatch.setattr(intake, "BATCH_BYTES", 100)
    workers = Workers()
    workers.go_on.set()
    facts = [fact(name, size) for name, size in zip("abcdefgh", (1, 1, 1, 1, 98, 2, 500, 1), strict=True)]
    async with aclosing(opened(tmp_path, workers).readings(NOTHING_KNOWN, facts, NO_MOVES)) as readings:
        assert [names(batch) async for batch in readings] == [["a", "b", "c"], ["d", "e"], ["f"], ["g"], ["h"]]


async def test_a_task_is_full_by_number_or_by_size_and_a_large_file_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "TASK_FILES", 3)
    monkeypatch.setattr(intake, "TASK_BYTES", 100)
    workers = Workers()
    workers.go_on.set()
    facts = [fact(name, size) for name, size in zip("abcdefgh", (1, 1, 1, 1, 98, 2, 500, 1), strict=True)]
    async with aclosing(opened(tmp_path, workers).readings(NOTHING_KNOWN, facts, NO_MOVES)) as readings:
        assert [names(batch) async for batch in readings] == [list("abcdefgh")]
    assert workers.tasks == [["a", "b", "c"], ["d", "e"], ["f"], ["g"], ["h"]]


@pytest.mark.parametrize(("files", "count", "most"), [(100, 1, 20), (100, 8, 13), (30, 4, 8), (3, 8, 1)])
async def test_the_files_of_a_batch_are_shared_out_among_the_workers(
    tmp_path: Path, files: int, count: int, most: int
) -> None:
    workers = Workers(count)
    workers.go_on.set()
    facts = [fact(f"{number:03}", 1) for number in range(files)]
    async with aclosing(opened(tmp_path, workers).readings(NOTHING_KNOWN, facts, NO_MOVES)) as readings:
        assert [len(batch) async for batch in readings] == [files]
    assert max(map(len, workers.tasks)) == most
    assert len(workers.tasks) >= min(count, files)


async def test_one_batch_is_read_ahead_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_SIZE", 1)
    workers = Workers()
    workers.go_on.set()
    facts = [fact(name, 1) for name in "abcd"]
    async with aclosing(opened(tmp_path, workers).readings(NOTHING_KNOWN, facts, NO_MOVES)) as readings:
        assert names(await anext(readings)) == ["a"]
        await asyncio.sleep(0)
        assert workers.begun == ["a", "b"]
        workers.go_on.clear()
    await asyncio.sleep(0)
    assert workers.begun == ["a", "b"]


async def test_what_is_read_ahead_is_given_up_with_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_SIZE", 1)
    workers = Workers()
    facts = [fact(name, 1) for name in "ab"]
    async with aclosing(opened(tmp_path, workers).readings(NOTHING_KNOWN, facts, NO_MOVES)) as readings:
        first = asyncio.ensure_future(anext(readings))
        await until(lambda: workers.begun == ["a", "b"], "both batches to be begun")
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
    assert sorted(workers.cancelled) == ["a", "b"]
