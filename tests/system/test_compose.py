"""What docker-compose.yml starts, started as plain processes: its commands and environment, on a real PostgreSQL.

Only what a container would give is translated: names of hosts become loopback, its folders become temporary ones.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import compose, postgres
from tests.system.house import BINARIES, SEEDS, Service, until

SERVICES = compose.services()


@pytest.fixture
def translated(tmp_path: Path, postgres_server: postgres.Server) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """The environment of each service of ours, fit for this machine."""
    databases = {"catalog": postgres_server.create(), "ingest": postgres_server.create()}
    ports = {"catalog": str(postgres.free_port()), "ingest": str(postgres.free_port())}
    (tmp_path / "run").mkdir()
    shutil.copytree(SEEDS, tmp_path / "seeds")
    replacements = {
        SERVICES["migrate"].environment[f"{name.upper()}_DATABASE_URL"]: url.set(
            drivername="postgresql"
        ).render_as_string(hide_password=False)
        for name, url in databases.items()
    } | {
        "http://catalog:8080": f"http://127.0.0.1:{ports['catalog']}",
        "http://ingest:8081": f"http://127.0.0.1:{ports['ingest']}",
        "/run/palimpsest/publish-token": f"{tmp_path}/run/publish-token",
        "/seeds": f"{tmp_path}/seeds",
        "0.0.0.0": "127.0.0.1",  # noqa: S104 — Replaced, not bound.
        "8080": ports["catalog"],
        "8081": ports["ingest"],
    }
    path = f"{BINARIES}:{os.environ['PATH']}"
    yield {
        name: {"PATH": path} | {key: replacements.get(each, each) for key, each in SERVICES[name].environment.items()}
        for name in compose.OURS
    }
    for url in databases.values():
        postgres_server.drop(url)


def long_running(name: str, environment: Mapping[str, str], folder: Path) -> Service:
    """A long-running service of the file, not started yet."""
    program, subcommand = SERVICES[name].command
    url = f"http://127.0.0.1:{environment[f'{name.upper()}_PORT']}"
    return Service((program, subcommand), url, environment, folder / "journal")


def test_the_five_seeds_arrive(translated: Mapping[str, Mapping[str, str]], tmp_path: Path) -> None:
    for _ in range(2):  # Every `docker compose up` migrates again.
        migrated = subprocess.run(
            SERVICES["migrate"].command, env=translated["migrate"], cwd=tmp_path,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert migrated.returncode == 0, migrated.stderr
        tokens = {each.read_text() for each in (tmp_path / "run").iterdir()}
        assert len(tokens) == 1
    token_file = tmp_path / "run" / "publish-token"
    assert token_file.stat().st_mode & 0o077 == 0

    catalog, ingest = (long_running(name, translated[name], tmp_path) for name in ("catalog", "ingest"))
    try:
        for service in (catalog, ingest):
            service.start()
        for service in (catalog, ingest):
            until(service.ready, f"{service.command[0]}; output: {service.output()}")
        until(lambda: len(catalog.get("/v1/documents").json["documents"]) == 5, "the five seeds")
        refused = catalog.post("/v1/events", b"[]", "application/cloudevents-batch+json")
        assert refused.status == 401
    finally:
        codes = [service.stop() for service in (ingest, catalog) if service.process]
    assert codes == [0, 0]
