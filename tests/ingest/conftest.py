"""A folder with a ledger, for the tests of what becomes of files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest_service.pool import WorkerPool
from tests.ingest.folders import LIMITS, Folder, made


@pytest.fixture(scope="module")
def workers() -> Iterator[WorkerPool]:
    """One worker process for all: it takes a second to start."""
    started = WorkerPool(LIMITS)
    started.warm_up()
    yield started
    started.close()


@pytest.fixture
def folder(sqlite_url: str, tmp_path: Path, workers: WorkerPool) -> Iterator[Folder]:
    (tmp_path / "seeds").mkdir()
    found = made(sqlite_url, tmp_path / "seeds", workers)
    yield found
    found.database.close()
