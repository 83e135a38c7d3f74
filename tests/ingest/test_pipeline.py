"""One change from the disk to the outbox: nothing lost, nothing doubled, whatever happens in between."""

import asyncio
import itertools
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog_service import contract
from ingest_service.delivery import events
from ingest_service.errors import SourceAway
from ingest_service.folder.scan import FileFact
from ingest_service.index import checkpoint, mirror
from ingest_service.judging.judge import Judge
from ingest_service.ledger import adopted, entries, mass_deletion, queries
from ingest_service.ledger.batch import FileChanges
from ingest_service.pipeline import Pipeline
from ingest_service.settings import Settings
from ingest_service.store import state
from ingest_service.store.tables import File, Item
from ingest_service.workers.pool import WorkerPool
from tests.ingest.folders import LIMITS, OTHER, STORY, Folder, causes, made, watched
from tests.ingest.waiting import until
from tests.quality import sameness_predict
from tests.quality.sameness_predict import Document

SEEDS = Path(__file__).parents[2] / "seeds"


async def test_the_seeds_come_in_with_their_one_relation(database_url: str, workers: WorkerPool) -> None:
    folder = made(database_url, SEEDS, workers)
    events = await folder.once()
    assert [event["cause"] for event in events] == ["created"] * 5
    [(path, relation)] = [(event["path"], each) for event in events for each in event["relations"]]
    assert path.startswith("001")
    assert relation["type"] == "reuse"
    assert [each["other"] for each in relation["passages"]] == [[856, 1098], [1211, 1326], [1953, 2029], [2034, 2116]]
    assert await folder.once() == []
    folder.database.close()


async def test_the_progress_counts_what_a_scan_leads_to(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    (folder.path / "c.bin").write_bytes(bytes(range(256)))
    pipeline = folder.pipeline()
    assert pipeline.progress.figures() == contract.LoadProgress()
    await pipeline.once()
    counts = {"found": 3, "read": 3, "stored": 3, "judged": 2}
    assert pipeline.progress.figures() == contract.LoadProgress(step="deliver", total=2, **counts)
    again = folder.pipeline()
    await again.once()
    assert again.progress.figures() == contract.LoadProgress(step="deliver", total=2, found=3)


async def test_a_failed_scan_is_no_load(folder: Folder) -> None:
    pipeline = folder.pipeline()
    folder.path.rename(folder.path.with_name("away"))
    with pytest.raises(SourceAway):
        await pipeline.once()
    assert pipeline.progress.figures() == contract.LoadProgress()


async def test_an_edit_is_a_change_of_the_same_document(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    [created] = await folder.once()
    folder.write("a.txt", STORY.replace("Monday", "Tuesday"))
    [changed] = await folder.once()
    assert (changed["cause"], changed["document"], changed["observation"]) == ("changed", created["document"], 2)


async def test_a_touched_file_is_nothing_new(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    await folder.once()
    (folder.path / "a.txt").touch()
    assert await folder.once() == []


async def test_a_renamed_file_keeps_its_document_and_emits_no_article_again(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    [created] = await folder.once()
    (folder.path / "a.txt").rename(folder.path / "b.txt")
    [moved] = await folder.once()
    assert (moved["cause"], moved["path"], moved["previous_path"]) == ("moved", "b.txt", "a.txt")
    assert moved["document"] == created["document"]
    assert moved["article"] is None


async def test_a_moved_folder_moves_its_documents(folder: Folder) -> None:
    folder.write("in/a.txt", STORY)
    folder.write("in/b.txt", OTHER)
    await folder.once()
    (folder.path / "in").rename(folder.path / "out")
    assert causes(await folder.once()) == [("moved", "out/a.txt"), ("moved", "out/b.txt")]


async def test_two_files_that_change_places_keep_their_documents(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    before = {event["path"]: event["document"] for event in await folder.once()}
    (folder.path / "a.txt").rename(folder.path / "c")
    (folder.path / "b.txt").rename(folder.path / "a.txt")
    (folder.path / "c").rename(folder.path / "b.txt")
    after = {event["path"]: event["document"] for event in await folder.once()}
    assert after == {"a.txt": before["b.txt"], "b.txt": before["a.txt"]}


async def test_of_a_moved_file_and_its_copies_each_is_one_document(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    [first] = await folder.once()
    (folder.path / "a.txt").rename(folder.path / "b.txt")
    folder.write("c.txt", STORY)
    folder.write("d.txt", STORY)
    events = await folder.once()
    assert sorted(folder.states()) == ["b.txt", "c.txt", "d.txt"]
    assert causes(events) == [("created", "c.txt"), ("created", "d.txt"), ("moved", "b.txt")]
    assert len({event["document"] for event in events}) == 3
    assert first["document"] in {event["document"] for event in events}


async def test_a_file_moved_away_and_copied_back_leaves_none_without_a_document(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    await folder.once()
    (folder.path / "a.txt").rename(folder.path / "b.txt")
    folder.write("a.txt", STORY)
    [event] = await folder.once()
    assert (event["cause"], event["path"]) == ("created", "b.txt")
    assert folder.states() == {"a.txt": ("published", None), "b.txt": ("published", None)}
    assert await folder.once() == []


async def test_a_deleted_file_is_withdrawn_and_restored_as_itself(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    for number in range(3):
        folder.write(
            f"{number}.txt", f"Note {number}\n\nIt is the {number}th note of a series about nothing much at all."
        )
    created = {event["path"]: event["document"] for event in await folder.once()}
    (folder.path / "a.txt").unlink()
    [withdrawn] = await folder.once()
    assert (withdrawn["cause"], withdrawn["document"]) == ("withdrawn", created["a.txt"])
    folder.write("a.txt", STORY)
    [restored] = await folder.once()
    assert (restored["cause"], restored["document"], restored["observation"]) == ("restored", created["a.txt"], 3)


async def test_a_copy_is_a_duplicate_and_takes_over_when_the_first_goes(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("o.txt", OTHER)
    await folder.once()
    folder.write("b.txt", STORY)
    folder.write("c.txt", STORY)
    copies = await folder.once()
    assert [[each["type"] for each in event["relations"]] for event in copies] == [["duplicate"], ["duplicate"]]
    (folder.path / "a.txt").unlink()
    events = await folder.once()
    documents = {event["path"]: event["document"] for event in copies}
    judged = [event for event in events if event["type"] == contract.RELATED]
    assert {event["document"] for event in judged} == set(documents.values())
    pairs = [(event["document"], each["other"]["document"]) for event in judged for each in event["relations"]]
    assert sorted(pairs) == sorted(itertools.permutations(documents.values(), 2))


async def test_a_deleted_article_is_not_taken_for_the_next_one(folder: Folder) -> None:
    pipeline = folder.pipeline()
    folder.write("a.txt", STORY)
    await pipeline.once()
    folder.write("o.txt", OTHER)
    await pipeline.once()
    (folder.path / "o.txt").unlink()
    await pipeline.once()
    folder.news()
    folder.write("copy.txt", STORY)
    await pipeline.once()
    [event] = folder.news()
    assert [each["type"] for each in event["relations"]] == ["duplicate"]


async def test_too_many_deletions_at_once_are_held(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    await folder.once()
    for path in folder.path.iterdir():
        path.unlink()
    assert await folder.once() == []
    assert {state for state, _ in folder.states().values()} == {"gone-held"}
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    assert await folder.once() == []
    assert {state for state, _ in folder.states().values()} == {"published"}


async def test_held_deletions_are_emitted_once_a_person_confirms(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    [created] = await folder.once()
    (folder.path / "a.txt").unlink()
    assert await folder.once() == []
    context = entries.Context(events.Origin("seeds", "/ingest/seeds"), datetime.now(UTC))
    with folder.database.writing() as session:
        assert mass_deletion.confirm(session, context, folder.path, entries.deletion("withdraw")) == 1
    assert [(each["cause"], each["document"]) for each in folder.news()] == [("withdrawn", created["document"])]
    assert folder.states() == {}
    assert await folder.once() == []


async def test_held_deletions_are_counted_by_folder_with_what_changed(folder: Folder) -> None:
    for name in ("a.txt", "in/b.txt", "in/c.txt"):
        folder.write(name, f"{name}\n\n{STORY}")
    await folder.once()
    folder.path.rename(folder.path.with_name("seeds.old"))
    folder.path.mkdir()
    await folder.once()
    with folder.database.reading() as session:
        held = mass_deletion.held_deletions(session, folder.path)
    assert (held.files, held.folders) == (3, {"in": 2, "": 1})
    assert [(change.path, change.condition) for change in held.changes] == [("", "replaced")]
    assert str(held.changes[0]) == f"another folder or file system is at {folder.path}"


async def test_another_folder_in_the_place_of_the_known_one_is_not_believed(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    await folder.once()
    folder.path.rename(folder.path.with_name("seeds.old"))
    folder.write(
        "c.txt", "Rain at last\n\nThe first showers since March fell on the northern plains on Tuesday evening."
    )
    assert causes(await folder.once()) == [("created", "c.txt")]
    assert {path: state for path, (state, _) in folder.states().items()} == {
        "a.txt": "gone-held", "b.txt": "gone-held", "c.txt": "published"
    }  # fmt: skip


def test_the_ledger_takes_more_paths_than_a_statement_has_room_for(folder: Folder) -> None:
    paths = [f"{number}.txt" for number in range(40_000)]
    context = entries.Context(events.Origin("seeds", "/ingest/seeds"), datetime.now(UTC))
    with folder.database.writing() as session:
        assert queries.known_files_around(session, paths[:500], []) == {}
        for action in (entries.hold, entries.release, entries.remove, entries.forget):
            action(session, context, paths)
        moved = {path: FileFact(f"new-{path}", 1, 1, 1, 1, 1) for path in paths}
        entries.enter(session, context, FileChanges(moved=moved))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "empty"),
        ("noise.txt", bytes(range(256)) * 20, "undecodable"),
        ("a.xyz", b"\x00\x01\x02" * 50, None),
    ],
)
async def test_a_bad_file_is_a_row_with_a_reason_and_the_good_one_is_in(
    folder: Folder, name: str, content: bytes, reason: str | None
) -> None:
    (folder.path / name).write_bytes(content)
    folder.write("good.txt", STORY)
    assert causes(await folder.once()) == [("created", "good.txt")]
    state, why = folder.states()[name]
    assert state == "quarantined"
    assert why == reason or (reason is None and why)
    folder.write(name.replace(".xyz", ".txt"), OTHER)
    assert [event["cause"] for event in await folder.once()] == ["created"]


async def test_a_file_whose_writer_never_ends_is_read_and_flagged(folder: Folder) -> None:
    limits = LIMITS.model_copy(update={"settle_max_seconds": 0.2})
    pipeline = Pipeline(Settings(seeds=folder.path, limits=limits), folder.database, folder.workers, lambda: None)
    folder.write("a.txt", STORY)
    with (folder.path / "a.txt").open("a", encoding="utf-8") as writer:
        await pipeline.once()
        assert causes(folder.news()) == [("created", "a.txt")]
        assert folder.states() == {"a.txt": ("published", "possibly-truncated")}
        writer.write(" More is to follow.")
    await pipeline.once()
    assert causes(folder.news()) == [("changed", "a.txt")]
    assert folder.states() == {"a.txt": ("published", None)}


async def test_a_single_run_ends_as_soon_as_nothing_is_scheduled(folder: Folder) -> None:
    limits = LIMITS.model_copy(update={"tick_seconds": 3_600.0})
    pipeline = Pipeline(Settings(seeds=folder.path, limits=limits), folder.database, folder.workers, lambda: None)
    async with asyncio.timeout(20):
        await pipeline.once()
    assert pipeline.scanned.is_set()


async def test_saving_a_checkpoint_delays_nothing(
    sqlite_url: str, tmp_path: Path, workers: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A folder of its own: what is mapped goes with the last who knows the database.
    (tmp_path / "seeds").mkdir()
    folder = made(sqlite_url, tmp_path / "seeds", workers)
    keeping, slow_disk = threading.Event(), threading.Event()
    save = checkpoint.save

    def save_slowly(*args: Any) -> Any:  # noqa: ANN401  As what it stands for.
        keeping.set()
        assert slow_disk.wait(20.0)
        return save(*args)

    monkeypatch.setattr(checkpoint, "save", save_slowly)
    monkeypatch.setattr(mirror, "CHECKPOINT_ROWS", 1)
    stop = asyncio.Event()
    folder.write("a.txt", STORY)
    running = asyncio.create_task(folder.pipeline().run(stop))
    await until(keeping.is_set, "the checkpoint to be saved")
    folder.news()
    folder.write("b.txt", OTHER)
    await until(lambda: "b.txt" in folder.states() and not folder.unjudged(), "the second file")
    assert causes(folder.news()) == [("created", "b.txt")]
    slow_disk.set()
    stop.set()
    await running
    with folder.database.reading() as session:
        assert state.get(session, "fingerprints")
    folder.database.close()


async def test_a_file_that_is_too_large_is_not_read(folder: Folder) -> None:
    with (folder.path / "huge.txt").open("wb") as file:
        file.truncate(3 * 2**30)
    assert await folder.once() == []
    assert folder.states()["huge.txt"] == ("quarantined", "too-large")


async def test_pipes_and_links_out_of_the_folder_are_not_read(folder: Folder, tmp_path: Path) -> None:
    os.mkfifo(folder.path / "pipe.txt")
    (tmp_path / "secret.txt").write_text(STORY)
    (folder.path / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder.path / "loop.txt").symlink_to("loop.txt")
    assert await folder.once() == []
    assert {reason for _, reason in folder.states().values()} == {"not-regular"}


async def test_a_path_that_an_earlier_release_wrote_otherwise_keeps_its_document(folder: Folder) -> None:
    for name, text in ((r"a\xff.txt", STORY), (r"in\x41/b.txt", OTHER)):
        folder.write(name, text)
    created = {event["path"]: event["document"] for event in await folder.once()}
    with folder.database.writing() as session:
        # Earlier releases kept a backslash as it was, and had a row for every name that is not UTF-8.
        for table, column in ((File, "path"), (Item, "path"), (Item, "key")):
            before = getattr(table, column)
            session.execute(sa.update(table).values({column: sa.func.replace(before, r"\x5c", "\\")}))
        session.execute(
            sa.insert(File).values(
                path=r"caf\xe9.txt", state="quarantined", reason="name-not-utf-8", size=-1, mtime_ns=-1, ctime_ns=-1,
                device=-1, inode=-1, since=datetime.now(UTC),
            )
        )  # fmt: skip
    (folder.path / os.fsdecode(b"caf\xe9.txt")).write_text("Coffee\n\nThe price of coffee fell on Monday.")
    sent_events = await folder.once()
    assert {event["path"]: event["document"] for event in sent_events if event["cause"] == "moved"} == created
    assert causes(sent_events) == [
        ("created", r"caf\xe9.txt"), ("moved", r"a\x5cxff.txt"), ("moved", r"in\x5cx41/b.txt")
    ]  # fmt: skip
    assert set(folder.states().values()) == {("published", None)}


@pytest.mark.parametrize("name", [b"\xff\xfe\xe9" * 80, "\u6c34\u96fb".encode() * 40, b"\\xff" * 60])
async def test_a_path_too_long_for_the_ledger_is_a_row_with_a_reason(
    database_url: str, tmp_path: Path, workers: WorkerPool, name: bytes
) -> None:
    (tmp_path / "seeds").mkdir()
    folder = made(database_url, tmp_path / "seeds", workers)
    folder.write("good.txt", STORY)
    # As deep as the system allows.
    folder.write("/".join([os.fsdecode(name)] * (3_700 // (len(name) + 1)) + ["a.txt"]), OTHER)
    assert causes(await folder.once()) == [("created", "good.txt")]
    assert sorted(folder.states().values()) == [("published", None), ("quarantined", "path-too-long")]
    assert await folder.once() == []
    folder.database.close()


async def test_temporary_and_ignored_files_are_not_documents(folder: Folder) -> None:
    folder.write(".ingestignore", "drafts/\n*.bak\n")
    for name in ("drafts/a.txt", "b.bak", "c.txt~", ".hidden.txt", ".c.txt.swp"):
        folder.write(name, STORY)
    assert await folder.once() == []


async def test_a_new_rule_withdraws_a_document_and_its_end_restores_it(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    await folder.once()
    folder.write(".ingestignore", "a.*\n")
    assert causes(await folder.once()) == [("withdrawn", "a.txt")]
    folder.write(".ingestignore", "\n")
    assert causes(await folder.once()) == [("restored", "a.txt")]


async def killed_before_judging(folder: Folder) -> None:
    """A run that ends when all files are stored, and before any is judged."""

    class Killed(BaseException):
        """Nothing of ours may catch this."""

    def die(*_: object) -> int:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Judge, "judge", die)
        with pytest.raises(Killed):
            await folder.once()
    assert folder.news() == []


async def test_after_a_kill_between_storing_and_judging_the_next_start_continues(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    await killed_before_judging(folder)
    assert causes(await folder.once()) == [("created", "a.txt")]


async def test_a_pending_article_is_emitted_before_its_withdrawal(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    await killed_before_judging(folder)
    (folder.path / "a.txt").unlink()
    sent_events = await folder.once()
    assert sorted(causes(sent_events)) == [("created", "a.txt"), ("created", "b.txt"), ("withdrawn", "a.txt")]
    assert [each["observation"] for each in sent_events if each["path"] == "a.txt"] == [1, 2]


async def test_a_pending_article_is_emitted_before_its_move(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    folder.write("copy.txt", STORY)
    await killed_before_judging(folder)
    (folder.path / "copy.txt").rename(folder.path / "moved.txt")
    sent_events = await folder.once()
    observed = [each for each in sent_events if each["type"] != contract.RELATED]
    assert causes(observed) == [("created", "a.txt"), ("created", "copy.txt"), ("moved", "moved.txt")]
    own = [(each["observation"], each["cause"]) for each in observed if each["path"] != "a.txt"]
    assert own == [(1, "created"), (2, "moved")]
    assert [relation["type"] for each in sent_events for relation in each["relations"]][:1] == ["duplicate"]
    assert folder.unjudged() == 0


async def test_what_another_process_marks_is_judged_while_nothing_happens_in_the_folder(folder: Folder) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        folder.write(name, STORY)
    documents = {event["path"]: event["document"] for event in await folder.once()}
    async with watched(folder):
        with folder.database.writing() as session:
            # As the relay does when the catalog says that a document is redacted.
            entries.purge(session, documents["a.txt"])
        assert folder.unjudged() == 2
        await until(lambda: folder.unjudged() == 0, "the copies to be judged again")
    related = {(event["type"], event["document"]) for event in folder.news()}
    assert related == {(contract.RELATED, documents[name]) for name in ("b.txt", "c.txt")}


async def test_a_pending_article_is_emitted_while_nothing_happens_in_the_folder(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    await folder.once()
    async with watched(folder):
        sameness_predict.store(folder.database, [Document("elsewhere.txt", OTHER)])
        await until(lambda: folder.unjudged() == 0, "the article to be told")
        assert causes(folder.news()) == [("created", "elsewhere.txt")]


async def test_a_service_with_nothing_to_do_asks_twice_a_tick(folder: Folder) -> None:
    folder.write("a.txt", STORY)
    statements: list[str] = []
    async with watched(folder):
        sa.event.listen(
            folder.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2])
        )
        started = time.monotonic()
        await asyncio.sleep(10 * LIMITS.tick_seconds)
        ticks = (time.monotonic() - started) / LIMITS.tick_seconds
    # What is to be judged, and which file is to be read again.
    assert 1 <= len([each for each in statements if each != "BEGIN"]) <= 2 * ticks + 2, statements


async def test_a_lost_ledger_adopts_and_tells_nothing_twice(folder: Folder, tmp_path: Path) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    [first, second] = await folder.once()
    fresh = lost_ledger(folder, tmp_path, [first, second])
    folder.write("c.txt", STORY + "\n\nA third round is planned for the autumn, the same officials said in Geneva.")
    events = await fresh.once()
    [created] = events
    assert (created["cause"], created["path"]) == ("created", "c.txt")
    assert [each["other"]["document"] for each in created["relations"]] == [first["document"]]
    fresh.database.close()


async def test_what_comes_back_after_the_ledger_was_lost_is_restored(folder: Folder, tmp_path: Path) -> None:
    folder.write("a.txt", STORY)
    [first] = await folder.once()
    fresh = lost_ledger(folder, tmp_path, [first], status="withdrawn")
    [restored] = await fresh.once()
    assert (restored["cause"], restored["document"]) == ("restored", first["document"])
    assert await fresh.once() == []
    fresh.database.close()


async def test_a_file_renamed_while_the_ledger_was_lost_keeps_its_document(folder: Folder, tmp_path: Path) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    folder.write("c.txt", "Library opens on Sundays\n\nReaders asked for it in a petition that ran to forty pages.")
    [first, second, third] = await folder.once()
    (folder.path / "a.txt").rename(folder.path / "renamed.txt")
    (folder.path / "b.txt").unlink()
    fresh = lost_ledger(folder, tmp_path, [first, second, third])
    moved, withdrawn = sorted(await fresh.once(), key=lambda event: str(event["cause"]))
    assert (moved["cause"], moved["path"], moved["document"]) == ("moved", "renamed.txt", first["document"])
    assert (withdrawn["cause"], withdrawn["document"]) == ("withdrawn", second["document"])
    assert await fresh.once() == []
    fresh.database.close()


async def test_an_adopted_file_that_was_moved_before_a_kill_is_read(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.txt", STORY)
    [first] = await folder.once()
    (folder.path / "a.txt").rename(folder.path / "renamed.txt")
    fresh = lost_ledger(folder, tmp_path, [first])

    class Killed(BaseException):
        """Nothing of ours may catch this."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("ingest_service.pipeline._enter", die)
        with pytest.raises(Killed):
            await fresh.once()
    assert fresh.states() == {"renamed.txt": ("adopted", None)}
    assert causes(await fresh.once()) == [("moved", "renamed.txt")]
    assert fresh.states() == {"renamed.txt": ("published", None)}
    fresh.database.close()


async def test_files_that_were_read_are_not_taken_for_adopted_ones(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.txt", STORY)
    folder.write("b.txt", OTHER)
    await folder.once()
    (folder.path / "a.txt").unlink()
    folder.write("c.txt", f"{OTHER} It rained on Monday.")
    # It searches all missing files, for each batch.
    monkeypatch.delattr(adopted, "move_adopted")
    assert causes(await folder.once())[:1] == [("created", "c.txt")]


def lost_ledger(folder: Folder, tmp_path: Path, sent_events: list[dict[str, Any]], status: str = "current") -> Folder:
    """The same folder with a new ledger, which has adopted what was told of it."""
    heads = [
        contract.Head.model_validate(
            {
                "item": event["item"],
                "collection": "seeds",
                "path": event["path"],
                "document": event["document"],
                "observation": event["observation"],
                "digest": event["article"]["digest"],
                "original": event["original"]["digest"],
                "status": status,
            }
        )
        for event in sent_events
    ]
    fresh = made(f"sqlite:///{tmp_path / 'fresh.db'}", folder.path, folder.workers)
    with fresh.database.writing() as session:
        adopted.adopt(session, heads)
    return fresh
