"""The watcher: it watches the folder that is at the path, and schedules what events report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_service.errors import SourceAway
from ingest_service.folder.schedule import ScanSchedule
from ingest_service.folder.settling import Settling
from ingest_service.folder.watcher import FolderWatcher
from ingest_service.settings import Limits
from tests.ingest.waiting import until

CHECK_SECONDS = 10.0


class Clock:
    """A clock that only the test advances, in seconds."""

    now = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Watched:
    """A watcher of a folder, its schedule, and its clock."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.root = root
        self.clock = Clock()
        self.schedule = ScanSchedule(self.clock)
        settling = Settling(root, Limits(), self.clock)
        self.watcher = FolderWatcher(root, self.schedule, settling, CHECK_SECONDS, self.clock)

    def replace(self) -> None:
        """Renames the folder away and makes another one at its path."""
        self.root.rename(self.root.with_name("away"))
        self.root.mkdir()


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "seeds")
    yield watched
    watched.watcher.stop()


async def test_the_whole_folder_is_scanned_once_it_is_watched(watched: Watched) -> None:
    await watched.watcher.renew()
    assert watched.schedule.take() == ("the watch begins", [])
    await watched.watcher.renew()
    assert not watched.schedule.is_pending()


async def test_an_event_schedules_its_path_until_that_is_scanned(watched: Watched) -> None:
    await watched.watcher.renew()
    watched.schedule.take()
    (watched.root / "a.txt").write_text("news", encoding="utf-8")
    await until(watched.schedule.is_pending, "the event")
    assert watched.schedule.take() == (None, ["a.txt"])
    assert watched.watcher.has_reported("a.txt/member")
    watched.watcher.forget(["a.txt"])
    assert not watched.watcher.has_reported("a.txt")


async def test_a_folder_that_was_replaced_is_watched_from_the_next_check_on(watched: Watched) -> None:
    await watched.watcher.renew()
    watched.schedule.take()
    watched.replace()
    watched.clock.now += CHECK_SECONDS / 2
    await watched.watcher.renew()
    assert not watched.schedule.is_pending()
    watched.clock.now += CHECK_SECONDS / 2
    await watched.watcher.renew()
    assert watched.schedule.take() == ("the watch begins", [])
    (watched.root / "new.txt").write_text("news", encoding="utf-8")
    await until(watched.schedule.is_pending, "an event of the new folder")


async def test_a_folder_that_is_away_is_watched_when_it_is_back(watched: Watched) -> None:
    watched.root.rmdir()
    with pytest.raises(SourceAway):
        await watched.watcher.renew()
    watched.root.mkdir()
    await watched.watcher.renew()
    assert watched.schedule.is_pending()


async def test_an_expired_watch_is_renewed_without_waiting_for_a_check(watched: Watched) -> None:
    await watched.watcher.renew()
    watched.schedule.take()
    watched.watcher.expire()
    await watched.watcher.renew()
    assert watched.schedule.is_pending()
