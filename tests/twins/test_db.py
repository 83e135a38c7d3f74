"""Transactions of both services, on both databases: whole or not at all; and what an error of a driver means."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import JSON, bindparam, event, exc, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.orm import Session

from tests.twins.conftest import Database, Twin


@pytest.fixture
def database(twin: Twin, database_url: str) -> Iterator[Database]:
    yield from filled(twin, database_url)


@pytest.fixture
def sqlite(twin: Twin, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database on SQLite that waits for a lock no longer than a moment."""
    monkeypatch.setattr(twin.module("db"), "BUSY_MILLISECONDS", 20)
    yield from filled(twin, sqlite_url)


@pytest.fixture
def postgres(twin: Twin, postgres_url: str) -> Iterator[Database]:
    yield from filled(twin, postgres_url)


def filled(twin: Twin, url: str) -> Iterator[Database]:
    """A database with one table, closed afterwards."""
    made = twin.database(url)
    with made.writing() as session:
        session.execute(text("CREATE TABLE word (n INTEGER)"))
    yield made
    made.close()


def add(session: Session, number: int) -> None:
    session.execute(text("INSERT INTO word VALUES (:n)"), {"n": number})


def count(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM word")).scalar_one())


def add_after_reading(session: Session) -> None:
    add(session, count(session))


def write(database: Database, statement: str = "INSERT INTO word VALUES (1)") -> None:
    with database.writing() as session:
        session.execute(text(statement))


def test_the_connection_that_was_used_last_is_used_again(database: Database) -> None:
    with database.reading() as first, database.reading():
        last = first.connection().connection.driver_connection
    with database.reading() as session:
        assert session.connection().connection.driver_connection is last


def test_an_error_undoes_everything_of_its_transaction(database: Database) -> None:
    def fail_half_way() -> None:
        with database.writing() as session:
            add(session, 1)
            raise LookupError

    with pytest.raises(LookupError):
        fail_half_way()
    with database.reading() as session:
        assert count(session) == 0


def test_a_savepoint_undoes_its_part_only(database: Database) -> None:
    with database.writing() as session:
        add(session, 1)
        with session.begin_nested() as savepoint:
            add(session, 2)
            savepoint.rollback()
    with database.reading() as session:
        assert count(session) == 1


VALUES: dict[str, Any] = {
    "every type": [1, 2**70, 0.1, 1e-7, -0.0, True, None, (2, 3), {}],
    "letters of all scripts": {"한국": 'é"\\\u2028</'},
    "half a surrogate pair": ["한국", "\ud800"],
}


@pytest.mark.parametrize("name", VALUES)
def test_json_is_read_as_the_value_that_was_stored(database: Database, name: str) -> None:
    stored = text("SELECT CAST(:value AS TEXT)").bindparams(bindparam("value", type_=JSON))
    with database.reading() as session:
        written = session.execute(stored, {"value": VALUES[name]}).scalar_one()
    assert json.loads(written) == json.loads(json.dumps(VALUES[name]))
    assert ("한국" in written) == (name == "letters of all scripts")


def test_a_reader_sees_one_snapshot_while_others_write(database: Database) -> None:
    with database.reading() as reader:
        assert count(reader) == 0
        with database.writing() as writer:
            add(writer, 1)
        assert count(reader) == 0
    with database.reading() as reader:
        assert count(reader) == 1


async def test_many_writers_that_read_first_all_succeed(database: Database) -> None:
    await asyncio.gather(*(database.write(add_after_reading) for _ in range(40)))
    assert await database.read(count) == 40


# What a driver's error means.


@pytest.mark.parametrize("statement", ["SELECT n FROM no_table", "SELEKT 1"])
def test_a_fault_of_the_program_is_not_a_database_that_is_away(database: Database, statement: str) -> None:
    with pytest.raises(exc.DBAPIError):
        write(database, statement)
    write(database)


def test_too_many_parameters_are_a_fault_of_the_program(database: Database) -> None:
    """PostgreSQL's driver refuses them without an SQLSTATE, as it does a lost connection."""
    marks = ", ".join(["?" if database.engine.dialect.name == "sqlite" else "%s"] * 300_000)

    def with_many(cursor: DBAPICursor, _statement: str, _parameters: object, _context: object) -> bool:
        cursor.execute(f"SELECT n FROM word WHERE n IN ({marks})", list(range(300_000)))  # noqa: S608  Only marks.
        return True

    with database.reading() as session:
        event.listen(database.engine, "do_execute", with_many)
        try:
            with pytest.raises(exc.OperationalError):
                count(session)
        finally:
            event.remove(database.engine, "do_execute", with_many)
    write(database)


@pytest.mark.parametrize(
    "state",
    ["08006", "25006", "40001", "40P01", "53100", "53200", "53300", "55P03", "57P01", "57P02", "57P03", "58030"],
)
def test_a_server_that_stops_or_is_full_is_away(twin: Twin, postgres: Database, state: str) -> None:
    with pytest.raises(twin.module("errors").DatabaseAway, match="as the server says"):
        raise_in(postgres, state)
    write(postgres)


@pytest.mark.parametrize("state", ["XX001", "XX002"])
def test_a_damaged_server_is_unusable(twin: Twin, postgres: Database, state: str) -> None:
    with pytest.raises(twin.module("errors").DatabaseUnusable, match="as the server says"):
        raise_in(postgres, state)


@pytest.mark.parametrize("state", ["22021", "42P01", "54000", "57014", "0A000"])
def test_what_the_program_did_stays_an_error_of_the_driver(postgres: Database, state: str) -> None:
    with pytest.raises(exc.DBAPIError):
        raise_in(postgres, state)


def raise_in(database: Database, state: str) -> None:
    """Has the server itself fail with an SQLSTATE."""
    write(database, f"DO $$ BEGIN RAISE EXCEPTION 'as the server says' USING ERRCODE = '{state}'; END $$")


def test_a_connection_that_is_cut_is_away_and_made_anew(twin: Twin, postgres: Database) -> None:
    def cut() -> None:
        with postgres.writing() as session:
            add(session, 1)
            process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with postgres.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
            add(session, 2)

    with pytest.raises(twin.module("errors").DatabaseAway):
        cut()
    with postgres.reading() as session:
        assert count(session) == 0


def test_a_database_that_takes_no_more_connections_is_away(twin: Twin, postgres: Database) -> None:
    url = postgres.engine.url
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(), autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        connection.execute("ALTER ROLE guest CONNECTION LIMIT 0")
    guest = twin.database(url.set(username="guest").render_as_string())
    try:
        with pytest.raises(twin.module("errors").DatabaseAway, match="too many connections"), guest.reading():
            pass
    finally:
        guest.close()
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(), autocommit=True) as connection:
            connection.execute("DROP ROLE guest")


def test_a_server_that_cannot_be_reached_is_named_without_its_password(twin: Twin) -> None:
    for query in ("", "?password=hunter2"):
        database = twin.database(f"postgresql+psycopg://reader:hunter2@127.0.0.1:1/none{query}")
        with pytest.raises(twin.module("errors").DatabaseAway) as away, database.reading():
            pass
        assert "127.0.0.1:1/none" in str(away.value)
        assert "hunter2" not in str(away.value)
        assert "\n" not in str(away.value)
        database.close()


def file_of(database: Database) -> Path:
    """The file of a database on SQLite."""
    return Path(str(database.engine.url.database))


def grow(database: Database) -> None:
    """Has SQLite fail as on a full disk: the file may not grow."""
    with database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1"))
        for _ in range(20):
            session.execute(text("CREATE TABLE t" + os.urandom(8).hex() + " (n)"))


def lock(database: Database) -> None:
    """Writes while another connection holds the database."""
    with database.engine.connect().execution_options(immediate=True) as other, other.begin():
        write(database)


def forbid(database: Database) -> None:
    """Writes through a connection that may only read, as on a read-only file system."""
    with database.writing() as session:
        session.execute(text("PRAGMA query_only = ON"))
        try:
            add(session, 1)
        finally:
            session.execute(text("PRAGMA query_only = OFF"))


def take_folder_away(database: Database) -> None:
    path = file_of(database)
    database.engine.dispose()
    path.rename(path.with_suffix(".aside"))
    path.mkdir()
    try:
        write(database)
    finally:
        path.rmdir()
        path.with_suffix(".aside").rename(path)


@pytest.mark.parametrize("break_it", [grow, lock, forbid, take_folder_away])
def test_a_condition_of_sqlite_that_ends_by_itself_is_away(
    twin: Twin, sqlite: Database, break_it: Callable[[Database], None]
) -> None:
    with pytest.raises(twin.module("errors").DatabaseAway, match=r"test\.db: "):
        break_it(sqlite)
    with sqlite.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1000000"))
        add(session, 1)
    with sqlite.reading() as session:
        assert count(session) == 1


def test_a_damaged_file_is_unusable(twin: Twin, sqlite: Database) -> None:
    path = file_of(sqlite)
    sqlite.engine.dispose()
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)
    with pytest.raises(twin.module("errors").DatabaseUnusable):
        write(sqlite, "INSERT INTO word SELECT n FROM word")


def test_a_file_that_becomes_another_is_unusable(twin: Twin, sqlite: Database) -> None:
    path = file_of(sqlite)
    sqlite.engine.dispose()
    path.write_text("This text was written over the database. " * 200, encoding="utf-8")
    with pytest.raises(twin.module("errors").DatabaseUnusable):
        write(sqlite)


def make_text(path: Path) -> None:
    path.write_text("hello", encoding="utf-8")


@pytest.mark.parametrize("make", [Path.mkdir, make_text, os.mkfifo])
def test_what_is_no_database_is_refused_when_it_is_opened(
    twin: Twin, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "x.db")
    with pytest.raises(twin.module("errors").DatabaseUnusable, match=f"{twin.variable}DATABASE_URL"):
        twin.database(f"sqlite:///{tmp_path}/x.db")


@pytest.mark.parametrize("url", ["postgresql+psycopg://reader@host:port/x", "sqlite:////x.db?mode=ro", "nonsense"])
def test_a_url_that_cannot_be_read_is_a_wrong_setting(twin: Twin, url: str) -> None:
    with pytest.raises(twin.module("errors").SettingsWrong, match=f"{twin.variable}DATABASE_URL"):
        twin.database(url)


def test_an_option_that_the_driver_does_not_have_is_a_wrong_setting(twin: Twin) -> None:
    database = twin.database("postgresql+psycopg://reader@127.0.0.1:1/none?colour=red")
    with pytest.raises(twin.module("errors").SettingsWrong, match="colour"), database.reading():
        pass
    database.close()
