"""Fills the databases of a loaded home on SQLite: every row that the product wrote is written again under other ids.

Tables and columns are those of the product's own schema, and the rows are what the services themselves recorded for the
first texts. A copy of them has documents, digests, paths and sequence numbers of its own; its fingerprints are its own
as well, so that a text shares passages only within its copy, but for boilerplate. Its terms of search are the same.
Each known file lies in the folder. Delivered events are left out: the service itself deletes them after some days.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from tests.benchmarks import sqlite
from tests.benchmarks.news import Sample
from tests.system.house import House

# In the place of eight hexadecimal digits of an id, and before the name of a file.
DIGITS, FOLDER = "\0", "\1"
IDS = re.compile(r"[0-9a-f]{8}(?=-[0-9a-f]{4}-)|(?<=sha-256:)[0-9a-f]{8}|^[0-9a-f]{8}(?=[0-9a-f]{24}$)")
NAMES = re.compile(r"(?<![\w./])\d{6}\.\w+")
# Columns of texts: they repeat in every copy.
PROSE = {"title", "paragraphs", "details", "notes"}
# Tables of the catalog with rows about the catalog itself.
OWN_TABLES = {"counter", "token", "alembic_version"}
SEARCH = "search_entry"
# The tables of the ledger, and which of their columns number rows of which table.
LEDGER = {
    "file": {"id": "file"},
    "item": {"id": "item"},
    "file_item": {"file": "file", "item": "item"},
    "article": {"id": "article", "item": "item"},
    "fingerprints": {"id": "fingerprints", "article": "article"},
}
# The articles of copies are learned from already, as those of the first texts are: `version, last article, revision`.
LEARNED = """
    UPDATE state SET value = substr(value, 1, instr(value, ' ')) || (SELECT max(id) FROM article)
        || substr(value, instr(value, ' ') + instr(substr(value, instr(value, ' ') + 1), ' '))
    WHERE key = 'furniture'
"""
UPDATE_FACTS = "UPDATE file SET size = ?, mtime_ns = ?, ctime_ns = ?, device = ?, inode = ? WHERE path = ?"
STORED = np.dtype("<i8")

Row: TypeAlias = tuple[Any, ...]
Offsets: TypeAlias = Mapping[str, int]
"""What is added to the numbers of each space of numbers: `seq`, or the ids of a table."""
Edit: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table as a template: ids and names of files are marked, numbers are known by their space."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    spaces: Mapping[str, str]

    def copies(self, number: int, offsets: Offsets, edits: Mapping[str, Edit]) -> Iterator[Row]:
        """The rows of one copy; `edits` has the function that changes a column, by the names of table and column."""
        digits, folder = f"{number:08x}", f"{folder_of(number)}/"

        def renamed(value: Any) -> Any:  # noqa: ANN401  A value of any column.
            return value.replace(DIGITS, digits).replace(FOLDER, folder) if isinstance(value, str) else value

        by_column = [
            edits.get(f"{self.name}.{column}")
            or (partial(_moved, offsets[self.spaces[column]]) if column in self.spaces else renamed)
            for column in self.columns
        ]
        for row in self.rows:
            yield tuple(edit(value) for edit, value in zip(by_column, row, strict=True))

    @property
    def insert(self) -> str:
        """The statement that inserts a row."""
        marks = ", ".join("?" for _ in self.columns)
        quoted = ", ".join(f'"{column}"' for column in self.columns)
        return f'INSERT INTO "{self.name}" ({quoted}) VALUES ({marks})'  # noqa: S608  Names of the schema itself.

    def top(self, space: str) -> int:
        """The highest number of a space in this table."""
        places = [self.columns.index(column) for column, of in self.spaces.items() if of == space]
        return max((row[place] or 0 for row in self.rows for place in places), default=0)


@dataclass(slots=True)
class Filling:
    """Fills both databases and the folder of a home whose services are stopped."""

    home: House
    texts: Sequence[Sample]
    catalog: list[Table] = field(init=False)
    ledger: list[Table] = field(init=False)
    boilerplate: "np.ndarray[Any, np.dtype[np.int64]]" = field(init=False)
    copies: int = 0

    def __post_init__(self) -> None:
        with _open(self.home.catalog_database) as connection:
            self.catalog = [*_catalog_tables(connection), _search_table(connection)]
        with _open(self.home.ingest_database) as connection:
            self.ledger = [_table(connection, name, spaces) for name, spaces in LEDGER.items()]
            stored = [fingerprint for (fingerprint,) in connection.execute("SELECT fingerprint FROM boilerplate")]
            self.boilerplate = np.array(sorted(stored), dtype=np.int64)

    @property
    def size(self) -> int:
        """How many documents the texts and their copies are."""
        return (self.copies + 1) * len(self.texts)

    def grow(self, size: int) -> None:
        """Adds copies until there are at least `size` documents."""
        with _open(self.home.catalog_database) as catalog, _open(self.home.ingest_database) as ledger:
            while self.size < size:
                self.copies += 1
                self._add(catalog, ledger)

    def documents(self, count: int) -> list[str]:
        """The ids of documents drawn from all."""
        with _open(self.home.catalog_database) as connection:
            rows = connection.execute("SELECT id FROM document ORDER BY random() LIMIT ?", (count,))
            return [document for (document,) in rows]

    def _add(self, catalog: sqlite3.Connection, ledger: sqlite3.Connection) -> None:
        folder = self.home.seeds / folder_of(self.copies)
        folder.mkdir()
        for text in self.texts:
            (folder / text.name).write_bytes(text.content)
        [(seq,)] = catalog.execute("SELECT seq FROM counter")
        _insert(catalog, self.catalog, self.copies, {"seq": seq}, {})
        top = max(table.top("seq") for table in self.catalog)
        catalog.execute("UPDATE counter SET seq = ?", (seq + top,))
        catalog.execute("COMMIT")
        offsets = {name: _top(ledger, name) for name, spaces in LEDGER.items() if "id" in spaces}
        _insert(ledger, self.ledger, self.copies, offsets, {"fingerprints.hashes": self._fingerprints})
        ledger.executemany(UPDATE_FACTS, _facts(folder))
        ledger.execute(LEARNED)
        ledger.execute("COMMIT")

    def _fingerprints(self, stored: bytes | None) -> bytes | None:
        """The fingerprints of a copy: all but boilerplate are changed by the same bits."""
        if stored is None:
            return None
        hashes = np.frombuffer(stored, dtype=STORED)
        bits = np.random.default_rng(self.copies).integers(-(2**63), 2**63, dtype=np.int64)
        changed = np.where(np.isin(hashes, self.boilerplate), hashes, hashes ^ bits)
        return np.sort(changed).astype(STORED).tobytes()


def _moved(offset: int, number: int | None) -> int | None:
    """The number of a row among those of a copy; 0 and NULL refer to no row."""
    return number + offset if number else number


def _top(ledger: sqlite3.Connection, table: str) -> int:
    top: int = ledger.execute(f'SELECT max(id) FROM "{table}"').fetchone()[0]  # noqa: S608  A name of the schema itself.
    return top


def folder_of(number: int) -> str:
    """The folder that holds the files of a copy."""
    return f"copy{number:04}"


def _insert(
    connection: sqlite3.Connection, tables: Iterable[Table], number: int, offsets: Offsets, edits: Mapping[str, Edit]
) -> None:
    connection.execute("BEGIN")
    for table in tables:
        connection.executemany(table.insert, table.copies(number, offsets, edits))


def _facts(folder: Path) -> Iterator[Row]:
    """What the file system says of each file, and its path in the ledger."""
    with os.scandir(folder) as entries:
        for entry in entries:
            stat = entry.stat()
            path = f"{folder.name}/{entry.name}"
            yield stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_dev, stat.st_ino, path


@contextmanager
def _open(url: str) -> Iterator[sqlite3.Connection]:
    with sqlite.opened(Path(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        yield connection


def _catalog_tables(connection: sqlite3.Connection) -> Iterator[Table]:
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in names:
        if name not in OWN_TABLES and not name.startswith(("sqlite_", SEARCH)):
            yield _table(connection, name, None)


def _table(connection: sqlite3.Connection, name: str, spaces: Mapping[str, str] | None) -> Table:
    cursor = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608  A name of the schema itself.
    columns = tuple(column for column, *_ in cursor.description)
    if spaces is None:
        spaces = {column: "seq" for column in columns if column.endswith("seq")}
    rows = [tuple(_marked(column, value) for column, value in zip(columns, row, strict=True)) for row in cursor]
    return Table(name, columns, rows, spaces)


def _marked(column: str, value: Any) -> Any:  # noqa: ANN401  A value of any column.
    if not isinstance(value, str) or column in PROSE:
        return value
    return NAMES.sub(lambda name: FOLDER + name[0], IDS.sub(DIGITS, value))


def _search_table(connection: sqlite3.Connection) -> Table:
    """The entries of search, which hold no content: their terms in order are read from the index itself."""
    columns = tuple(column for _, column, *_ in connection.execute(f"PRAGMA table_info({SEARCH})"))
    connection.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {SEARCH}, instance)")
    entries: dict[int, dict[str, str]] = {}
    terms = "SELECT doc, col, group_concat(term, ' ' ORDER BY offset) FROM temp.terms GROUP BY doc, col"
    for entry, column, string in connection.execute(terms):
        entries.setdefault(entry, {})[column] = string
    rows = [(entry, *(found.get(column, "") for column in columns)) for entry, found in sorted(entries.items())]
    return Table(SEARCH, ("rowid", *columns), rows, {"rowid": "seq"})
