"""What is saved of the arrays on disk is taken up by the next process, and only when it is what the database means."""

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from ingest_service.index import checkpoint, lookup, mirror, runs
from ingest_service.sameness import Hashes
from ingest_service.store import schema
from ingest_service.store.db import Database
from ingest_service.store.tables import Fingerprints
from tests import templates

EVERY = 20
Open = Callable[[], Database]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A few rows are many, and a few postings a large run; what PostgreSQL has no place for lies here too."""
    monkeypatch.setattr(mirror, "CHECKPOINT_ROWS", EVERY)
    monkeypatch.setattr(runs, "MAPPED_FROM", 40)
    monkeypatch.setattr(runs, "FILTERED_FROM", 20)
    monkeypatch.setattr(checkpoint, "MAPPED_FROM", 40)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def opened(database_url: str) -> Iterator[Open]:
    """Opens the database as another process would: with nothing in memory."""
    made: list[Database] = []

    def open_() -> Database:
        made.append(Database(database_url))
        return made[-1]

    templates.bring_up(open_())
    yield open_
    for each in made:
        each.close()
    # Nobody remembers them any more, so their arrays go.
    made.clear()


def prints(article: int) -> Hashes:
    """Forty fingerprints, of which an article shares some with those numbered near it."""
    return np.unique(np.random.default_rng(article // 3).integers(-(2**63), 2**63, 40, dtype=np.int64))


def add(database: Database, *articles: int) -> None:
    """A row each, however many there are."""
    with database.writing() as session:
        lookup.add(session, {article: prints(article) for article in articles})


def remove(database: Database, article: int) -> None:
    with database.writing() as session:
        lookup.remove(session, [article])


def save(database: Database) -> str | None:
    """What the pipeline does after judging."""
    with database.reading() as session:
        saved = mirror.save(session)
    if saved is None:
        return None
    with database.writing() as session:
        mirror.record(session, saved)
    return saved.token


def farewells(database: Database) -> list[int]:
    """The articles of which a row says only that they went."""
    with database.reading() as session:
        return list(session.scalars(sa.select(Fingerprints.article).where(Fingerprints.hashes.is_(None))))


def neighbours(database: Database, article: int) -> tuple[int, ...]:
    with database.reading() as session:
        return lookup.find_candidates(session, {10_000 + article: prints(article)})[10_000 + article].articles


def spoil(database: Database) -> None:
    """From now on only who does not read the rows that are there now can tell what they said."""
    with database.writing() as session:
        session.execute(sa.update(Fingerprints).values(hashes=b""))


def folder(database: Database) -> Path:
    with database.reading() as session:
        return mirror._folder(session)


def test_a_process_that_starts_reads_no_row_that_was_saved(opened: Open) -> None:
    old = opened()
    add(old, *range(EVERY))
    assert save(old)
    spoil(old)
    add(old, 30, 31)
    new = opened()
    assert neighbours(new, 6) == (6, 7, 8)
    assert neighbours(new, 30) == (30, 31)
    # So does a transaction that has written and asks in the same breath.
    with new.writing() as session:
        lookup.add(session, {32: prints(32)})
        assert lookup.find_candidates(session, {99: prints(31)})[99].articles == (30, 31, 32)
        assert lookup.find_candidates(session, {99: prints(7)})[99].articles == (6, 7, 8)


def test_what_was_taken_out_and_what_came_late_is_known_to_the_next_process(opened: Open) -> None:
    old = opened()
    hashes = prints(3).astype(mirror.STORED).tobytes()
    with old.writing() as session:
        session.execute(sa.insert(Fingerprints).values(id=EVERY + 5, article=4, hashes=hashes))
    add(old, 5, 6, 7, 8)
    remove(old, 7)
    assert save(old)
    remove(old, 8)
    # A transaction that took its number before, and commits only now.
    with old.writing() as session:
        session.execute(sa.insert(Fingerprints).values(id=EVERY, article=3, hashes=hashes))
    assert neighbours(opened(), 3) == (3, 4, 5)
    assert neighbours(opened(), 6) == (6,)


def test_tombstones_are_deleted_once_a_checkpoint_reflects_them(opened: Open) -> None:
    old = opened()
    add(old, *range(EVERY))
    remove(old, 7)
    assert farewells(old) == [7]
    assert save(old)
    assert farewells(old) == []
    assert neighbours(opened(), 6) == (6, 8)
    assert neighbours(old, 6) == (6, 8)


def test_a_late_tombstone_is_kept_for_processes_that_start(opened: Open) -> None:
    old = opened()
    add(old, *range(EVERY))
    with old.writing() as session:
        session.execute(sa.insert(Fingerprints).values(id=EVERY + 5, article=99, hashes=b""))
    assert save(old)
    # Committed only now, with a number from before.
    with old.writing() as session:
        session.execute(sa.insert(Fingerprints).values(id=EVERY + 3, article=7, hashes=None))
    assert neighbours(opened(), 6) == (6, 8)
    with old.writing() as session:
        session.execute(sa.insert(Fingerprints).values(id=3 * EVERY, article=100, hashes=b""))
    assert save(old)
    assert farewells(old) == []
    assert neighbours(opened(), 6) == (6, 8)


def test_few_new_rows_are_not_kept_again(opened: Open) -> None:
    database = opened()
    add(database, *range(EVERY - 1))
    assert save(database) is None
    assert not folder(database).exists()
    add(database, EVERY)
    first = save(database)
    assert first
    assert save(database) is None
    add(database, *range(100, 100 + EVERY))
    assert save(database) not in (None, first)


def test_nothing_but_what_two_pages_tell_of_stays_on_disk(opened: Open) -> None:
    database = opened()
    sizes = []
    for first in range(0, 60 * EVERY, EVERY):
        add(database, *range(first, first + EVERY))
        assert save(database)
        sizes.append(sum(path.stat().st_size for path in folder(database).iterdir()))
        assert len(list(folder(database).glob("*.json"))) == min(2, len(sizes))
    # Twelve bytes for each of some forty fingerprints, of each page and its predecessor, and the pages themselves.
    assert sizes[-1] < 2 * (60 * EVERY * 40 * 12) + 100_000
    spoil(database)
    new = opened()
    for article in (0, 500, 60 * EVERY - 1):
        assert article in neighbours(new, article)


@pytest.mark.parametrize("harm", ["gone", "cut off", "without page", "page cut off", "of another release"])
def test_what_is_not_as_it_was_is_not_believed(opened: Open, harm: str) -> None:
    old = opened()
    add(old, *range(EVERY))
    assert save(old)
    page = next(folder(old).glob("*.json"))
    for path in folder(old).iterdir():
        if harm == "gone":
            path.unlink()
        elif harm == "cut off" and path.suffix == ".run":
            path.write_bytes(path.read_bytes()[:-8])
        elif harm == "without page":
            page.unlink(missing_ok=True)
        elif harm == "page cut off":
            page.write_bytes(page.read_bytes()[:-10])
        elif harm == "of another release":
            page.write_text(page.read_text().replace('"format":3', '"format":2'))
    new = opened()
    assert neighbours(new, 6) == (6, 7, 8)
    assert save(new), "saved again, as it was read as a whole"
    spoil(new)
    assert neighbours(opened(), 6) == (6, 7, 8)


def test_a_database_restored_from_a_backup_meets_no_array_that_knows_more(tmp_path: Path) -> None:
    def life(first: int) -> Database:
        database = Database(f"sqlite:///{tmp_path}/test.db")
        schema.upgrade(database)
        add(database, *range(first, first + EVERY))
        assert save(database)
        return database

    life(0).close()
    shutil.copy(tmp_path / "test.db", tmp_path / "backup.db")
    life(300).close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "test.db")
    again = life(600)
    assert neighbours(again, 300) == ()
    assert neighbours(again, 3) == (3, 4, 5)
    assert neighbours(again, 600) == (600, 601, 602)
    again.close()
    for path in tmp_path.glob("test.db*"):
        path.unlink()
    anew = life(900)
    assert neighbours(anew, 3) == ()
    assert neighbours(anew, 900) == (900, 901, 902)
    anew.close()


def test_a_folder_that_cannot_be_written_costs_only_time(opened: Open) -> None:
    database = opened()
    folder(database).parent.mkdir(exist_ok=True)
    folder(database).write_text("in the way", encoding="utf-8")
    add(database, *range(EVERY))
    assert save(database) is None
    assert neighbours(database, 6) == (6, 7, 8)
    assert neighbours(opened(), 6) == (6, 7, 8)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_between_starts_a_new_process_knows_what_the_table_says(opened: Open, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  Nothing secret: the same walk every time.
    held: set[int] = set()
    database = opened()
    for _ in range(60):
        what = draw.choice(("add", "add", "add", "remove", "keep", "keep", "start"))
        if what == "add":
            new = [article for article in draw.sample(range(300), 8) if article not in held]
            add(database, *new)
            held |= set(new)
        elif what == "remove" and held:
            remove(database, gone := draw.choice(sorted(held)))
            held.discard(gone)
        elif what == "keep":
            save(database)
        elif what == "start":
            database = opened()
        article = draw.randrange(300)
        near = tuple(each for each in range(article // 3 * 3, article // 3 * 3 + 3) if each in held)
        assert neighbours(database, article) == near
