"""How fast a document is read: beside a row of Datasette with the same texts, and a 304 beside `/livez`."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tests.benchmarks import load
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Plan, Request
from tests.benchmarks.peers import Datasette
from tests.system.house import House

CONNECTIONS = 16


def figures(home: House, documents: Sequence[str], datasette: Datasette, count: int) -> Iterator[Figure]:
    """The figures of reading these documents, `count` requests a round; the catalog is running."""
    assert home.catalog.process
    pid, port = home.catalog.process.pid, int(urlsplit(home.catalog.url).port or 0)
    paths = [f"/v1/documents/{document}" for document in documents]
    rows = [f"/texts/texts/{number}.json" for number in range(len(documents))]
    document, version, row = load.alternate([
        (_plan(port, paths, count), pid),
        (_plan(port, [f"{path}/versions/1" for path in paths], count), pid),
        (_plan(datasette.port, rows, count), datasette.pid),
    ])  # fmt: skip
    details = {
        "cpu_ms": document.cpu_ms, "p95_ms": document.p95_ms,
        "version_per_second": version.per_second, "version_cpu_ms": version.cpu_ms,
        "datasette_cpu_ms": row.cpu_ms, "datasette_p95_ms": row.p95_ms,
    }  # fmt: skip
    yield Figure("document", document.per_second, row.per_second, "requests/s", details)
    conditional = [(path, {"If-None-Match": home.catalog.get(path).headers["ETag"]}) for path in paths]
    unchanged, empty = load.alternate([
        (Plan(port, CONNECTIONS, _repeated(conditional, count)), pid),
        (_plan(port, ["/livez"], count), pid),
    ])  # fmt: skip
    details = {"cpu_ms": unchanged.cpu_ms, "livez_cpu_ms": empty.cpu_ms}
    yield Figure("not modified", unchanged.per_second, empty.per_second, "requests/s", details)


def _plan(port: int, paths: Sequence[str], count: int) -> Plan:
    return Plan(port, CONNECTIONS, _repeated([(path, {}) for path in paths], count))


def _repeated(requests: Sequence[Request], count: int) -> list[Request]:
    return [requests[number % len(requests)] for number in range(count)]
