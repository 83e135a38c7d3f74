"""The ground the other tests stand on: databases are real and of their own, leaks are seen."""

import asyncio
import socket
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy

from tests import conftest, postgres


def test_every_test_has_an_empty_database_it_can_write(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
        connection.execute(sqlalchemy.text("CREATE TABLE page (word TEXT)"))
        connection.execute(sqlalchemy.text("INSERT INTO page VALUES ('Nuku’alofa')"))
        assert connection.execute(sqlalchemy.text("SELECT word FROM page")).scalar_one() == "Nuku’alofa"
    engine.dispose()


@pytest.mark.postgres
def test_a_database_is_dropped_though_someone_is_connected(postgres_server: postgres.Server) -> None:
    url = postgres_server.create()
    held = postgres.connect(url)
    postgres_server.drop(url)
    with postgres.connect(postgres_server.url) as connection:
        names = [name for (name,) in connection.execute("SELECT datname FROM pg_database")]
    held.close()
    assert url.database not in names


def test_a_thread_and_a_file_left_behind_are_named(tmp_path: Path) -> None:
    threads, files = set(threading.enumerate()), conftest.open_files()
    done = threading.Event()
    forgotten = threading.Thread(target=done.wait, name="forgotten")
    forgotten.start()
    with (tmp_path / "open.txt").open("w"):
        leaked = conftest.leaks(threads, files)
    done.set()
    forgotten.join()
    assert leaked[0] == "thread forgotten"
    assert [entry for entry in leaked if "open.txt" in entry]
    assert conftest.leaks(threads, files) == []


async def test_a_loop_that_used_its_thread_pool_leaks_nothing() -> None:
    assert await asyncio.to_thread(threading.current_thread) is not threading.main_thread()


def test_binaries_that_another_user_cannot_reach_are_copied(tmp_path: Path) -> None:
    binaries = tmp_path / "closed" / "bin"
    binaries.mkdir(parents=True)
    (binaries / "postgres").write_text("a program")
    (tmp_path / "closed").chmod(0o700)
    open_folder = tmp_path / "open"
    open_folder.mkdir()

    programs = postgres.reachable(binaries, open_folder, {"user": 65534})

    assert programs == open_folder / "install" / "bin"
    assert (programs / "postgres").read_text() == "a program"
    assert postgres.reachable(binaries, open_folder, {}) == binaries


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be reserved")
def test_the_port_of_a_server_that_restarts_is_taken_by_nothing_else() -> None:
    port = postgres.free_port()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(server.getsockname()):
            server.accept()[0].close()
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
