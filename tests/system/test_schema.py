"""The services refuse a schema they do not fit; Alembic's own command does what ours does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.house import BINARIES

ROOT = Path(__file__).parents[2]
SERVICES = [("catalog-service", "serve", "CATALOG"), ("ingest-service", "run", "INGEST")]


def run(url: str, prefix: str, *command: str) -> "subprocess.CompletedProcess[str]":
    """A command of ours on a database, finished."""
    environment = {**os.environ, f"{prefix}_DATABASE_URL": url, f"{prefix}_PORT": "0"}
    program = [str(BINARIES / command[0]), *command[1:]]
    return subprocess.run(
        program, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip


@pytest.mark.parametrize(("program", "start", "prefix"), SERVICES)
def test_a_service_refuses_to_start_on_a_database_without_schema(
    database_url: str, program: str, start: str, prefix: str
) -> None:
    refused = run(database_url, prefix, program, start)
    assert refused.returncode == 3, refused.stderr
    [line] = refused.stderr.strip().splitlines()
    assert "migrate up" in line


@pytest.mark.parametrize("section", ["catalog", "ingest"])
def test_alembic_itself_brings_a_database_up(database_url: str, section: str) -> None:
    alembic = [sys.executable, "-m", "alembic", "-c", "migrations/alembic.ini", "-n", section]
    environment = {**os.environ, f"{section.upper()}_DATABASE_URL": database_url}
    command = [*alembic, "upgrade", "head"]
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert run(database_url, section.upper(), f"{section}-service", "migrate", "check").returncode == 0
