"""A folder with a ledger, and passes of the service's folder side over both."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest_service.ledger import queries
from ingest_service.pipeline import Pipeline
from ingest_service.settings import Limits, Settings
from ingest_service.store.db import Database
from ingest_service.store.tables import Outbox
from ingest_service.workers.pool import WorkerPool
from tests import templates
from tests.ingest.waiting import until

LIMITS = Limits(workers=1, settle_seconds=0.05, tick_seconds=0.05)
STORY = (
    "Talks resume in Geneva\n\nEnvoys of both sides met on Monday for the first time since the spring, officials said."
)
OTHER = (
    "Harvest fails again\n\nFarmers in the north expect the poorest harvest in a decade after a summer without rain."
)


@dataclass
class Folder:
    """A folder, a ledger, and one pass of the service over both."""

    path: Path
    database: Database
    workers: WorkerPool
    last_event: int = 0

    def pipeline(self) -> Pipeline:
        """A service over folder and ledger, just started."""
        return Pipeline(Settings(seeds=self.path, limits=LIMITS), self.database, self.workers, lambda: None)

    async def once(self) -> list[dict[str, Any]]:
        """Brings the folder in and returns the events that this pass put into the outbox."""
        await self.pipeline().once()
        return self.news()

    def news(self) -> list[dict[str, Any]]:
        """The events since the last time."""
        with self.database.reading() as session:
            query = sa.select(Outbox.id, Outbox.body).where(Outbox.id > self.last_event).order_by(Outbox.id)
            rows = list(session.execute(query))
        self.last_event = max((row.id for row in rows), default=self.last_event)
        return [json.loads(row.body)["data"] | {"type": json.loads(row.body)["type"]} for row in rows]

    def write(self, name: str, text: str) -> None:
        """Writes a file."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def unjudged(self) -> int:
        """How many articles are still to be judged."""
        with self.database.reading() as session:
            return queries.unjudged(session)

    def states(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of each file."""
        with self.database.reading() as session:
            return {each.path: (each.state, each.reason) for each in queries.file_states(session, limit=1_000)}


def made(url: str, path: Path, workers: WorkerPool) -> Folder:
    database = Database(url)
    templates.bring_up(database)
    return Folder(path, database, workers)


def causes(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((event["cause"], event["path"]) for event in events)


@asynccontextmanager
async def watched(folder: Folder) -> AsyncIterator[Pipeline]:
    """A service that watches the folder, has nothing left to do, and ends with the block."""
    pipeline, stop = folder.pipeline(), asyncio.Event()
    running = asyncio.create_task(pipeline.run(stop))
    await pipeline.scanned.wait()
    await until(lambda: folder.unjudged() == 0, "the folder to be judged")
    # A few ticks later it has settled down.
    await asyncio.sleep(4 * LIMITS.tick_seconds)
    folder.news()
    try:
        yield pipeline
    finally:
        stop.set()
        await running


async def test_a_file_that_is_deleted_while_it_is_waited_for_is_forgotten(folder: Folder) -> None:
    pipeline, stop = folder.pipeline(), asyncio.Event()
    running = asyncio.create_task(pipeline.run(stop))
    await pipeline.scanned.wait()
    with (folder.path / "a.txt").open("w", encoding="utf-8") as writer:
        await until(lambda: pipeline.health.detail["waiting_for_writer"] == 1, "the file to be waited for")
        (folder.path / "a.txt").unlink()
        await until(lambda: pipeline.health.detail["waiting_for_writer"] == 0, "the file to be forgotten")
        writer.write("never seen")
    stop.set()
    await running
    assert folder.states() == {}
