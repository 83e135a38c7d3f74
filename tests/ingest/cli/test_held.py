"""Files under embargo as a person sees and releases them."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest_service.cli import inputs
from ingest_service.ledger import entries, rereads
from ingest_service.store.db import Database
from tests import templates
from tests.ingest.cli.test_commands import Run, run
from tests.ingest.ledger.histories import ORIGIN
from tests.ingest.ledger.test_items import LATER, NOW, file, news

__all__ = ["run"]


@pytest.fixture
def seeds(sqlite_url: str, tmp_path: Path) -> Path:
    """A watched folder, and a database that knows two files of it under embargo."""
    (tmp_path / "seeds").mkdir()
    with closing(Database(sqlite_url)) as database:
        templates.bring_up(database)
        for path, item in (("in/a.json", news("nine", "1", embargo=LATER)), ("b.json", news("ten", "2", "withheld"))):
            with database.writing() as session:
                entries.enter(session, entries.Context(ORIGIN, NOW), file(path, item))
    return tmp_path / "seeds"


def test_status_says_what_is_held_and_until_when(run: Run, seeds: Path) -> None:
    done = run("status", INGEST_SEEDS=str(seeds))
    assert "'in/a.json': embargo: held: embargo until 2026-11-22T12:00:00.000000Z" in done.stdout.splitlines()
    assert "'b.json': withheld: held: withheld without a date" in done.stdout
    # Nothing is wrong with the data.
    assert done.returncode == 0
    answer = json.loads(run("status", "--json", INGEST_SEEDS=str(seeds)).stdout)
    assert [file["path"] for file in answer["embargoed"]] == ["b.json", "in/a.json"]
    assert "Ferry" not in json.dumps(answer)


def test_a_file_is_released_by_either_of_its_paths(run: Run, seeds: Path, sqlite_url: str) -> None:
    assert json.loads(run("release", "b.json", "--json", INGEST_SEEDS=str(seeds)).stdout) == {"released": "b.json"}
    done = run("release", str(seeds / "in/a.json"), INGEST_SEEDS=str(seeds))
    assert done.stdout == "'in/a.json' is published as soon as the service runs.\n"
    with closing(Database(sqlite_url)) as database, database.reading() as session:
        assert rereads.count(session) == 2
        assert rereads.is_due(session, datetime.now(UTC))


def test_only_a_file_under_embargo_can_be_released(run: Run, seeds: Path) -> None:
    done = run("release", "c\x1b.json", INGEST_SEEDS=str(seeds))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("ingest-service: 'c")
    assert "is no file under embargo; ingest-service status lists them" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_path_is_given_with_the_folder_or_without_it(tmp_path: Path) -> None:
    assert inputs.within(tmp_path, "a/b.txt") == "a/b.txt"
    assert inputs.within(tmp_path, str(tmp_path / "a/b.txt")) == "a/b.txt"
    assert inputs.within(Path("seeds"), "seeds/b.txt") == "b.txt"
