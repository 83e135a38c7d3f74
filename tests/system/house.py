"""Both services as real processes on real ports, over a folder of their own, for tests to live in.

A house has addresses that stay the same over restarts, and a journal: what both services wrote to standard error.
Nothing here knows how the services work inside; it starts, asks over HTTP, kills by pid and waits for conditions.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

from catalog_service.store.db import Database as CatalogDatabase
from ingest_service.store import schema as ingest_schema
from ingest_service.store.db import Database as IngestDatabase
from tests import postgres, templates

BINARIES = Path(sys.executable).parent
SEEDS = Path(__file__).parents[2] / "seeds"
NONE: Mapping[str, str] = {}
DEADLINE_SECONDS = 60.0
LOOK_SECONDS = 0.02
STOP_SECONDS = 20.0
# A settled file is published a second after its last change; tests need not wait that long each time.
QUICK = {
    "INGEST_LIMITS__SETTLE_SECONDS": "0.1",
    "INGEST_LIMITS__SETTLE_AGAIN_SECONDS": "0.2",
    "INGEST_LIMITS__TICK_SECONDS": "0.1",
    # Each one takes half a second of CPU to start.
    "INGEST_LIMITS__WORKERS": "1",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401  JSON is whatever was sent; the tests look into it.
        """The body as JSON."""
        return json.loads(self.body)


def ask(url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] = NONE) -> Answer:
    """One request, whatever its status. Raises OSError when nobody answers."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310  Our own loopback URL.
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  As above.
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, dict(refused.headers), refused.read())
    except HTTPException as broken:
        raise ConnectionError("the connection ended in the midst of the answer") from broken


def until(condition: Callable[[], Any], what: str, seconds: float = DEADLINE_SECONDS) -> Any:  # noqa: ANN401
    """Waits until the condition gives something true, and gives it back; nobody answering counts as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if found := condition():
                return found
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(LOOK_SECONDS)


@dataclass(slots=True)
class Service:
    """One service: a command, its environment, its address; a process while it runs."""

    command: tuple[str, str]
    url: str
    environment: Mapping[str, str]
    journal: Path
    binaries: Path = BINARIES
    process: "subprocess.Popen[bytes] | None" = None
    prefix: tuple[str, ...] = ()
    """The command that runs the service's command: in another namespace, or with fewer rights."""

    def start(self) -> None:
        """Starts the process and returns at once."""
        program, subcommand = self.command
        tied = postgres.tied_to_us(signal.SIGKILL)
        with self.journal.open("ab") as journal:
            self.process = subprocess.Popen(
                [*tied, *self.prefix, str(self.binaries / program), subcommand],
                env=self.environment, cwd=self.journal.parent, stdin=subprocess.DEVNULL, stdout=journal, stderr=journal,
            )  # fmt: skip

    def ready(self) -> bool:
        """Whether it says so itself; fails when it ended instead."""
        assert self.process
        assert self.process.poll() is None, f"{self.command[0]} ended: {self.output()}"
        return ask(f"{self.url}/readyz").status == 200

    def get(self, path: str, headers: Mapping[str, str] = NONE) -> Answer:
        """Asks the service."""
        return ask(f"{self.url}{path}", headers=headers)

    def post(self, path: str, body: bytes, media_type: str) -> Answer:
        """Sends the service something."""
        return ask(f"{self.url}{path}", method="POST", body=body, headers={"Content-Type": media_type})

    def output(self) -> str:
        """The end of what both services wrote to standard error."""
        return self.journal.read_text(encoding="utf-8", errors="replace")[-4_000:]

    def stop(self) -> int:
        """Asks the process to end, waits for it, and gives its exit code."""
        assert self.process
        self.process.terminate()
        return self._ended()

    def kill(self) -> None:
        """Kills the process as a power cut would."""
        assert self.process
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        assert self.process
        process, self.process = self.process, None
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{self.command[0]} did not stop: {self.output()}") from None


@dataclass(slots=True)
class House:
    """Both services, the folder they watch and their databases."""

    folder: Path
    catalog_database: str
    ingest_database: str
    settings: Mapping[str, str] = field(default_factory=dict)
    seeds: Path = field(init=False)
    catalog: Service = field(init=False)
    ingest: Service = field(init=False)

    def __post_init__(self) -> None:
        self.seeds = self.folder / "seeds"
        shutil.copytree(SEEDS, self.seeds)
        for database in (CatalogDatabase(self.catalog_database), IngestDatabase(self.ingest_database)):
            # One that is not new may be of an earlier release.
            (templates.bring_up if templates.is_new(database) else templates.upgrade)(database)
            database.close()
        ports = {"CATALOG_PORT": str(postgres.free_port()), "INGEST_PORT": str(postgres.free_port())}
        catalog, ingest = (f"http://127.0.0.1:{port}" for port in ports.values())
        environment = {
            "PATH": "/usr/bin:/bin",
            "CATALOG_DATABASE_URL": self.catalog_database,
            "INGEST_DATABASE_URL": self.ingest_database,
            "INGEST_SEEDS": str(self.seeds),
            "INGEST_CATALOG_URL": catalog,
            "CATALOG_INGEST_URL": ingest,
            **ports,
            **self.settings,
        }
        journal = self.folder / "journal"
        self.catalog = Service(("catalog-service", "serve"), catalog, environment, journal)
        self.ingest = Service(("ingest-service", "run"), ingest, environment, journal)

    def start(self) -> None:
        """Starts both and waits until both are ready."""
        self.catalog.start()
        self.ingest.start()
        for service in (self.catalog, self.ingest):
            until(service.ready, f"{service.command[0]} to be ready; output: {service.output()}")

    def stop(self) -> None:
        """Stops what runs; fails when something does not stop cleanly."""
        codes = {each.command[0]: each.stop() for each in (self.ingest, self.catalog) if each.process}
        assert not any(codes.values()), f"exit codes {codes}: {self.catalog.output()}"

    def close(self) -> None:
        """Kills what still runs."""
        for each in (self.ingest, self.catalog):
            if each.process:
                each.kill()

    def forget_the_ledger(self) -> None:
        """Takes the ingest service's database away and makes it anew, empty; the service must not be running."""
        database = IngestDatabase(self.ingest_database)
        if self.ingest_database.startswith("sqlite"):
            path = self.ingest_database.removeprefix("sqlite:///")
            for suffix in ("", "-wal", "-shm"):
                Path(path + suffix).unlink(missing_ok=True)
        else:
            ingest_schema.downgrade(database, "base")
        ingest_schema.upgrade(database)
        database.close()

    def documents(self, status: str = "current") -> dict[str, dict[str, Any]]:
        """Every document of that status, by path, page by page."""
        found: dict[str, dict[str, Any]] = {}
        path = f"/v1/documents?status={status}&limit=200"
        while True:
            answer = self.catalog.get(path)
            assert answer.status == 200, answer.body
            page = answer.json
            assert not found.keys() & {each["path"] for each in page["documents"]}, "a page repeats"
            found |= {each["path"]: each for each in page["documents"]}
            if not page["next"]:
                return found
            cursor = urllib.parse.quote(page["next"])
            path = f"/v1/documents?status={status}&limit=200&cursor={cursor}"

    def document(self, path: str) -> dict[str, Any] | None:
        """The current document at a path, or None."""
        return self.documents().get(path)

    def appeared(self, path: str) -> dict[str, Any]:
        """Waits for a document at a path."""
        found: dict[str, Any] = until(lambda: self.document(path), f"{path}; output: {self.catalog.output()}")
        return found

    def arrived(self, count: int = len(list(SEEDS.glob("*.txt")))) -> dict[str, dict[str, Any]]:
        """Waits until there are exactly so many documents and nothing is owed."""
        until(lambda: len(self.documents()) == count, f"{count} documents; output: {self.catalog.output()}")
        self.quiet()
        return self.documents()

    def files(self) -> dict[str, dict[str, Any]]:
        """What the ingest service says of each file, by path."""
        return {each["path"]: each for each in self.ingest.get("/v1/files?limit=1000").json["files"]}

    def feed(self) -> list[dict[str, Any]]:
        """The whole change feed."""
        events: list[dict[str, Any]] = []
        cursor = "0"
        while True:
            page = self.catalog.get(f"/v1/changes?since={cursor}").json
            events += page["events"]
            cursor = page["cursor"]
            if not page["more"]:
                return events

    def is_healthy(self) -> bool:
        """Whether the ingest service says that nothing is degraded."""
        healthy: bool = self.ingest.get("/v1/status").json["healthy"]
        return healthy

    def unhealthy(self) -> dict[str, Any] | None:
        """The status of the ingest service once it is not healthy."""
        status: dict[str, Any] = self.ingest.get("/v1/status").json
        return None if status["healthy"] else status

    def quiet(self) -> None:
        """Waits until the ingest service owes nothing and has nothing left to judge."""
        until(self._owes_nothing, f"the outbox to drain; output: {self.ingest.output()}")

    def _owes_nothing(self) -> bool:
        status = self.ingest.get("/v1/status").json
        return not status["to_judge"] and not status["outbox"].get("owed", 0)


@contextlib.contextmanager
def living(
    folder: Path, catalog_database: str, ingest_database: str, settings: Mapping[str, str] = QUICK
) -> Iterator[House]:
    """A house whose processes end with the block, whatever happens in it."""
    house = House(folder, catalog_database, ingest_database, settings)
    try:
        yield house
    finally:
        house.close()
