"""Runs the benchmarks of docs/performance.md one after the other: in parallel they would slow each other down.

    ./dev bench [--quick] [--check] [--json FILE] [--folder FOLDER] [--without-recoll]

Both services run as processes on databases of their own in a temporary folder. The figures are printed as a table. With
`--check` the exit code is 1 when one is below its floor, or could not be measured.
"""

import argparse
import itertools
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests import postgres
from tests.benchmarks import (
    bench_bulk_load,
    bench_growth,
    bench_latency,
    bench_reads,
    bench_restart,
    bench_search,
    figures,
    loading,
    peers,
)
from tests.benchmarks.figures import Figure
from tests.benchmarks.filling import Filling
from tests.benchmarks.loading import Load
from tests.benchmarks.news import Sample, samples
from tests.system import house

RECOLL_ROWS = ("bulk load",)
FEWEST = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: files, documents, and requests a round."""

    loaded: int
    small: int
    middle: int
    large: int
    further: int
    closed: int
    reads: int
    searches: int


FULL = Sizes(5_000, 10_000, 100_000, 300_000, 1_000, 100, 2_000, 400)
# Fewer files would measure the start of the workers, and a restart over fewer the noise of starting up.
QUICK = Sizes(4_000, 8_000, 20_000, 30_000, 200, 40, 600, 120)


@dataclass(frozen=True, slots=True)
class Texts:
    """The files of each benchmark: none is used twice, so that none is known before."""

    loaded: Sequence[Sample]
    further: Sequence[Sequence[Sample]]
    """Those that are added at the small, the middle and the large size."""
    closed: Sequence[Sample]


def divided(files: Sequence[Sample], sizes: Sizes) -> Texts:
    """Divides files among the benchmarks: most are loaded. Raises ValueError when there are too few."""
    if len(files) < FEWEST:
        raise ValueError(f"{len(files)} files are too few: give a folder of at least {FEWEST}")
    further, closed = min(sizes.further, len(files) // 8), min(sizes.closed, len(files) // 20)
    loaded = len(files) - 3 * further - closed
    ends = [loaded + number * further for number in range(4)]
    return Texts(files[:loaded], [files[start:end] for start, end in itertools.pairwise(ends)], files[ends[-1] :])


def measure(texts: Texts, sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """Measures every row of the table; one home grows from the loaded files to the large size."""
    databases = f"sqlite:///{folder}/catalog.db", f"sqlite:///{folder}/ingest.db"
    with house.living(folder, *databases, settings={}) as home:
        load = loading.load(home, texts.loaded)
        home.stop()
        yield from bench_bulk_load.on_sqlite(load, home, texts.loaded, folder)
        filling = Filling(home, texts.loaded)
        margins = []
        for size, further in zip((sizes.small, sizes.middle, sizes.large), texts.further, strict=True):
            filling.grow(size)
            if size == sizes.middle:
                yield from _of_filled(filling, load, sizes, folder)
            margins.append(bench_growth.marginal(home, further, filling.size))
        yield bench_growth.figure(margins)
    for name in ("postgres", "latency"):
        (folder / name).mkdir()
    yield from bench_bulk_load.on_postgres(load, texts.loaded, folder / "postgres")
    yield bench_latency.figure(texts.closed, folder / "latency")


def _of_filled(filling: Filling, load: Load, sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The figures of a catalog that holds much and changes little."""
    home = filling.home
    home.catalog.start()
    house.until(home.catalog.ready, "the catalog")
    with peers.datasette(filling.texts, filling.size, folder) as datasette:
        yield from bench_reads.figures(home, filling.documents(500), datasette, sizes.reads)
        yield from bench_search.figures(home, filling.texts, datasette, sizes.searches)
    yield bench_restart.figure(home, load.start_up, filling.size)
    home.stop()


def main(arguments_given: Sequence[str] | None = None) -> int:
    """Measures, prints and writes; the exit code."""
    parser = argparse.ArgumentParser(prog="./dev bench", description="Runs the benchmarks of docs/performance.md.")
    parser.add_argument("--quick", action="store_true", help="small sizes, within five minutes")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a figure is below its floor")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.add_argument("--folder", type=Path, help="measure with the files of a folder, not with made-up articles")
    parser.add_argument("--without-recoll", action="store_true", help="do not compare with recollindex")
    arguments = parser.parse_args(arguments_given)
    sizes = QUICK if arguments.quick else FULL
    try:
        _check_peers(without_recoll=arguments.without_recoll)
        texts = divided(samples(sizes.loaded + 3 * sizes.further + sizes.closed, arguments.folder), sizes)
    except (OSError, ValueError, peers.PeerMissing, postgres.Missing) as error:
        parser.error(str(error))
    measured = []
    for figure in _measured(texts, sizes):
        measured.append(figure)
        # After each figure, so that none is lost when a later one fails.
        if arguments.json:
            report = _report(measured, sizes, len(texts.loaded))
            arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(figures.table(measured))
    missed = figures.failures(measured, RECOLL_ROWS if arguments.without_recoll else ())
    for sentence in missed:
        sys.stderr.write(f"below the floor: {sentence}\n")
    return 1 if arguments.check and missed else 0


def _check_peers(*, without_recoll: bool) -> None:
    """Raises PeerMissing or postgres.Missing, before anything is measured."""
    peers.datasette_program()
    if "TEST_DATABASE_URL" not in os.environ:
        postgres.find_binaries()
    if not (without_recoll or peers.has_recoll()):
        raise peers.PeerMissing("recollindex is missing: install recollcmd (Debian), or give --without-recoll")


def _measured(texts: Texts, sizes: Sizes) -> Iterator[Figure]:
    """The figures, each reported on standard error as soon as it is there."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="palimpsest-bench-") as name:
        for figure in measure(texts, sizes, Path(name)):
            sys.stderr.write(f"{time.monotonic() - begun:6.0f} s  {figure.bound.what}: {figures.judged(figure)}\n")
            yield figure


def _report(measured: Sequence[Figure], sizes: Sizes, loaded: int) -> dict[str, object]:
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "sizes": {**asdict(sizes), "loaded": loaded},
        "figures": [figure.as_json() for figure in measured],
    }


if __name__ == "__main__":
    sys.exit(main())
