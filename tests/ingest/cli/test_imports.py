"""The commands that people wait for import only what they need: counted by modules, since times vary."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from catalog_service import contract
from ingest_service import settings
from ingest_service.store.db import Database as IngestDatabase
from tests import templates

HEAVY = {"numpy", "aiohttp", "py3langid", "alembic", "pebble", "watchdog", "rapidfuzz", "ftfy", "yaml"}
PROGRAM = """
import json, sys
from ingest_service.cli.commands import app
app(standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


# What only a command loads that opens the database itself.
OF_THE_DATABASE = {"sqlalchemy", "structlog", "pathspec", "pysqlite3"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The settings of an empty folder and its database."""
    url = f"sqlite:///{tmp_path / 'ingest.db'}"
    (tmp_path / "seeds").mkdir()
    database = IngestDatabase(url)
    templates.bring_up(database)
    database.close()
    return {**os.environ, "INGEST_DATABASE_URL": url, "INGEST_SEEDS": str(tmp_path / "seeds"), "INGEST_PORT": "0"}


def imported(program: str, command: list[str], environment: Mapping[str, str]) -> set[str]:
    """The packages that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", program, *command], env=environment, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["retry"], ["migrate", "check"]])
def test_a_short_command_imports_no_code_that_reads_judges_or_serves(
    environment: dict[str, str], command: list[str]
) -> None:
    packages = imported(PROGRAM, command, environment)
    assert "sqlalchemy" in packages
    assert not packages & HEAVY


@pytest.mark.parametrize("command", [["status"], ["status", "--json"]])
async def test_the_status_of_a_running_service_is_asked_of_it_alone(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("INGEST_DATABASE_URL", environment["INGEST_DATABASE_URL"])
    status = contract.IngestStatus(
        collection="seeds", instance="seeds", states={}, outbox={}, ledger=settings.load().ledger
    )

    async def answer(request: web.Request) -> web.Response:
        of_files = request.path == "/v1/files"
        return web.Response(text=(contract.Files(files=()) if of_files else status).model_dump_json())

    app = web.Application()
    app.router.add_get("/v1/{resource}", answer)
    async with TestServer(app) as server:
        environment["INGEST_PORT"] = str(server.port)
        packages = await asyncio.to_thread(imported, PROGRAM, command, environment)
    assert not packages & (HEAVY | OF_THE_DATABASE)


def test_garbage_is_collected_once_a_command_is_loaded(environment: dict[str, str]) -> None:
    program = """
import atexit, gc, json, sys
from ingest_service.cli.commands import main
atexit.register(lambda: print(json.dumps(["enabled"] if gc.isenabled() and gc.get_freeze_count() else [])))
main()
"""
    assert imported(program, ["migrate", "check"], environment) == {"enabled"}
