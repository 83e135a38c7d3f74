"""Every command of both services that needs a database: what it cannot use is one sentence and a code, no traceback."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.twins.conftest import TWINS, Command, Twin

COMMANDS = {
    "ingest": [
        "run", "once", "status", "retry", "match asked.txt", "confirm-deletes", "migrate check", "migrate plan",
        "migrate up",
    ],
    "catalog": ["serve", "token list", "token revoke 1", "migrate check", "migrate plan", "migrate up"],
}  # fmt: skip
BOTH = [pytest.param(twin, words, id=f"{twin.name}-{words}") for twin in TWINS for words in COMMANDS[twin.name]]
# `migrate up` makes a database that is not there, and `plan` says what it would do.
NEED_ONE = [each for each in BOTH if str(each.values[1]) not in ("migrate up", "migrate plan")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to watch, and one to work in."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "asked.txt").write_text("Talks resume in Geneva", encoding="utf-8")
    monkeypatch.setenv("INGEST_SEEDS", str(tmp_path / "seeds"))
    for twin in TWINS:
        monkeypatch.setenv(f"{twin.variable}PORT", "0")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def locked_url(postgres_url: str) -> Iterator[str]:
    """The URL of a database for which the server wants a password, with a wrong one."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        [path] = connection.execute("SHOW hba_file").fetchone() or [""]
        [rules] = connection.execute("SELECT pg_read_file(%s)", [path]).fetchone() or [""]
        connection.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
        write_rules(connection, path, "host all locked all password\n" + rules)
        url = postgres_url.replace("postgres@", "locked:hunter2@")
        until_refused(url)
        yield url
        write_rules(connection, path, rules)
        connection.execute("DROP ROLE locked")


def write_rules(connection: psycopg.Connection, path: str, rules: str) -> None:
    """Has the server write its own rules of access, and read them again."""
    [content] = connection.execute("SELECT lo_from_bytea(0, %s)", [rules.encode()]).fetchone() or [0]
    connection.execute("SELECT lo_export(%s, %s)", [content, path])
    connection.execute("SELECT pg_reload_conf()")


def until_refused(url: str) -> None:
    """Waits until the server has read its rules."""
    for _ in range(1_000):
        try:
            psycopg.connect(url.replace("+psycopg", "")).close()
        except psycopg.OperationalError:
            return
    raise AssertionError("the server lets everyone in")


def assert_one_sentence(result: tuple[int, str, str], code: int, *words: str) -> None:
    """The command ended with this code and one line on standard error that has these words."""
    ended, output, errors = result
    assert (ended, output) == (code, ""), errors
    assert errors.count("\n") == 1, errors
    assert all(word in errors for word in words), errors
    assert "hunter2" not in errors


@pytest.mark.parametrize(("twin", "words"), BOTH)
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://reader:hunter2@127.0.0.1:1/x", "refused"),
        ("postgresql://reader:hunter2@nosuch.invalid/x", "nosuch.invalid"),
    ],
)
def test_a_database_that_cannot_be_reached(twin: Twin, words: str, command: Command, url: str, reason: str) -> None:
    assert_one_sentence(command(*words.split(), DATABASE_URL=url), 3, f"{twin.name}-service: ", reason)


@pytest.mark.parametrize(("twin", "words"), BOTH)
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:hunter2@127.0.0.1:1/x?colour=red",
        "postgresql://reader:hunter2@127.0.0.1:port/x",
        "mysql://reader:hunter2@127.0.0.1/x",
        "sqlite:///x.db?mode=ro",
    ],
)
def test_a_url_that_is_a_wrong_setting(twin: Twin, words: str, command: Command, url: str) -> None:
    assert_one_sentence(command(*words.split(), DATABASE_URL=url), 2, f"{twin.variable}DATABASE_URL: ")


@pytest.mark.postgres
@pytest.mark.parametrize(("twin", "words"), BOTH)
def test_a_wrong_password_and_a_wrong_name(words: str, command: Command, locked_url: str) -> None:
    refused = command(*words.split(), DATABASE_URL=locked_url)
    assert_one_sentence(refused, 3, "password authentication failed")
    elsewhere = locked_url.replace("locked:hunter2@", "postgres@").rpartition("/")[0] + "/no_such"
    assert_one_sentence(command(*words.split(), DATABASE_URL=elsewhere), 3, '"no_such" does not exist')


@pytest.mark.parametrize(("twin", "words"), BOTH)
@pytest.mark.parametrize("kind", ["text", "folder", "pipe"])
def test_a_path_that_is_no_database(twin: Twin, words: str, command: Command, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.db"
    if kind == "text":
        path.write_text("hello", encoding="utf-8")
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    refused = command(*words.split(), DATABASE_URL=f"sqlite:///{path}")
    assert_one_sentence(refused, 3, str(path), "no SQLite database", f"{twin.variable}DATABASE_URL")


@pytest.mark.parametrize(("twin", "words"), NEED_ONE)
def test_a_mistyped_database_is_not_made(twin: Twin, words: str, command: Command, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "x.db"
    refused = command(*words.split(), DATABASE_URL=f"sqlite:///{path}")
    assert_one_sentence(refused, 3, f"{path}: `{twin.name}-service migrate up` makes one")
    assert not path.parent.exists()


HOSTILE = {
    "ingest": ["retry \udcff", "retry --reason \udcff", "retry --files --reason a\0"],
    "catalog": [
        "token create --scope read --name \udcff", "token create --scope \udcff", f"token revoke {2**63}",
        "token revoke -1",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("twin", "words"), [(twin, words) for twin in TWINS for words in HOSTILE[twin.name]])
def test_an_argument_that_no_database_holds_is_usage(words: str, command: Command, database_url: str) -> None:
    assert command("migrate", "up", DATABASE_URL=database_url)[0] == 0
    code, _, errors = command(*words.split(" "), DATABASE_URL=database_url)
    assert (code, "Traceback" in errors) == (2, False), errors


def test_a_folder_that_cannot_be_written(command: Command) -> None:
    # A folder of the kernel: whoever runs the tests cannot write there.
    assert_one_sentence(command("migrate", "up", DATABASE_URL="sqlite:////proc/x.db"), 3, "unable to open")


@pytest.mark.parametrize(("twin", "words"), NEED_ONE)
def test_a_schema_that_does_not_fit(twin: Twin, words: str, command: Command, database_url: str) -> None:
    assert command("migrate", "up", "0001", DATABASE_URL=database_url)[0] == 0
    refused = command(*words.split(), DATABASE_URL=database_url)
    assert_one_sentence(refused, 3, "schema 0001", f"run `{twin.name}-service migrate up`")


def test_a_lock_that_cannot_be_made(twin: Twin, command: Command, tmp_path: Path) -> None:
    """Only the ingest service locks its database: one service owns it."""
    url = f"sqlite:///{tmp_path}/x.db"
    assert command("migrate", "up", DATABASE_URL=url)[0] == 0
    (tmp_path / "x.db.lock").mkdir()
    for words in ("run", "once") if twin.name == "ingest" else ():
        assert_one_sentence(command(words, DATABASE_URL=url), 3, "x.db.lock cannot be locked")


def test_a_disk_that_is_full(twin: Twin, tmp_path: Path) -> None:
    def few_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    ran = subprocess.run(
        [Path(sys.executable).parent / f"{twin.name}-service", "migrate", "up"],
        env={**os.environ, f"{twin.variable}DATABASE_URL": f"sqlite:///{tmp_path}/x.db"},
        capture_output=True, text=True, check=False, timeout=60, preexec_fn=few_bytes,
    )  # fmt: skip
    assert_one_sentence((ran.returncode, ran.stdout, ran.stderr), 3, "x.db: ", "disk")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PORT", "99999"), ("PORT", "many"), ("LIMITS", "many"), ("LIMITS__COLOUR", "red"), ("LOG_FORMAT", "xml"),
        ("DATABASE_URL", "x.db"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_without_its_value(twin: Twin, command: Command, setting: str, value: str) -> None:
    code, _, errors = command("migrate", "check", **{setting: value})
    assert (code, errors.count("\n")) == (2, 1), errors
    assert errors.startswith(f"{twin.name}-service: {twin.variable}{setting}: ")
    assert f"{value!r}" not in errors
