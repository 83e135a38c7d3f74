"""What is not seen is not gone: the folder, a part of it or the database fails, and no document is withdrawn."""

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_service import contract
from ingest_service.delivery import events
from ingest_service.errors import DatabaseAway, SourceAway
from ingest_service.folder import folder_view, scan, volumes
from ingest_service.folder.volumes import ROOT, Volume
from ingest_service.ledger import entries, folder_diff, mass_deletion, queries
from ingest_service.store import state
from ingest_service.store.tables import State
from ingest_service.workers.pool import WorkerPool
from tests.ingest.folders import OTHER, STORY, Folder, causes, made, watched
from tests.ingest.waiting import until

CONTEXT = entries.Context(events.Origin("seeds", "/ingest/seeds"), datetime(2026, 11, 28, tzinfo=UTC))
ERRORS = pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ETIMEDOUT])


@pytest.fixture
def folder(database_url: str, tmp_path: Path, workers: WorkerPool) -> Iterator[Folder]:
    """A folder with two documents at its top and two below it."""
    (tmp_path / "seeds").mkdir()
    folder = made(database_url, tmp_path / "seeds", workers)
    for name in ("a.txt", "b.txt", "sub/c.txt", "sub/deep/d.txt"):
        folder.write(name, f"{name}\n\n{STORY} Filed as {name}.")
    yield folder
    folder.database.close()


def _name(place: Any, folder: int | None) -> str:  # noqa: ANN401  As the functions that take it.
    """The absolute path of what a function of `os` is called with."""
    if isinstance(place, int):
        return f"/proc/self/fd{Path(f'/proc/self/fd/{place}').readlink()}"
    return str(place) if folder is None else f"{_name(folder, None)}/{place}"


class Fault:
    """A fault of the file system below one path, while it is switched on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, function: str, path: Path, number: int) -> None:
        self.on = False
        original: Callable[..., Any] = getattr(os, function)

        def faulty(place: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401  As what it replaces.
            # The service reaches the folder through descriptors, under other names.
            name = _name(place, options.get("dir_fd"))
            if self.on and name.startswith("/proc/") and name.endswith(f"/{path}"):
                raise OSError(number, os.strerror(number), str(place))
            return original(place, *args, **options)

        monkeypatch.setattr(os, function, faulty)


def remember(folder: Folder, **changed: Volume) -> None:
    """Has the ledger remember other volumes than there are; `ROOT` is named root."""
    with folder.database.writing() as session:
        now = queries.remembered_volumes(session) | {
            ROOT if path == "root" else path: each for path, each in changed.items()
        }
        state.remember(session, "volumes", volumes.dumped(now))


def held(folder: Folder) -> mass_deletion.HeldDeletions:
    with folder.database.reading() as session:
        return mass_deletion.held_deletions(session, folder.path)


@ERRORS
async def test_a_sub_folder_that_cannot_be_read_is_not_empty(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    await folder.once()
    fault = Fault(monkeypatch, "scandir", Path("sub"), number)
    fault.on = True
    folder.write("e.txt", OTHER)
    pipeline = folder.pipeline()
    await pipeline.once()
    assert causes(folder.news()) == [("created", "e.txt")]
    assert pipeline.health.reasons == (f"source unavailable: {folder.path}/sub: {os.strerror(number)}",)
    assert {state for state, _ in folder.states().values()} == {"published"}
    fault.on = False
    (folder.path / "sub" / "c.txt").unlink()
    assert causes(await folder.once()) == [("withdrawn", "sub/c.txt")]


@ERRORS
async def test_a_file_whose_facts_cannot_be_read_is_not_deleted(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    await folder.once()
    fault = Fault(monkeypatch, "stat", Path("sub/c.txt"), number)
    fault.on = True
    pipeline = folder.pipeline()
    await pipeline.once()
    assert folder.news() == []
    assert pipeline.health.reasons == (f"source unavailable: {folder.path}/sub/c.txt: {os.strerror(number)}",)
    assert folder.states()["sub/c.txt"] == ("published", None)


async def test_what_cannot_be_read_is_tried_again_while_nothing_is_reported(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await folder.once()
    fault = Fault(monkeypatch, "scandir", Path("sub/new"), errno.EIO)
    async with watched(folder) as pipeline:
        fault.on = True
        (folder.path / "sub" / "new").mkdir()
        await until(lambda: not pipeline.health.healthy, "the fault to be seen")
        assert pipeline.health.reasons == (f"source unavailable: {folder.path}/sub/new: Input/output error",)
        fault.on = False
        await until(lambda: pipeline.health.healthy, "the folder to heal")
        folder.write("sub/new/e.txt", OTHER)
        await until(lambda: "sub/new/e.txt" in folder.states(), "the new folder to be watched")


async def test_many_unavailable_paths_are_a_few_reasons(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        folder.write(f"{number:02}/a.txt", f"Note {number}\n\n{OTHER} Number {number}.")
    await folder.once()
    original = os.scandir

    def faulty(descriptor: int) -> Any:  # noqa: ANN401  As what it replaces.
        if Path(f"/proc/self/fd/{descriptor}").readlink().name.isdigit():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return original(descriptor)

    monkeypatch.setattr(os, "scandir", faulty)
    pipeline = folder.pipeline()
    await pipeline.once()
    assert len(pipeline.health.reasons) == 6
    assert pipeline.health.reasons[-1] == "source unavailable: 15 more paths"
    assert folder.news() == []


async def test_a_folder_that_is_renamed_and_back_during_a_scan_is_seen_whole(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await folder.once()
    walk, away = scan.walk, folder.path.with_name("away")

    def walk_elsewhere(*args: Any) -> Iterator[scan.Entry]:  # noqa: ANN401  As what it replaces.
        folder.path.rename(away)
        folder.path.mkdir()
        yield from list(walk(*args))
        folder.path.rmdir()
        away.rename(folder.path)

    monkeypatch.setattr(scan, "walk", walk_elsewhere)
    assert await folder.once() == []
    assert {state for state, _ in folder.states().values()} == {"published"}


@pytest.mark.parametrize("replaced", [False, True])
async def test_a_folder_that_vanishes_between_scan_and_writing_withdraws_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    await folder.once()
    (folder.path / "a.txt").unlink()
    away, to_hold = folder.path.with_name("away"), mass_deletion.to_hold

    def vanish(*args: Any) -> frozenset[str]:  # noqa: ANN401  As what it replaces.
        paths = to_hold(*args)
        if not away.exists():
            folder.path.rename(away)
            if replaced:
                folder.path.mkdir()
        return paths

    monkeypatch.setattr(mass_deletion, "to_hold", vanish)
    if replaced:
        # The next scan sees the other folder, and holds what is missing from it.
        await folder.once()
        assert set(folder.states().values()) == {("gone-held", "deletions-held")}
        folder.path.rmdir()
    else:
        with pytest.raises(SourceAway, match="No such file or directory"):
            await folder.once()
    assert folder.news() == []
    away.rename(folder.path)
    monkeypatch.setattr(mass_deletion, "to_hold", to_hold)
    assert {path for _, path in causes(await folder.once())} <= {"a.txt"}
    assert folder.states()["b.txt"] == ("published", None)


async def test_a_single_run_on_a_folder_that_is_not_there_ends_with_an_error(folder: Folder) -> None:
    folder.path.rename(folder.path.with_name("away"))
    with pytest.raises(SourceAway, match=f"{folder.path}: No such file or directory"):
        await folder.once()


async def test_deletions_that_were_witnessed_are_believed_after_a_failed_scan(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_deletion, "FEW", 1)
    of_paths = folder_diff.of_paths
    failed: list[object] = []

    def fail_once(*args: Any) -> folder_view.FolderDiff:  # noqa: ANN401  As what it replaces.
        if not failed:
            failed.append(args)
            raise DatabaseAway("it is restarted")
        return of_paths(*args)

    async with watched(folder):
        monkeypatch.setattr(folder_diff, "of_paths", fail_once)
        for name in ("a.txt", "sub/c.txt", "sub/deep/d.txt"):
            (folder.path / name).unlink()
        await until(lambda: list(folder.states()) == ["b.txt"], "the deletions")
    assert failed


def pipes(session: Session) -> list[contract.FileState]:
    """The pipes that the ledger lists."""
    return [file for file in queries.file_states(session, limit=200) if file.path.endswith(".pipe")]


async def test_entries_that_are_no_files_stay_listed_and_weigh_nothing(folder: Folder) -> None:
    for number in range(130):
        os.mkfifo(folder.path / f"{number:03}.pipe")
    await folder.once()
    with folder.database.reading() as session:
        before = pipes(session)
    assert len(before) == 130
    assert {each.reason for each in before} == {"not-regular"}
    for _ in range(3):
        assert await folder.once() == []
        with folder.database.reading() as session:
            assert pipes(session) == before
    for path in folder.path.glob("*.pipe"):
        path.unlink()
    (folder.path / "a.txt").unlink()
    assert causes(await folder.once()) == [("withdrawn", "a.txt")]
    assert sorted(folder.states()) == ["b.txt", "sub/c.txt", "sub/deep/d.txt"]


async def test_an_entry_that_is_no_file_is_written_once(folder: Folder) -> None:
    os.mkfifo(folder.path / "a.pipe")
    await folder.once()
    statements: list[str] = []
    sa.event.listen(folder.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    await folder.once()
    assert [
        statement for statement in statements if "UPDATE file " in statement and "WHERE file.id = " in statement
    ] == []


async def test_a_document_whose_file_becomes_a_pipe_is_not_withdrawn(folder: Folder) -> None:
    await folder.once()
    (folder.path / "a.txt").unlink()
    os.mkfifo(folder.path / "a.txt")
    for _ in range(2):
        assert await folder.once() == []
        assert folder.states()["a.txt"] == ("quarantined", "not-regular")
    (folder.path / "a.txt").unlink()
    folder.write("a.txt", OTHER)
    assert causes(await folder.once()) == [("changed", "a.txt")]


async def test_a_quarantined_document_that_was_held_is_read_again(folder: Folder) -> None:
    await folder.once()
    (folder.path / "a.txt").write_text("")
    await folder.once()
    assert folder.states()["a.txt"] == ("quarantined", "empty")
    folder.path.rename(folder.path.with_name("away"))
    folder.path.mkdir()
    assert await folder.once() == []
    assert held(folder).files == 4
    folder.path.rmdir()
    folder.path.with_name("away").rename(folder.path)
    assert await folder.once() == []
    assert folder.states()["a.txt"] == ("quarantined", "empty")
    assert held(folder).files == 0


async def test_a_missing_mount_is_named_and_can_be_confirmed(folder: Folder) -> None:
    await folder.once()
    remember(folder, sub=Volume(f"{folder.path}/sub", 77, 1, "lost"))
    pipeline = folder.pipeline()
    await pipeline.once()
    place = f"{folder.path}/sub"
    assert pipeline.health.reasons == (f"source unavailable: {place}: {volumes.NOT_MOUNTED}",)
    (folder.path / "sub" / "c.txt").unlink()
    folder.write("sub/new.txt", OTHER)
    assert causes(await folder.once()) == [], "nothing is read or withdrawn below a mount that is missing"
    deletions = held(folder)
    assert (deletions.files, deletions.folders) == (2, {"sub": 1, "sub/deep": 1})
    assert [(change.path, change.place, change.condition) for change in deletions.changes] == [
        ("sub", place, "missing")
    ]

    with folder.database.writing() as session:
        assert mass_deletion.confirm(session, CONTEXT, folder.path, entries.deletion("withdraw")) == 1
    assert causes(await folder.once()) == [("created", "sub/new.txt"), ("withdrawn", "sub/c.txt")]
    assert folder.states()["sub/deep/d.txt"] == ("published", None)
    assert held(folder) == mass_deletion.HeldDeletions(0, {}, ())


async def test_a_folder_on_a_mount_that_is_missing_is_not_scanned(folder: Folder) -> None:
    await folder.once()
    remember(folder, root=Volume(str(folder.path), 77, 1, "lost"))
    for path in folder.path.rglob("*.txt"):
        path.unlink()
    with pytest.raises(SourceAway, match=f"{folder.path}: {volumes.NOT_MOUNTED}"):
        await folder.once()
    assert folder.news() == []
    assert {state for state, _ in folder.states().values()} == {"published"}
    assert held(folder).files == 4
    with folder.database.writing() as session:
        assert mass_deletion.confirm(session, CONTEXT, folder.path, entries.deletion("withdraw")) == 4


async def test_a_volume_with_another_device_number_is_trusted(folder: Folder) -> None:
    await folder.once()
    with folder.database.reading() as session:
        before = queries.remembered_volumes(session)
    now = before[ROOT]
    remember(folder, root=Volume(now.mount, now.device + 1, now.inode, now.file_system))
    (folder.path / "a.txt").unlink()
    assert causes(await folder.once()) == [("withdrawn", "a.txt")]
    with folder.database.reading() as session:
        assert queries.remembered_volumes(session) == before


async def test_another_volume_with_the_same_files_is_trusted(folder: Folder) -> None:
    await folder.once()
    remember(folder, root=Volume("/", 77, 78, "lost"))
    assert await folder.once() == []
    (folder.path / "a.txt").unlink()
    assert causes(await folder.once()) == [("withdrawn", "a.txt")]


@pytest.mark.parametrize("same", [True, False])
async def test_the_folder_that_an_earlier_release_recorded_is_known(folder: Folder, same: bool) -> None:
    await folder.once()
    facts = folder.path.stat()
    with folder.database.writing() as session:
        session.delete(session.get_one(State, "volumes"))
        state.remember(session, "root", repr((facts.st_dev, facts.st_ino if same else 7)))
    (folder.path / "a.txt").unlink()
    assert causes(await folder.once()) == ([("withdrawn", "a.txt")] if same else [])
    assert held(folder).files == (0 if same else 1)


async def test_rules_that_cannot_be_read_publish_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write(".ingestignore", "sub/\n")
    await folder.once()
    (folder.path / ".ingestignore").unlink()
    (folder.path / ".ingestignore").symlink_to(".ingestignore")
    with pytest.raises(SourceAway, match="ingestignore"):
        await folder.once()
    assert sorted(folder.states()) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("path", ["a.txt", "b.txt", "sub/c.txt"])
async def test_of_files_that_changed_places_one_reported_path_is_enough(folder: Folder, path: str) -> None:
    await folder.once()
    (folder.path / "a.txt").rename(folder.path / "away")
    (folder.path / "b.txt").rename(folder.path / "a.txt")
    (folder.path / "sub/c.txt").rename(folder.path / "b.txt")
    (folder.path / "away").rename(folder.path / "sub/c.txt")
    difference = folder_diff.of_paths(folder.database, folder.path, [path]).difference
    assert [fact.path for fact in difference.to_read] == ["a.txt", "b.txt", "sub/c.txt"]
    assert difference.origins == {"a.txt": "b.txt", "b.txt": "sub/c.txt", "sub/c.txt": "a.txt"}
