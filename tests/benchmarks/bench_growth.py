"""What one more file costs in a small catalog and in a large one: CPU of both running services."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks import loading, processes
from tests.benchmarks.figures import Figure
from tests.benchmarks.news import Sample
from tests.system import house
from tests.system.house import House

LOOK_SECONDS = 0.5
SECONDS = 1_800.0


@dataclass(frozen=True, slots=True)
class Margin:
    """CPU a further file at a size, in ms."""

    size: int
    ingest_ms: float
    catalog_ms: float

    @property
    def cpu_ms(self) -> float:
        """Of both services."""
        return self.ingest_ms + self.catalog_ms


def marginal(home: House, texts: Sequence[Sample], size: int) -> Margin:
    """Moves a folder of new files into the watched one, and waits until all are recorded."""
    incoming = home.folder / f"incoming{size}"
    incoming.mkdir()
    loading.write(incoming, texts)
    home.catalog.start()
    home.ingest.start()
    assert home.catalog.process
    assert home.ingest.process
    for service in (home.catalog, home.ingest):
        house.until(service.ready, f"{service.command[0]} to be ready: {service.output()}", SECONDS)
    pids = home.ingest.process.pid, home.catalog.process.pid
    processes.await_idle(pids)
    cursor = _created(home, "now")["cursor"]
    before = [processes.cpu_seconds(pid) for pid in pids]
    incoming.rename(home.seeds / incoming.name)
    _await_created(home, cursor, len(texts))
    home.quiet()
    ingest, catalog = (processes.cpu_seconds(pid) - cpu for pid, cpu in zip(pids, before, strict=True))
    home.stop()
    return Margin(size, ingest * 1_000 / len(texts), catalog * 1_000 / len(texts))


def figure(margins: Sequence[Margin]) -> Figure:
    """The marginal cost at the largest size beside that at the smallest."""
    details = {
        "sizes": [margin.size for margin in margins],
        "ingest_cpu_ms": [round(margin.ingest_ms, 2) for margin in margins],
        "catalog_cpu_ms": [round(margin.catalog_ms, 2) for margin in margins],
    }
    return Figure("growth", margins[-1].cpu_ms, margins[0].cpu_ms, "ms", details)


def _await_created(home: House, cursor: str, count: int) -> None:
    deadline = time.monotonic() + SECONDS
    while count > 0:
        assert time.monotonic() < deadline, f"{count} files are missing in the catalog: {home.catalog.output()}"
        page = _created(home, cursor)
        count, cursor = count - len(page["events"]), page["cursor"]
        if not page["events"]:
            time.sleep(LOOK_SECONDS)


def _created(home: House, cursor: str) -> Any:  # noqa: ANN401  JSON.
    """A page of the feed of new documents."""
    return home.catalog.get(f"/v1/changes?since={cursor}&types=document.created.v1&limit=200").json
