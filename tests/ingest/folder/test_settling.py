"""A file is read when its writer is done with it, or when it was waited for long enough."""

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest_service.folder import scan, settling
from ingest_service.folder.scan import FileFact
from ingest_service.folder.settling import Settled, Settling, Writer
from ingest_service.settings import Limits

LIMITS = Limits(settle_seconds=1.0, settle_again_seconds=2.0, settle_max_seconds=10.0)


@dataclass
class Clock:
    """The time of day and the time since the start, which go on together when told."""

    now: float = 1_000.0
    wall: float = 0.0

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds
        self.wall += seconds


@dataclass
class Folder:
    """A folder with one file, watched by a clock of ours."""

    path: Path
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.file = self.path / "a.txt"
        self.file.write_text("Talks", encoding="utf-8")
        self.clock.wall = self.fact().ctime_ns / 1e9
        self.settling = Settling(self.path, LIMITS, lambda: self.clock.now, lambda: self.clock.wall)

    def fact(self) -> FileFact:
        """What the file is like now."""
        entry = scan.look(self.path, "a.txt")
        assert isinstance(entry, FileFact)
        return entry

    def is_whole(self) -> bool:
        """Whether it may be read."""
        return self.settling.settled(self.fact()) is not None


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def no_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that does not tell who writes, as most network mounts and files of others."""
    monkeypatch.setattr(settling, "unwritten", lambda _path: Writer.UNKNOWN)


def test_a_file_without_a_writer_is_whole_at_once(folder: Folder) -> None:
    assert folder.is_whole()
    assert folder.settling.waiting == 1
    folder.settling.forget("a.txt")
    assert folder.settling.waiting == 0


def test_a_file_that_the_scan_saw_before_its_close_is_read_as_it_is_now(folder: Folder) -> None:
    with folder.file.open("a", encoding="utf-8") as file:
        seen = folder.fact()
        file.write(" resume")
    settled = folder.settling.settled(seen)
    assert settled == Settled(folder.fact(), is_current=True)
    assert settled.fact != seen


def test_another_file_at_the_path_is_left_to_the_next_scan(folder: Folder) -> None:
    seen = folder.fact()
    other = folder.path / "b.txt"
    other.write_text("Talks resume", encoding="utf-8")
    other.rename(folder.file)
    assert folder.settling.settled(seen) == Settled(seen, is_current=False)


@pytest.mark.usefixtures("no_lease")
def test_without_a_lease_an_event_may_be_newer_than_the_facts(folder: Folder) -> None:
    folder.clock.wait(5)
    assert folder.settling.settled(folder.fact()) == Settled(folder.fact(), is_current=False)


def test_a_file_held_open_for_writing_is_waited_for_however_still_it_is(folder: Folder) -> None:
    with folder.file.open("a", encoding="utf-8"):
        assert not folder.is_whole()
        folder.clock.wait(5)
        assert not folder.is_whole()
    assert folder.is_whole()


def test_a_writer_that_never_ends_is_waited_for_no_longer_than_the_limit(folder: Folder) -> None:
    with folder.file.open("a", encoding="utf-8"):
        assert not folder.is_whole()
        folder.clock.wait(10)
        assert folder.is_whole()
        assert folder.settling.is_overdue("a.txt")


@pytest.mark.usefixtures("no_lease")
def test_without_leases_a_file_must_hold_still(folder: Folder) -> None:
    assert not folder.is_whole()
    folder.clock.wait(0.6)
    folder.file.write_text("Talks resume", encoding="utf-8")
    assert not folder.is_whole()
    folder.clock.wait(0.3)
    assert not folder.is_whole()
    folder.clock.wait(0.8)
    assert folder.is_whole()


@pytest.mark.usefixtures("no_lease")
def test_without_leases_an_old_file_is_whole_at_once(folder: Folder) -> None:
    folder.clock.wait(1.1)
    assert folder.is_whole()


@pytest.mark.usefixtures("no_lease")
def test_a_file_from_the_future_is_watched_holding_still(folder: Folder) -> None:
    folder.clock.wall -= 1_000
    assert not folder.is_whole()
    folder.clock.wait(1.1)
    assert folder.is_whole()


def test_a_file_that_was_read_just_now_waits_for_quiet(folder: Folder) -> None:
    assert folder.settling.quiet_from("a.txt") == folder.clock.now
    assert folder.is_whole()
    folder.clock.wait(0.5)
    assert folder.settling.quiet_from("a.txt") == folder.clock.now + LIMITS.settle_seconds
    folder.clock.wait(2)
    assert folder.settling.quiet_from("a.txt") == folder.clock.now


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(folder: Folder) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("opening the pipe waits for a writer")

    seen = folder.fact()
    folder.file.unlink()
    os.mkfifo(folder.file)
    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(5)
    try:
        assert folder.settling.settled(seen) is None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_a_writer_that_comes_while_we_ask_does_not_end_us(folder: Folder) -> None:
    assert folder.is_whole()
    assert signal.getsignal(signal.SIGIO) is signal.SIG_IGN


def test_files_that_are_not_there_any_more_are_not_waited_for(folder: Folder) -> None:
    with folder.file.open("a", encoding="utf-8"):
        assert not folder.is_whole()
        folder.clock.wait(9)
        folder.settling.keep({"a.txt"})
        folder.clock.wait(2)
        assert folder.settling.is_overdue("a.txt")
        folder.settling.keep({"b.txt"})
        assert folder.settling.waiting == 0
        assert not folder.is_whole()


class CountedPath(str):
    """A path that counts how often any of its kind is looked up."""

    __slots__ = ()
    lookups = 0

    def __hash__(self) -> int:
        CountedPath.lookups += 1
        return super().__hash__()


@pytest.mark.usefixtures("no_lease")
@pytest.mark.parametrize("pause", [0.0, 0.001])
def test_each_file_costs_the_same_however_many_were_read(folder: Folder, pause: float) -> None:
    files = 12_000
    CountedPath.lookups = 0
    whole = folder.fact()
    folder.clock.wait(5)
    for number in range(files):
        fact = whole._replace(path=CountedPath(f"{number}.txt"))
        assert folder.settling.settled(fact)
        folder.settling.forget(fact.path)
        folder.clock.wait(pause)
    assert CountedPath.lookups < 10 * files
