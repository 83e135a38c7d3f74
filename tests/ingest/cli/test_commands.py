"""The command line as a person meets it: sentences and exit codes, never a traceback."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest_service.cli import commands
from ingest_service.delivery import outbox
from ingest_service.folder import folder_view, volumes
from ingest_service.folder.volumes import Volume
from ingest_service.ledger import queries
from ingest_service.store import state, tables
from ingest_service.store.db import Database
from tests import templates
from tests.ingest.events import NOON, event_id, observed, problem, put_event
from tests.quality import sameness_predict
from tests.quality.sameness_predict import Document

Run = Callable[..., "subprocess.CompletedProcess[str]"]


SAID = (
    "No bridge of this town was ever built for the carts that it carries today, and none of them will be, "
    "the harbour master told the council on the evening of the flood."
)


def store_documents(url: str, *documents: Document) -> None:
    """A database whose folder holds these texts."""
    database = Database(url)
    templates.bring_up(database)
    sameness_predict.store(database, documents)
    database.close()


@pytest.fixture
def run(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], logs_restored: None
) -> Run:
    """Runs `ingest-service` on a database of its own, in this process: to start another takes most of the time."""

    def ran(*arguments: str, stdin: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
        with monkeypatch.context() as patched:
            for name, value in {"INGEST_DATABASE_URL": sqlite_url, **environment}.items():
                patched.setenv(name, value)
            patched.setattr(sys, "argv", ["ingest-service", *arguments])
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            with pytest.raises(SystemExit) as ended:
                commands.main()
        captured = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), captured.out, captured.err)

    return ran


def test_the_schema_is_upgraded_downgraded_and_checked(run: Run) -> None:
    refused = run("migrate", "check")
    assert (refused.returncode, refused.stdout) == (3, "")
    assert refused.stderr.startswith("ingest-service: ")
    assert "migrate up" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert run("migrate", "up").returncode == 0
    assert run("migrate", "check").returncode == 0
    assert run("migrate", "down", "base").returncode == 0
    assert run("migrate", "check").returncode == 3


@pytest.mark.parametrize(
    ("arguments", "environment", "code"),
    [
        (("migrate", "up", "nowhere"), {}, 2),
        (("migrate", "sideways"), {}, 2),
        (("retry", "--unheard-of"), {}, 2),
        (("retry", "--files", "some-event"), {}, 2),
        (("migrate", "up"), {"INGEST_DATABASE_URL": "mysql://x/y"}, 2),
        (("migrate", "up"), {"INGEST_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}, 3),
        (("migrate", "check"), {"INGEST_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/x"}, 3),
        (("migrate", "up"), {"INGEST_DATABASE_URL": "sqlite:////proc/ingest.db"}, 3),
        (("migrate", "up"), {"INGEST_DATABASE_URL": f"sqlite:///{__file__}"}, 3),
        (("status",), {"INGEST_DATABASE_URL": f"sqlite:///{__file__}"}, 3),
        (("status",), {"INGEST_DATABASE_URL": "postgresql://h:port/x"}, 2),
        (("migrate", "up"), {"INGEST_DATABASE_URL": "sqlite:///file:x.db?uri=true"}, 2),
        (("migrate", "up"), {"INGEST_DATABASE_URL": "sqlite:///?timeout=5"}, 2),
        (("migrate", "up"), {"INGEST_DATABASE_URL": "sqlite:////"}, 2),
    ],
)
def test_a_mistake_is_a_sentence_and_a_code(
    run: Run, arguments: tuple[str, ...], environment: dict[str, str], code: int
) -> None:
    done = run(*arguments, **environment)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code == 3:
        assert len(done.stderr.splitlines()) == 1
    else:
        assert done.stderr


@pytest.mark.parametrize("command", ["status", "match", "run", "check"])
def test_a_mistyped_database_is_not_made(run: Run, tmp_path: Path, command: str) -> None:
    text = tmp_path / "a.txt"
    text.write_text("The ferry sails on Tuesday.", encoding="utf-8")
    words = {"match": ("match", str(text)), "check": ("migrate", "check")}.get(command, (command,))
    done = run(*words, INGEST_DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/x.db")
    assert done.returncode == 3
    assert done.stderr == (
        f"ingest-service: there is no database {tmp_path}/nowhere/x.db: `ingest-service migrate up` makes one\n"
    )
    assert list(tmp_path.iterdir()) == [text]


@pytest.mark.parametrize(
    "command",
    ["run", "once", "status", "retry", "confirm-deletes --yes", "migrate up", "migrate down base", "migrate check"],
)
def test_a_database_in_the_watched_folder_is_one_sentence(run: Run, tmp_path: Path, command: str) -> None:
    done = run(*command.split(), INGEST_SEEDS=str(tmp_path), INGEST_DATABASE_URL=f"sqlite:///{tmp_path}/x/ingest.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"ingest-service: INGEST_DATABASE_URL: {tmp_path}/x/ingest.db lies in the watched folder {tmp_path}: "
        "choose a place outside it\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_dead_letters_are_sent_again_on_request(run: Run, sqlite_url: str) -> None:
    database = Database(sqlite_url)
    templates.bring_up(database)
    with database.writing() as session:
        put_event(session, observed())
        claimed = outbox.claim(session, limit_events=1, limit_bytes=1, now=NOON)
        outbox.dead(session, claimed[0].id, problem())
    unknown = run("retry", "no-such-event")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "ingest-service: There is no such event.\n"
    assert json.loads(run("retry", "--reason", "unheard-of", "--json").stdout) == {"retried": 0}
    assert run("retry", event_id("seoul")).returncode == 0
    # Not dead any more, nor waiting.
    assert run("retry", event_id("seoul")).stdout == "0 events will be sent again.\n"
    with database.reading() as session:
        assert outbox.counts(session)["owed"] == 1
    database.close()


def test_status_reports_what_of_the_folder_is_unavailable(run: Run, sqlite_url: str, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    assert run("migrate", "up").returncode == 0
    away = run("status", INGEST_SEEDS=str(seeds))
    assert f"not healthy: source unavailable: {seeds}: No such file or directory" in away.stdout.splitlines()

    (seeds / "sub").mkdir(parents=True)
    with closing(Database(sqlite_url)) as database, database.writing() as session:
        now = folder_view.present(seeds, {})
        mounted = {**now, "sub": Volume(str(seeds / "sub"), 1, 1, "1")}
        state.remember(session, "volumes", volumes.dumped(mounted))
    status = json.loads(run("status", "--json", INGEST_SEEDS=str(seeds)).stdout)
    assert status["healthy"] is False
    assert status["reasons"] == [f"source unavailable: {seeds}/sub: {volumes.NOT_MOUNTED}"]


def test_status_lists_dead_letters_with_the_words_of_the_catalog(run: Run, sqlite_url: str) -> None:
    with closing(Database(sqlite_url)) as database:
        templates.bring_up(database)
        with database.writing() as session:
            put_event(session, observed())
            claimed = outbox.claim(session, limit_events=1, limit_bytes=1, now=NOON)
            outbox.dead(session, claimed[0].id, problem("event-refused"))
    done = run("status")
    assert done.returncode == 1
    assert "not healthy: events that the catalog refused for good: 1" in done.stdout
    assert f"dead letter {event_id('seoul')} (no path): event-refused: No such month." in done.stdout.splitlines()
    done = run("status", "--json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["healthy"] is False
    assert answer["dead_letters"][0]["problem"]["detail"] == "No such month."


@pytest.fixture
def held(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """A watched folder that is empty, and a database in which deletions of three files are held; the environment."""
    (tmp_path / "watched").mkdir()
    with closing(Database(sqlite_url)) as database:
        templates.bring_up(database)
        with database.writing() as session:
            for path in ("a/1.txt", "a/2.txt", "b\x1b/3.txt"):
                session.add(
                    tables.File(
                        path=path, state=tables.HELD, size=1, mtime_ns=1, ctime_ns=1, device=1, inode=1, since=NOON
                    )
                )  # fmt: skip
    return {**os.environ, "INGEST_DATABASE_URL": sqlite_url, "INGEST_SEEDS": str(tmp_path / "watched")}


def answered(environment: dict[str, str], answer: bytes) -> tuple[int, str]:
    """The exit code and the output of `confirm-deletes` at a terminal at which a person gives this answer."""
    person, terminal = os.openpty()
    try:
        os.write(person, answer)
        done = subprocess.run(
            [sys.executable, "-c", "from ingest_service.cli.commands import main; main()", "confirm-deletes"],
            env=environment, stdin=terminal, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    finally:
        os.close(person)
        os.close(terminal)
    return done.returncode, done.stdout


def files(url: str) -> int:
    """How many files the ledger has."""
    with closing(Database(url)) as database, database.reading() as session:
        return sum(queries.counts(session).values())


def test_held_deletions_are_shown_and_confirmed_at_a_terminal(held: dict[str, str], sqlite_url: str) -> None:
    code, output = answered(held, b"n\n")
    assert code == 1
    assert output.startswith("deletions of 3 files are held\n  2 in 'a'\n  1 in 'b\\x1b'\nthe watched folder and the")
    assert files(sqlite_url) == 3
    code, output = answered(held, b"y\n")
    assert code == 0
    assert output.endswith("3 files are deleted.\n")
    assert files(sqlite_url) == 0
    # Where no deletion is held there is no question.
    assert answered(held, b"")[0] == 0


def test_held_deletions_are_not_confirmed_without_an_answer(held: dict[str, str], run: Run, sqlite_url: str) -> None:
    shown = run("confirm-deletes", "--json", INGEST_SEEDS=held["INGEST_SEEDS"])
    assert shown.returncode == 2
    assert json.loads(shown.stdout) == {"files": 3, "folders": {"a": 2, "b\x1b": 1}, "changes": []}
    assert run("confirm-deletes", stdin="y\n", INGEST_SEEDS=held["INGEST_SEEDS"]).returncode == 2
    assert files(sqlite_url) == 3
    done = run("confirm-deletes", "--yes", "--json", INGEST_SEEDS=held["INGEST_SEEDS"])
    assert (done.returncode, json.loads(done.stdout)["gone"]) == (0, 3)
    assert files(sqlite_url) == 0


def test_deletions_of_a_folder_that_is_missing_are_not_confirmed(held: dict[str, str], run: Run) -> None:
    Path(held["INGEST_SEEDS"]).rmdir()
    done = run("confirm-deletes", "--yes", INGEST_SEEDS=held["INGEST_SEEDS"])
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_pipe_to_match_is_refused_at_once(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run("match", str(tmp_path / "pipe"))
    assert done.returncode == 1
    assert done.stderr == f"ingest-service: {tmp_path}/pipe: It is no regular file; `-` reads standard input.\n"


def test_the_offsets_of_matches_refer_to_the_reported_text(run: Run, sqlite_url: str, tmp_path: Path) -> None:
    store_documents(sqlite_url, Document("harbour.txt", SAID))
    altered = SAID.replace("evening", "morning")
    (tmp_path / "asked.md").write_text(f"---\ntitle: Flood\n---\n\n{altered}\n", encoding="utf-8")
    [answer] = json.loads(run("match", str(tmp_path / "asked.md"), "--json").stdout)
    assert (answer["title"], answer["text"]) == ("Flood", altered)
    [passage] = answer["matches"][0]["passages"]
    [edit] = passage["edits"]
    assert answer["text"][slice(*edit["a"])] == "morning"
    assert 'said "morning", source has "evening"' in run("match", str(tmp_path / "asked.md")).stdout


def test_standard_input_is_matched_within_the_limit(run: Run, sqlite_url: str) -> None:
    store_documents(sqlite_url, Document("harbour.txt", SAID))
    assert "harbour.txt" in run("match", "-", stdin=SAID).stdout
    done = run("match", "-", stdin=SAID, INGEST_LIMITS__FILE_BYTES="100")
    assert done.returncode == 1
    assert done.stderr == "ingest-service: standard input: It has more than 100 bytes, the limit.\n"
