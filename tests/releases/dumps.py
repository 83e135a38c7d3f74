"""The databases of released versions: how they are filled, dumped and loaded.

Run as a script it dumps those of the release that is installed:

    ./dev exec python -m tests.releases.dumps

A dump is never made again once its release is out: later migrations are tried on it as it was.
"""

import gzip
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import sqlalchemy
from psycopg import sql

from catalog_service.release import RELEASE
from tests import postgres
from tests.system import house, texts

FOLDER = Path(__file__).parents[1] / "data" / "releases"
SERVICES = ("catalog", "ingest")
# Seeds by what becomes of them; the numbers are their first three digits.
EDITED, MOVED, GONE = "002_200bd031bc9ac438.txt", "003_35d9cbb4bae98c3f.txt", "004_1445d6a868041173.txt"
# What pg_dump says to psql, and settings that older servers do not know.
FOR_PSQL = re.compile(r"^(\\|SET |--|$)")


def change(seeds: Path) -> None:
    """Does to the five seeds what a dump holds the history of."""
    (seeds / "harbour.txt").write_text(texts.HARBOUR, encoding="utf-8")
    (seeds / "empty.txt").touch()
    (seeds / "copy.txt").write_bytes((seeds / EDITED).read_bytes())
    edited = (seeds / EDITED).read_text(encoding="utf-8")
    (seeds / EDITED).write_text(edited.replace("criticised", "sharply criticised"), encoding="utf-8")
    (seeds / MOVED).rename(seeds / "trip.txt")
    (seeds / GONE).unlink()


def live(home: house.House) -> None:
    """Both services take the seeds in, and then the changes."""
    home.start()
    home.arrived()
    change(home.seeds)
    house.until(lambda: home.documents().keys() >= {"harbour.txt", "copy.txt", "trip.txt"}, "what came")
    house.until(lambda: home.documents("withdrawn") and home.documents()[EDITED]["version"] == 2, "what changed")
    house.until(lambda: home.files().get("empty.txt", {}).get("reason") == "empty", "the empty file's reason")
    home.arrived(6)
    home.stop()


def dump_sqlite(url: str, target: Path) -> None:
    """The whole database file, without what it no longer needs; in text the shadow tables of FTS5 would not load."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("VACUUM INTO ?", (str(copy),))
        connection.close()
        with gzip.GzipFile(target.with_suffix(".db.gz"), "wb", mtime=0) as packed:
            packed.write(copy.read_bytes())


def load_sqlite(source: Path, url: str) -> None:
    """Puts the database file where the URL points."""
    Path(url.removeprefix("sqlite:///")).write_bytes(gzip.decompress(source.with_suffix(".db.gz").read_bytes()))


def dump_postgres(url: str, target: Path) -> None:
    """Schema and rows as statements, one on each line or more, which any PostgreSQL of ours understands."""
    plain = sqlalchemy.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = ["--no-owner", "--no-privileges", "--rows-per-insert=100"]
    command = [str(postgres.find_binaries() / "pg_dump"), *options, plain]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kept = [line for line in done.stdout.splitlines(keepends=True) if not FOR_PSQL.match(line)]
    with gzip.GzipFile(target.with_suffix(".sql.gz"), "wb", mtime=0) as packed:
        packed.write("".join(kept).encode())


def load_postgres(source: Path, url: str) -> None:
    """Runs the statements on an empty database."""
    address = sqlalchemy.make_url(url)
    postgres.UNUSED.discard(str(address.database))
    statements = gzip.decompress(source.with_suffix(".sql.gz").read_bytes())
    with postgres.connect(address, autocommit=True) as connection:
        connection.execute(statements)
        # The dump names every table in full and leaves an empty search path behind.
        connection.execute(sql.SQL("RESET search_path"))


def dump(urls: tuple[str, str], folder: Path, dumping: Callable[[str, Path], None]) -> None:
    """Fills both databases through both services and dumps them."""
    with tempfile.TemporaryDirectory() as name, house.living(Path(name), *urls) as home:
        live(home)
        for service, url in zip(SERVICES, urls, strict=True):
            dumping(url, folder / service)


def main() -> None:
    """Dumps all four databases of the release that is installed."""
    folder = FOLDER / RELEASE
    if folder.exists():
        sys.exit(f"{folder} is there: the dump of a release is made once")
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        dump((f"sqlite:///{name}/catalog.db", f"sqlite:///{name}/ingest.db"), folder, dump_sqlite)
    with postgres.running(os.environ) as server:
        catalog, ingest = (server.create().render_as_string(hide_password=False) for _ in SERVICES)
        dump((catalog, ingest), folder, dump_postgres)


if __name__ == "__main__":
    main()
