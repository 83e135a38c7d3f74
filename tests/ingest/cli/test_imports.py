"""The commands that people wait for import only what they need: counted by modules, since times vary."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest_service.store import schema as ingest_schema
from ingest_service.store.db import Database as IngestDatabase

HEAVY = {"numpy", "aiohttp", "py3langid", "alembic", "pebble", "watchdog", "rapidfuzz", "ftfy", "yaml"}
PROGRAM = """
import json, sys
from ingest_service.cli.commands import app
app(standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["retry"], ["migrate", "check"]])
def test_a_short_command_imports_no_code_that_reads_judges_or_serves(tmp_path: Path, command: list[str]) -> None:
    url = f"sqlite:///{tmp_path / 'ingest.db'}"
    (tmp_path / "seeds").mkdir()
    database = IngestDatabase(url)
    ingest_schema.upgrade(database)
    database.close()
    environment = {**os.environ, "INGEST_DATABASE_URL": url, "INGEST_SEEDS": str(tmp_path / "seeds")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command], env=environment, capture_output=True, text=True, check=True
    )
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert "sqlalchemy" in imported
    assert not imported & HEAVY
