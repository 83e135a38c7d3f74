"""What tests of the ingest service share: an empty database, and a folder with a ledger."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.store.db import Database
from ingest_service.workers.pool import WorkerPool
from tests import templates
from tests.ingest.folders import LIMITS, Folder, made


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the schema of this release and no rows, once on SQLite and once on PostgreSQL."""
    opened = Database(database_url)
    templates.bring_up(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def workers() -> Iterator[WorkerPool]:
    """One worker process for the tests of a module."""
    with closing(WorkerPool(LIMITS)) as opened:
        # It has started before the first test begins.
        opened.run(abs, 0).result()
        yield opened


@pytest.fixture
def folder(sqlite_url: str, tmp_path: Path, workers: WorkerPool) -> Iterator[Folder]:
    (tmp_path / "seeds").mkdir()
    opened_folder = made(sqlite_url, tmp_path / "seeds", workers)
    yield opened_folder
    opened_folder.database.close()
