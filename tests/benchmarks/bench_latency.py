"""How long after its close one file can be found, beside a bare callback that reads it and commits it twice."""

import json
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.benchmarks import peers
from tests.benchmarks.figures import Figure
from tests.benchmarks.news import Sample
from tests.system import house
from tests.system.house import House


def figure(texts: Sequence[Sample], folder: Path) -> Figure:
    """The median over files that are closed one after the other, in an otherwise empty home."""
    own, bare = folder / "own", folder / "bare"
    own.mkdir()
    bare.mkdir()
    databases = f"sqlite:///{own}/catalog.db", f"sqlite:///{own}/ingest.db"
    with house.living(own, *databases, settings={}) as home:
        home.start()
        home.arrived()
        with closing(HTTPConnection(home.catalog.url.removeprefix("http://"))) as reader:
            # The first file is not measured: it starts what has not been needed before.
            latencies = [_searchable(home, reader, number, text) for number, text in enumerate(texts)][1:]
    limits = peers.callbacks(texts, bare)[1:]
    details = {"files": len(latencies), "p95_ms": _p95(latencies), "bare_p95_ms": _p95(limits)}
    return Figure(
        "latency", statistics.median(latencies) * 1_000, statistics.median(limits) * 1_000, "ms", details
    )  # fmt: skip


def _searchable(home: House, reader: HTTPConnection, number: int, text: Sample) -> float:
    """Seconds from the close of the file until a search for a word of its own finds it.

    The reader keeps its connection, as a browser does.
    """
    word = f"benchword{number}"
    cursor = _get(reader, "/v1/changes?since=now")["cursor"]
    (home.seeds / text.name).write_bytes(text.content + f"\n\nNumbered {word}.".encode())
    closed = time.perf_counter()
    # The feed answers when something is recorded, so that no search is asked in vain.
    _get(reader, f"/v1/changes?since={cursor}&wait=5")
    house.until(lambda: _get(reader, f"/v1/search?q={word}")["hits"], f"a search that finds {text.name}")
    took = time.perf_counter() - closed
    home.quiet()
    return took


def _get(reader: HTTPConnection, path: str) -> Any:  # noqa: ANN401  JSON is whatever was sent.
    reader.request("GET", path)
    return json.loads(reader.getresponse().read())


def _p95(seconds: Sequence[float]) -> float:
    return round(sorted(seconds)[len(seconds) * 95 // 100] * 1_000, 2)
