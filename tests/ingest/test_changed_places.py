"""Files that change places keep their documents, however they are divided into batches and whenever a run is killed."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ingest_service import intake, model, pipeline
from ingest_service.errors import MovedMeanwhile
from ingest_service.folder import settling
from ingest_service.folder.settling import Writer
from ingest_service.intake import TASK_FILES, Intake, Read
from ingest_service.store.tables import File, FileItem, Item
from ingest_service.workers.pool import WorkerPool
from ingest_service.workers.prepare import FileResult
from tests.ingest.folders import LIMITS, Folder, made

# Small batches take the same paths as large ones; a batch is two tasks.
SMALL_BATCH = 2 * TASK_FILES - 10
COUNT = 3 * SMALL_BATCH


@pytest.fixture
def folder(database_url: str, tmp_path: Path, workers: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    """An empty folder with a ledger, on both databases."""
    monkeypatch.setattr(intake, "BATCH_SIZE", SMALL_BATCH)
    (tmp_path / "seeds").mkdir()
    opened_folder = made(database_url, tmp_path / "seeds", workers)
    yield opened_folder
    opened_folder.database.close()


def name(number: int) -> str:
    return f"{number:03}.txt"


def text(number: int) -> str:
    return f"Note {number}\n\nThe note with the number {number} says that nothing of note happened on day {number}."


class Killed(BaseException):
    """Nothing of the program may catch this."""


def rename(folder: Folder, moves: dict[str, str]) -> None:
    """Renames files all at once, each key to its value."""
    for old in moves:
        (folder.path / old).rename(folder.path / f"{old}~")
    for old, new in moves.items():
        (folder.path / new).parent.mkdir(exist_ok=True)
        (folder.path / f"{old}~").rename(folder.path / new)


def documents(folder: Folder) -> dict[str, str]:
    """The document of each file of the ledger, after the check that the ledger equals the folder."""
    held = sa.select(File.path, File.digest, Item.document, Item.status, Item.path.label("item_path"))
    with folder.database.reading() as session:
        rows = list(session.execute(held.join(FileItem, FileItem.file == File.id).join(Item)))
    on_disk = {
        str(path.relative_to(folder.path)): model.digest_of(path.read_bytes())
        for path in folder.path.rglob("*.txt")
    }  # fmt: skip
    assert {row.path: row.digest for row in rows} == on_disk
    assert {row.status for row in rows} == {"current"}
    assert [row.item_path for row in rows] == [row.path for row in rows]
    return {row.path: row.document for row in rows}


SWAPPED = {name(number): name((number + COUNT // 2) % COUNT) for number in range(COUNT)}
ROTATED = {name(number): name((number + 1) % COUNT) for number in range(COUNT)}
RENUMBERED = {name(number): name(number + 1) for number in range(COUNT)}
RENUMBERED_DOWN = {name(number + 1): name(number) for number in range(COUNT - 1)} | {name(0): "old/000.txt"}
# As a log is rotated: another file is written where each one was.
REPLACED = {name(number): f"old/{name(number)}" for number in range(COUNT)}
MOVES = pytest.mark.parametrize(
    "moves",
    [SWAPPED, ROTATED, RENUMBERED, RENUMBERED_DOWN, REPLACED],
    ids=["swapped", "rotated", "renumbered", "renumbered_down", "replaced"],
)


async def moved(folder: Folder, moves: dict[str, str]) -> dict[str, str]:
    """A folder of files that were entered and then changed places. Returns the document that each path should have."""
    for number in range(COUNT):
        folder.write(name(number), text(number))
    await folder.once()
    before = documents(folder)
    rename(folder, moves)
    for path in moves.keys() - moves.values() if moves is REPLACED else ():
        folder.write(path, f"Another note\n\nAnother note was written to {path}.")
    return {new: before[old] for old, new in moves.items()}


def check(folder: Folder, expected: dict[str, str], events: list[dict[str, Any]]) -> None:
    """Fails unless each file has its document, and each document moved once."""
    after = documents(folder)
    assert {path: after[path] for path in expected} == expected
    causes = {event.get("cause") for event in events}
    assert causes.isdisjoint(("withdrawn", "restored", "changed"))
    moves = [(event["document"], event["path"]) for event in events if event.get("cause") == "moved"]
    assert sorted(moves) == sorted((document, path) for path, document in expected.items())


@MOVES
async def test_files_that_change_places_across_batches_keep_their_documents(
    folder: Folder, moves: dict[str, str]
) -> None:
    expected = await moved(folder, moves)
    events = await folder.once()
    check(folder, expected, events)
    assert await folder.once() == []


@MOVES
async def test_a_kill_between_two_batches_costs_no_document(
    folder: Folder, moves: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(WorkerPool(LIMITS)) as own_workers:
        # The kill ends a worker that reads the next batch.
        folder.workers = own_workers
        expected, events = await moved(folder, moves), list[dict[str, Any]]()
        while not await killed_at_second_batch(folder, monkeypatch, events):
            pass
        check(folder, expected, events)


async def killed_at_second_batch(folder: Folder, monkeypatch: pytest.MonkeyPatch, events: list[dict[str, Any]]) -> bool:
    """One run, which is killed before it enters a second batch. Adds its events; returns whether it came to its end."""
    enter, entered = pipeline._enter, itertools.count()

    def enter_once(session: Session, **rest: Any) -> None:  # noqa: ANN401  As what it replaces.
        if next(entered) > 0:
            raise Killed
        enter(session, **rest)

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "_enter", enter_once)
        try:
            await folder.pipeline().once()
        except Killed:
            return False
        finally:
            events += folder.news()
    return True


def hold_open(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A process has the file open for writing when it is scanned first."""
    unwritten, looks = settling.unwritten, itertools.count()

    def written_first(place: Path) -> os.stat_result | Writer:
        return Writer.PRESENT if place.name == path and next(looks) == 0 else unwritten(place)

    monkeypatch.setattr(settling, "unwritten", written_first)


def change_while_read(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The file is another one than the scan saw when it is read first."""
    read, reads = Intake._read, itertools.count()

    async def change_first(self: Intake, *args: Any) -> list[Read]:  # noqa: ANN401  As what it replaces.
        results = await read(self, *args)
        return [(fact, _moved_first(fact.path, result)) for fact, result in results]

    def _moved_first(at: str, result: FileResult) -> FileResult:
        return MovedMeanwhile() if at == path and next(reads) == 0 else result

    monkeypatch.setattr(Intake, "_read", change_first)


SWAP = {"000.txt": "001.txt", "001.txt": "000.txt"}
CYCLE = {"000.txt": "001.txt", "001.txt": "002.txt", "002.txt": "000.txt"}
CHAIN = {"000.txt": "001.txt", "001.txt": "002.txt", "002.txt": "003.txt"}


@pytest.mark.parametrize("disturb", [hold_open, change_while_read])
@pytest.mark.parametrize(
    ("moves", "path"),
    [
        (SWAP, "001.txt"), (CYCLE, "000.txt"), (CHAIN, "001.txt"), (CHAIN, "003.txt"),
        (CYCLE | {"003.txt": "004.txt"}, "002.txt"), ({"000.txt": "003.txt"}, "003.txt"),
    ],
)  # fmt: skip
async def test_a_file_waits_for_the_one_that_left_its_path(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, moves: dict[str, str], path: str,
    disturb: Callable[[pytest.MonkeyPatch, str], None],
) -> None:  # fmt: skip
    for place in moves:
        folder.write(place, text(int(place[:3])))
    await folder.once()
    before = documents(folder)
    rename(folder, moves)
    disturb(monkeypatch, path)
    check(folder, {new: before[old] for old, new in moves.items()}, await folder.once())
