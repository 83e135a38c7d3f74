"""Files are read in batches that fit into memory, one batch ahead of whoever takes them."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

import pytest

from ingest_service import intake, model
from ingest_service.folder import scan
from ingest_service.folder.folder_view import FolderDiff
from ingest_service.folder.scan import FileFact, Seen
from ingest_service.folder.schedule import Looks
from ingest_service.intake import Intake, Read
from ingest_service.settings import Limits
from ingest_service.workers.prepare import PreparedFile, Task
from tests.ingest.waiting import until

NOTHING_SEEN = Seen({}, {})
NOTHING_KNOWN = FolderDiff({}, NOTHING_SEEN, scan.diff({}, NOTHING_SEEN), {}, (), whole=True)
NO_MOVES = scan.MoveMatcher({})


class Workers:
    """Workers that are done when the test says so."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.cancelled: list[str] = []
        self.go_on = asyncio.Event()

    async def prepare(self, task: Task) -> PreparedFile:
        self.begun.append(task.fact.path)
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled.append(task.fact.path)
            raise
        return PreparedFile("sha-256:0", model.Original(b"", "text/plain", None), ())


def fact(name: str, size: int) -> FileFact:
    return FileFact(path=name, size=size, mtime_ns=0, ctime_ns=0, device=0, inode=0)


def opened(tmp_path: Path, workers: Workers) -> Intake:
    return Intake(tmp_path, Limits(), workers, Looks(lambda: 0.0))  # type: ignore[arg-type]  # Only `prepare` is asked.


def names(batch: Sequence[Read]) -> list[str]:
    return [fact.path for fact, _ in batch]


async def test_a_batch_is_full_by_number_or_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BATCH_SIZE", 3)
    monkeypatch.setattr(intake, "BATCH_BYTES", 100)
    workers = Workers()
    workers.go_on.set()
    facts = [fact(name, size) for name, size in zip("abcdefgh", (1, 1, 1, 1, 98, 2, 500, 1), strict=True)]
    async with aclosing(opened(tmp_path, workers).readings(NOTHING_KNOWN, facts, NO_MOVES)) as readings:
        assert [names(batch) async for batch in readings] == [["a", "b", "c"], ["d", "e"], ["f"], ["g"], ["h"]]


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
