"""How long `ingest-service once` takes over a folder whose files it knows, beside a bare scandir and stat."""

from tests.benchmarks import loading, peers
from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import Usage
from tests.system.house import House

RUNS = 3


def figure(home: House, start_up: Usage, size: int) -> Figure:
    """The shortest of some runs apart from starting up; the catalog is running. Fails when something is recorded."""
    # The first run keeps the arrays of fingerprints on disk; later ones begin with them.
    loading.once(home)
    cursor = home.catalog.get("/v1/changes?since=now").json["cursor"]
    runs = [loading.once(home) - start_up for _ in range(RUNS)]
    bare = min(peers.scan(home.seeds) for _ in range(RUNS))
    events = home.catalog.get(f"/v1/changes?since={cursor}").json["events"]
    assert not events, f"the folder has not changed, and the catalog recorded {events[:3]}"
    best = min(runs, key=lambda usage: usage.seconds)
    details = {"files": size, "cpu_seconds": round(best.cpu, 2), "start_up_seconds": round(start_up.seconds, 2)}
    return Figure("restart", best.seconds * 1_000, bare * 1_000, "ms", details)
