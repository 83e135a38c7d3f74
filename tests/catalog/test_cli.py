"""The command line: what it prints, and the exit codes that scripts rely on."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest

from catalog_service import cli
from catalog_service.access import tokens
from catalog_service.store import schema
from catalog_service.store.db import Database

pytestmark = pytest.mark.usefixtures("logs_restored")
START_SECONDS = 30


class Shell:
    """Runs `catalog-service` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._captured = captured

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self._monkeypatch.setattr(sys, "argv", ["catalog-service", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = self._captured.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database_url: str) -> Shell:
    """The command line on an empty database."""
    monkeypatch.setenv("CATALOG_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    return Shell(monkeypatch, capsys)


def test_the_search_index_is_built_anew(shell: Shell) -> None:
    assert shell("reindex")[0] == 3
    assert shell("migrate", "up")[0] == 0
    assert shell("reindex")[:2] == (0, "the search index has 0 versions\n")


def test_the_schema_is_upgraded_and_downgraded(shell: Shell) -> None:
    code, _, errors = shell("migrate", "check")
    assert (code, "catalog-service migrate up" in errors) == (3, True)
    assert "0001" in shell("migrate", "plan")[1]
    assert shell("migrate", "up")[0] == 0
    assert shell("migrate", "check")[0] == 0
    assert shell("migrate", "plan", "--json")[1] == '{"steps": []}\n'
    assert shell("migrate", "down", "base")[:2] == (0, "schema none\n")
    assert shell("migrate", "check")[0] == 3


def test_a_revision_there_is_not_is_one_sentence(shell: Shell) -> None:
    code, _, errors = shell("migrate", "up", "9999")
    assert (code, errors.count("\n"), "9999" in errors) == (2, 1, True)


def test_a_token_is_made_listed_and_revoked(shell: Shell, database_url: str) -> None:
    shell("migrate", "up")
    code, printed, _ = shell("token", "create", "--scope", "publish", "--scope", "read", "--name", "relay")
    assert code == 0
    database = Database(database_url)
    with database.reading() as session:
        grant = tokens.grant(session, printed.strip(), datetime.now(UTC))
    assert grant == tokens.Grant("relay", frozenset({"publish", "read"}))
    [listed] = json.loads(shell("token", "list", "--json")[1])
    assert (listed["name"], listed["scopes"]) == ("relay", ["read", "publish"])
    assert shell("token", "revoke", str(listed["id"]))[0] == 0
    with database.reading() as session:
        assert tokens.grant(session, printed.strip(), datetime.now(UTC)) is None
    assert "revoked" in shell("token", "list")[1]
    database.close()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["token", "create", "--scope", "everything"], 2),
        (["token", "create"], 2),
        (["token", "revoke", "7"], 1),
        (["no-such-command"], 2),
    ],
)
def test_what_cannot_be_done_has_its_exit_code(shell: Shell, arguments: list[str], code: int) -> None:
    shell("migrate", "up")
    assert shell(*arguments)[0] == code


def test_wrong_settings_are_usage(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_PORT", "99999")
    code, _, errors = shell("serve")
    assert (code, "CATALOG_PORT" in errors) == (2, True)


def test_a_schema_that_does_not_fit_keeps_the_service_from_starting(shell: Shell) -> None:
    code, _, errors = shell("serve")
    assert (code, errors.count("\n")) == (3, 1)


def test_a_catalog_open_to_others_without_tokens_does_not_start(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("migrate", "up")
    monkeypatch.setenv("CATALOG_HOST", "0.0.0.0")  # noqa: S104  It must refuse to listen there.
    code, _, errors = shell("serve")
    assert (code, "CATALOG_PUBLIC_READ" in errors) == (2, True)


def test_a_real_process_serves_and_stops_on_a_signal(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    schema.upgrade(database)
    database.close()
    command = [str(Path(sys.executable).parent / "catalog-service"), "serve"]
    settings = {"CATALOG_DATABASE_URL": sqlite_url, "CATALOG_PORT": "0", "CATALOG_LOG_FORMAT": "json"}
    with subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        try:
            url = _listening(process.stderr)
            with urllib.request.urlopen(f"{url}/livez", timeout=5) as answer:  # noqa: S310  Our own, on loopback.
                assert answer.status == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(START_SECONDS) == 0
        finally:
            process.kill()


def _listening(log: IO[bytes]) -> str:
    """The URL that the process says it listens at."""
    seen = b""
    while select.select([log], [], [], START_SECONDS)[0] and (chunk := os.read(log.fileno(), 4096)):
        seen += chunk
        if match := re.search(rb'"url": "(http://[^"]+)"', seen):
            return match[1].decode()
    raise AssertionError(f"it did not listen: {seen.decode()}")
