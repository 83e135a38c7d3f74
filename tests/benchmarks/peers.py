"""What the product is measured beside: recollindex, Datasette, and bare limits without the product's work."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from tests import postgres
from tests.benchmarks import processes, sqlite
from tests.benchmarks.news import Sample
from tests.benchmarks.processes import Usage
from tests.system import house

BATCH = 100
BARE_TABLES = """
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    CREATE TABLE document (id INTEGER PRIMARY KEY, path TEXT UNIQUE, digest TEXT);
    CREATE TABLE version (document INTEGER, number INTEGER, title TEXT, text TEXT, PRIMARY KEY (document, number));
    CREATE TABLE original (digest TEXT PRIMARY KEY, content BLOB);
    CREATE VIRTUAL TABLE entry USING fts5(title, text, content='');
"""
DATASETTE_TABLES = """
    CREATE TABLE texts (id TEXT PRIMARY KEY, title TEXT, text TEXT);
    CREATE VIRTUAL TABLE texts_fts USING fts5(title, text, content='texts', tokenize='porter');
"""


class PeerMissing(Exception):
    """A program that the product is measured beside is not installed."""


def has_recoll() -> bool:
    """Whether recollindex is installed."""
    return shutil.which("recollindex") is not None


def recoll(texts: Sequence[Sample], folder: Path) -> Usage:
    """What recollindex needs for the texts, apart from starting up."""
    return _recoll(texts, folder / "recoll") - _recoll(texts[:1], folder / "recoll-start-up")


def _recoll(texts: Sequence[Sample], folder: Path) -> Usage:
    seeds, configuration = folder / "seeds", folder / "configuration"
    seeds.mkdir(parents=True)
    configuration.mkdir()
    for text in texts:
        (seeds / text.name).write_bytes(text.content)
    (configuration / "recoll.conf").write_text(f"topdirs = {seeds}\nloglevel = 2\n", encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    return processes.run(["recollindex", "-c", str(configuration)], environment, folder)


def bare_tables(paths: Sequence[Path], folder: Path) -> Usage:
    """Reads files and stores document, version, original and search entry of each, a hundred in a transaction."""
    with sqlite.opened(folder / "bare.db") as connection:
        connection.executescript(BARE_TABLES)
        begun, cpu = time.perf_counter(), time.process_time()
        for first in range(0, len(paths), BATCH):
            connection.execute("BEGIN")
            for number, path in enumerate(paths[first : first + BATCH], first):
                _store(connection, number, path)
            connection.execute("COMMIT")
        return Usage(time.perf_counter() - begun, time.process_time() - cpu)


def _store(connection: sqlite3.Connection, number: int, path: Path) -> None:
    content = path.read_bytes()
    title, _, text = content.decode("utf-8", "replace").partition("\n\n")
    digest = hashlib.sha256(content).hexdigest()
    connection.execute("INSERT INTO document VALUES (?, ?, ?)", (number, path.name, digest))
    connection.execute("INSERT INTO version VALUES (?, 1, ?, ?)", (number, title, text))
    connection.execute("INSERT OR IGNORE INTO original VALUES (?, ?)", (digest, content))
    connection.execute("INSERT INTO entry (rowid, title, text) VALUES (?, ?, ?)", (number, title, text))


def scan(folder: Path) -> float:
    """Seconds of a bare scandir and stat of every file below a folder."""
    begun = time.perf_counter()
    folders = [str(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
    return time.perf_counter() - begun


def callbacks(texts: Sequence[Sample], folder: Path) -> list[float]:
    """Seconds from the close of each file until a bare callback has read it and committed it to two databases."""
    seeds = folder / "bare-seeds"
    seeds.mkdir()
    recorder = _Recorder(folder)
    observer = Observer()
    observer.schedule(recorder, str(seeds))
    observer.start()
    try:
        return [recorder.wait(_closed(seeds / text.name, text.content)) for text in texts]
    finally:
        observer.stop()
        observer.join()
        recorder.close()


def _closed(path: Path, content: bytes) -> float:
    """Writes a file; the moment of its close."""
    path.write_bytes(content)
    return time.perf_counter()


class _Recorder(FileSystemEventHandler):
    """Reads a closed file and commits it to two databases: the work of both services without their decisions."""

    def __init__(self, folder: Path) -> None:
        self._connections = [
            sqlite.connect(folder / name, check_same_thread=False) for name in ("bare-ledger.db", "bare-catalog.db")
        ]
        for connection in self._connections:
            connection.executescript(BARE_TABLES)
        self._done = threading.Semaphore(0)
        self._number = 0

    def on_closed(self, event: FileSystemEvent) -> None:
        """Records the file."""
        self._number += 1
        for connection in self._connections:
            connection.execute("BEGIN")
            _store(connection, self._number, Path(os.fsdecode(event.src_path)))
            connection.execute("COMMIT")
        self._done.release()

    def wait(self, closed: float) -> float:
        """Waits until one more file is recorded; the seconds since it was closed. Fails after a while."""
        assert self._done.acquire(timeout=house.DEADLINE_SECONDS), "the bare callback did not come"
        return time.perf_counter() - closed

    def close(self) -> None:
        """Closes the databases."""
        for connection in self._connections:
            connection.close()


@dataclass(frozen=True, slots=True)
class Datasette:
    """A running Datasette with the table `texts`, ids from 0."""

    port: int
    pid: int


def datasette_program() -> Path:
    """The command. Raises PeerMissing."""
    program = house.BINARIES / "datasette"
    if not program.exists():
        raise PeerMissing("datasette is missing: run the benchmarks by ./dev bench")
    return program


@contextmanager
def datasette(texts: Sequence[Sample], size: int, folder: Path) -> Iterator[Datasette]:
    """Datasette over `size` rows of the texts, again from the first after the last. Raises PeerMissing."""
    program = datasette_program()
    database = folder / "texts.db"
    _fill(database, texts, size)
    port = postgres.free_port()
    with (folder / "datasette.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(program), "serve", str(database), "--host", "127.0.0.1", "--port", str(port)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        house.until(lambda: house.ask(f"http://127.0.0.1:{port}/-/versions.json").status == 200, "Datasette")
        yield Datasette(port, process.pid)
    finally:
        process.terminate()
        process.wait(house.STOP_SECONDS)


def _fill(database: Path, texts: Sequence[Sample], size: int) -> None:
    with sqlite.opened(database) as connection:
        connection.executescript(DATASETTE_TABLES)
        connection.execute("BEGIN")
        rows = ((str(number), *texts[number % len(texts)].text.partition("\n\n")[::2]) for number in range(size))
        connection.executemany("INSERT INTO texts VALUES (?, ?, ?)", rows)
        connection.execute("INSERT INTO texts_fts(texts_fts) VALUES ('rebuild')")
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
