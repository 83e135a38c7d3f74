"""`./dev run`: starts everything from nothing, says where it is, and leaves no process behind however it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import postgres
from tests.system.house import SEEDS, ask, until

ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Run:
    """A `./dev run` in a process group of its own."""

    process: "subprocess.Popen[bytes]"
    output: Path
    catalog: str

    def told(self) -> str:
        """What it wrote."""
        return self.output.read_text(encoding="utf-8", errors="replace")

    def welcomed(self) -> bool:
        """Whether it has said where everything is."""
        assert self.process.poll() is None, self.told()
        return "Ctrl-C stops both services." in self.told()


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Run]:
    """`./dev run` with databases, ports and a mark of its own."""
    catalog, ingest = postgres.free_port(), postgres.free_port()
    environment = {
        **os.environ,
        "CATALOG_DATABASE_URL": f"sqlite:///{tmp_path}/var/catalog.db",
        "INGEST_DATABASE_URL": f"sqlite:///{tmp_path}/var/ingest.db",
        "CATALOG_PORT": str(catalog),
        "INGEST_PORT": str(ingest),
        "INGEST_SEEDS": str(SEEDS),
        "PALIMPSEST_TEST": str(tmp_path),
    }
    output = tmp_path / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["./dev", "run"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield Run(process, output, f"http://127.0.0.1:{catalog}")
    finally:
        for pid in marked(tmp_path):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def marked(tmp_path: Path) -> list[int]:
    """The processes that this test has started, found by the mark in their environment."""
    mark = f"PALIMPSEST_TEST={tmp_path}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def none_left(tmp_path: Path) -> bool:
    """Whether every process that the test has started is gone."""
    return not marked(tmp_path)


@pytest.mark.scenario
@pytest.mark.parametrize(
    "ending",
    [signal.SIGTERM, signal.SIGHUP, signal.SIGINT],
    ids=lambda each: each.name,
)
def test_every_way_to_end_it_is_clean(started: Run, tmp_path: Path, ending: signal.Signals) -> None:
    until(started.welcomed, "the welcome", seconds=60)
    started.process.send_signal(ending)
    assert started.process.wait(30) == 0, started.told()
    assert none_left(tmp_path)


def test_it_serves_the_seeds_until_ctrl_c(started: Run, tmp_path: Path) -> None:
    until(started.welcomed, "the welcome", seconds=60)
    assert f"{started.catalog}/v1/documents" in started.told()
    until(lambda: len(ask(f"{started.catalog}/v1/documents").json["documents"]) == 5, "the five seeds")
    # A terminal sends the signal to the whole group.
    os.killpg(started.process.pid, signal.SIGINT)
    assert started.process.wait(30) == 0, started.told()
    assert none_left(tmp_path)


@pytest.mark.scenario
def test_it_leaves_nothing_behind_when_it_is_killed(started: Run, tmp_path: Path) -> None:
    until(started.welcomed, "the welcome", seconds=60)
    started.process.kill()
    until(lambda: none_left(tmp_path), "the services to follow")


@pytest.mark.scenario
def test_when_one_service_dies_the_other_is_stopped(started: Run, tmp_path: Path) -> None:
    until(started.welcomed, "the welcome", seconds=60)
    [victim] = [pid for pid in marked(tmp_path) if b"ingest-service" in Path(f"/proc/{pid}/cmdline").read_bytes()][:1]
    os.kill(victim, signal.SIGKILL)
    assert started.process.wait(30) == 1
    assert "ingest-service ended by itself" in started.told()
    until(lambda: none_left(tmp_path), "the rest to follow", seconds=5.0)


def test_a_wrong_setting_is_said_in_a_line(tmp_path: Path) -> None:
    environment = {**os.environ, "CATALOG_PORT": "many"}
    done = subprocess.run(
        ["./dev", "run"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("CATALOG_PORT: ")
    assert none_left(tmp_path)


def test_a_python_behind_a_shim_does_not_make_the_environment_anew(tmp_path: Path) -> None:
    shim = tmp_path / "python3"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    made = (ROOT / ".venv" / "pyvenv.cfg").stat()
    done = subprocess.run(["./dev", "exec", "true"], cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (ROOT / ".venv" / "pyvenv.cfg").stat() == made
