"""Loads files through both services as processes, and measures the load apart from starting up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.news import Sample
from tests.benchmarks.processes import Usage
from tests.system import house
from tests.system.house import House

STARTS = 3


@dataclass(frozen=True, slots=True)
class Load:
    """What loading so many files cost, apart from starting up; CPU in seconds, memory in MiB at its peak."""

    files: int
    relations: int
    ingest: Usage
    catalog_cpu: float
    catalog_mib: float
    start_up: Usage
    """What `ingest-service once` costs over one file that it knows."""

    @property
    def per_second(self) -> float:
        """Files a second."""
        return self.files / self.ingest.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU a file of both services, in ms."""
        return (self.ingest.cpu + self.catalog_cpu) * 1_000 / self.files

    def details(self) -> dict[str, float]:
        """All numbers."""
        return {
            "files": self.files,
            "relations": self.relations,
            "seconds": round(self.ingest.seconds, 2),
            "ingest_cpu_ms": round(self.ingest.cpu * 1_000 / self.files, 2),
            "catalog_cpu_ms": round(self.catalog_cpu * 1_000 / self.files, 2),
            "start_up_seconds": round(self.start_up.seconds, 2),
            "start_up_cpu_seconds": round(self.start_up.cpu, 2),
            "ingest_mib": round(self.ingest.mib),
            "catalog_mib": round(self.catalog_mib),
        }


def load(home: House, texts: Sequence[Sample]) -> Load:
    """Loads texts into empty databases by `ingest-service once`. Fails when one is missing in the catalog.

    A run over the first file alone measures what starting up costs.
    """
    for seed in home.seeds.iterdir():
        seed.unlink()
    home.catalog.start()
    house.until(home.catalog.ready, "the catalog")
    write(home.seeds, texts[:1])
    first, catalog_first = measured(home, lambda: once(home))
    start_up = min((once(home) for _ in range(STARTS)), key=lambda usage: usage.seconds)
    write(home.seeds, texts[1:])
    whole, catalog_cpu = measured(home, lambda: once(home))
    documents = home.documents()
    assert len(documents) == len(texts), f"{len(documents)} documents of {len(texts)} files: {home.catalog.output()}"
    assert home.catalog.process
    return Load(
        files=len(texts) - 1,
        relations=sum(sum(document["relations"].values()) for document in documents.values()) // 2,
        ingest=whole - first,
        catalog_cpu=catalog_cpu - catalog_first,
        catalog_mib=processes.peak_mib(home.catalog.process.pid),
        start_up=start_up,
    )


def measured(home: House, work: Callable[[], Usage]) -> tuple[Usage, float]:
    """The usage of some work, and the CPU seconds of the catalog meanwhile."""
    assert home.catalog.process
    before = processes.cpu_seconds(home.catalog.process.pid)
    usage = work()
    return usage, processes.cpu_seconds(home.catalog.process.pid) - before


def once(home: House) -> Usage:
    """Runs `ingest-service once` to its end."""
    return processes.run(
        [str(house.BINARIES / "ingest-service"), "once"], home.ingest.environment, home.seeds.parent
    )  # fmt: skip


def write(folder: Path, texts: Sequence[Sample]) -> None:
    """Writes texts as files."""
    for text in texts:
        (folder / text.name).write_bytes(text.content)
