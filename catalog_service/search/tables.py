"""The tables of the search index, created by statements of our own: FTS5 on SQLite, tsvector on PostgreSQL.

Each version has one entry, identified by its `seq`, that never changes; the table `document_state` records which
versions are current. The analyzer has already made the terms, so the tokenizer only splits at spaces. While the index
is rebuilt, a second table beside the live one takes the new entries; see `search.rebuild`.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog_service.search.entries import COLUMNS

LIVE, NEXT = "search_entry", "search_entry_next"
# At most one row, of the build that is under way: the `seq` of the last version with an entry in the new index, and the
# version of the analysis that made these entries.
build = sa.table("search_build", sa.column("done", sa.BigInteger), sa.column("analysis", sa.Integer))


def entry_table(name: str = LIVE) -> sa.TableClause:
    """The table as PostgreSQL has it. It is not part of the ORM's metadata, which would create it on both databases."""
    keys = (sa.column("entry", sa.BigInteger), sa.column("part", sa.Integer))
    return sa.table(name, *keys, *(sa.column(column, sa.Text) for column in COLUMNS))


search_entry = entry_table()


def create(connection: Connection, name: str = LIVE) -> None:
    """Creates an index table."""
    for statement in _create(name)[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _create(name: str) -> dict[str, tuple[str, ...]]:
    return {
        "sqlite": (
            f"CREATE VIRTUAL TABLE {name} USING fts5({', '.join(COLUMNS)}, "
            "content='', contentless_delete=1, tokenize='ascii')",
        ),
        # A tsvector holds at most 16,383 positions, 255 of one term, and 1 MB: longer texts are stored in parts.
        "postgresql": (
            f"CREATE TABLE {name} (entry BIGINT NOT NULL, part INTEGER NOT NULL, "
            + ", ".join(f"{column} TSVECTOR NOT NULL" for column in COLUMNS)
            + f", CONSTRAINT pk_{name} PRIMARY KEY (entry, part))",
            f"CREATE INDEX ix_{name}_terms ON {name} USING GIN ({', '.join(COLUMNS)})",
        ),
    }


def drop(connection: Connection, name: str = LIVE) -> None:
    """Drops an index table, if there is one of this name."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def switch(connection: Connection) -> None:
    """Puts the new index in the place of the live one."""
    drop(connection)
    connection.exec_driver_sql(f"ALTER TABLE {NEXT} RENAME TO {LIVE}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER INDEX pk_{NEXT} RENAME TO pk_{LIVE}")
        connection.exec_driver_sql(f"ALTER INDEX ix_{NEXT}_terms RENAME TO ix_{LIVE}_terms")
