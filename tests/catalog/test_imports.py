"""The commands that people wait for import only what they need: counted by modules, since times vary."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog_service.store.db import Database
from tests import templates

HEAVY = {"aiohttp", "alembic", "jinja2", "prometheus_client", "Stemmer"}
PROGRAM = """
import json, sys
from catalog_service.cli import cli
cli(standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize("command", [["--help"], ["token", "list"], ["token", "list", "--json"], ["migrate", "check"]])
def test_a_short_command_imports_no_code_that_records_or_serves(tmp_path: Path, command: list[str]) -> None:
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    database = Database(url)
    templates.bring_up(database)
    database.close()
    environment = {**os.environ, "CATALOG_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command], env=environment, capture_output=True, text=True, check=True
    )
    imported = set(json.loads(done.stdout.splitlines()[-1]))
    assert "sqlalchemy" in imported
    assert not imported & HEAVY
