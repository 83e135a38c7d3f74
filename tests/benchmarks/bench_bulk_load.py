"""How fast a full folder gets into an empty catalog, beside what the disk itself allows.

Both real services: `catalog-service serve`, and `ingest-service once` over made-up articles of 3 KB, on SQLite and with
`--postgres` on a PostgreSQL of its own. The limit in the same run is reading and hashing the same files in one process.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests import postgres
from tests.benchmarks.articles import articles
from tests.system import house

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Figures:
    """What one load cost; CPU and wall time in seconds, memory in MiB at its peak."""

    documents: int
    relations: int
    seconds: float
    per_second: float
    ingest_cpu: float
    catalog_cpu: float
    ingest_mib: float
    catalog_mib: float
    read_and_hash_per_second: float


def measure(count: int, databases: tuple[str, str], folder: Path) -> Figures:
    """Loads `count` articles into a new catalog; fails when one is missing there."""
    with house.living(folder, *databases, settings={}) as home:
        for seed in home.seeds.iterdir():
            seed.unlink()
        for number, text in enumerate(articles(count)):
            (home.seeds / f"{number:06}.txt").write_text(text, encoding="utf-8")
        limit = _seconds_to_read(home.seeds)
        home.catalog.start()
        house.until(home.catalog.ready, "the catalog")
        assert home.catalog.process
        idle = _cpu_seconds(home.catalog.process.pid)
        begun = time.perf_counter()
        load = subprocess.Popen(
            [str(house.BINARIES / "ingest-service"), "once"],
            env=home.ingest.environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _, status, used = os.wait4(load.pid, 0)
        except BaseException:
            load.kill()
            raise
        took = time.perf_counter() - begun
        load.returncode = os.waitstatus_to_exitcode(status)
        assert load.returncode == 0, home.catalog.told()
        found = len(home.documents())
        assert found == count, f"{found} documents of {count} files"
        return Figures(
            documents=found,
            relations=sum(sum(each["relations"].values()) for each in home.documents().values()) // 2,
            seconds=round(took, 2),
            per_second=round(count / took, 1),
            ingest_cpu=round(used.ru_utime + used.ru_stime, 2),
            catalog_cpu=round(_cpu_seconds(home.catalog.process.pid) - idle, 2),
            ingest_mib=round(used.ru_maxrss / 1024),
            catalog_mib=round(_peak_kib(home.catalog.process.pid) / 1024),
            read_and_hash_per_second=round(count / limit),
        )


def _seconds_to_read(folder: Path) -> float:
    begun = time.perf_counter()
    for path in folder.iterdir():
        hashlib.sha256(path.read_bytes()).digest()
    return time.perf_counter() - begun


def _cpu_seconds(pid: int) -> float:
    # Behind the name in brackets, which may hold spaces: fields 14 and 15 of proc_pid_stat(5).
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _peak_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))


@contextmanager
def _databases(folder: Path, *, on_postgres: bool) -> Iterator[tuple[str, str]]:
    """The URLs of two new databases, catalog and ingest."""
    if not on_postgres:
        yield f"sqlite:///{folder}/catalog.db", f"sqlite:///{folder}/ingest.db"
        return
    with postgres.running(os.environ) as server:
        yield (
            server.create().render_as_string(hide_password=False),
            server.create().render_as_string(hide_password=False),
        )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000)
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL in the place of SQLite")
    parser.add_argument("--json", action="store_true")
    # The arguments of other benchmarks run by the same command are theirs.
    asked, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="palimpsest-bench-") as name:
        folder = Path(name)
        with _databases(folder, on_postgres=asked.postgres) as databases:
            figures = asdict(measure(asked.files, databases, folder))
    if asked.json:
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    sys.stdout.write("".join(f"{name.replace('_', ' '):<26}{value:>10,}\n" for name, value in figures.items()))


if __name__ == "__main__":
    main()
