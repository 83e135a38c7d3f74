"""How fast a full folder gets into empty databases: beside recollindex, bare tables, and SQLite beside PostgreSQL."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests import postgres
from tests.benchmarks import loading, peers
from tests.benchmarks.figures import Figure
from tests.benchmarks.loading import Load
from tests.benchmarks.news import Sample
from tests.system import house
from tests.system.house import House

# Everything else as PostgreSQL has it by default, so that a commit is durable.
DURABLE = ("max_connections=100",)
# How many times the load and recollindex run. The rates of either differ by a third from run to run.
RUNS = 3


def on_sqlite(load: Load, home: House, texts: Sequence[Sample], folder: Path) -> Iterator[Figure]:
    """The figures of a load on SQLite: the medians of this one and others, in turn with recollindex."""
    loads, recolls = [load], []
    for run in range(RUNS):
        own = folder / f"run{run}"
        own.mkdir()
        if run:
            with house.living(own, f"sqlite:///{own}/catalog.db", f"sqlite:///{own}/ingest.db", settings={}) as other:
                loads.append(loading.load(other, texts))
        if peers.has_recoll():
            recolls.append(peers.recoll(texts, own))
    load = sorted(loads, key=lambda load: load.per_second)[len(loads) // 2]
    recoll = sorted(recolls, key=lambda usage: usage.seconds)[len(recolls) // 2] if recolls else None
    rate = load.files / recoll.seconds if recoll else None
    details: dict[str, object] = {"per_second": [round(each.per_second) for each in loads]}
    if recoll:
        details["recoll_per_second"] = [round(load.files / each.seconds) for each in recolls]
        details["recoll_cpu_ms"] = round(recoll.cpu * 1_000 / load.files, 2)
    yield Figure("bulk load", load.per_second, rate, "files/s", {**load.details(), **details})
    bare = peers.bare_tables(sorted(home.seeds.iterdir()), folder)
    yield Figure("bulk load cpu", load.cpu_ms, bare.cpu * 1_000 / len(texts), "ms", load.details())


def on_postgres(sqlite: Load, texts: Sequence[Sample], folder: Path) -> Iterator[Figure]:
    """The same load on PostgreSQL. Raises postgres.Missing."""
    with postgres.running(os.environ, DURABLE) as server:
        urls = [server.create().render_as_string(hide_password=False) for _ in range(2)]
        with house.living(folder, urls[0], urls[1], settings={}) as home:
            load = loading.load(home, texts)
        yield Figure("bulk load postgres", load.per_second, sqlite.per_second, "files/s", load.details())
