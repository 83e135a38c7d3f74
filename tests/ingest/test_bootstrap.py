"""The parts of the service as they are opened."""

import pytest

from ingest_service import bootstrap
from ingest_service.settings import Settings
from ingest_service.store import state
from ingest_service.store.db import Database
from ingest_service.workers.pool import WorkerPool


@pytest.mark.parametrize("is_first_start", [True, False])
async def test_workers_are_started_before_the_scan_only_if_no_file_is_known(
    database: Database, monkeypatch: pytest.MonkeyPatch, is_first_start: bool
) -> None:
    started: list[str] = []
    monkeypatch.setattr(WorkerPool, "warm_up", lambda _: started.append("workers"))
    if not is_first_start:
        with database.writing() as session:
            state.remember(session, "adopted", "2026-11-29T00:00:00.000000Z")
    async with bootstrap.opened(Settings(), database):
        assert started == (["workers"] if is_first_start else [])
