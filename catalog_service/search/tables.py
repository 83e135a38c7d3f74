"""The table of the search index, created by statements of our own: FTS5 on SQLite, tsvector on PostgreSQL.

Each version has one entry, identified by its `seq`, that never changes; the table `document_state` records which
versions are current. The analyzer has already made the terms, so the tokenizer only splits at spaces.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog_service.search.entries import COLUMNS

CREATE = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE search_entry USING fts5({', '.join(COLUMNS)}, "
        "content='', contentless_delete=1, tokenize='ascii')",
    ),
    # A tsvector holds at most 16,383 positions, 255 of one term, and 1 MB: longer texts are stored in parts.
    "postgresql": (
        "CREATE TABLE search_entry (entry BIGINT NOT NULL, part INTEGER NOT NULL, "
        + ", ".join(f"{column} TSVECTOR NOT NULL" for column in COLUMNS)
        + ", CONSTRAINT pk_search_entry PRIMARY KEY (entry, part))",
        f"CREATE INDEX ix_search_entry_terms ON search_entry USING GIN ({', '.join(COLUMNS)})",
    ),
}
# The table as PostgreSQL has it. It is not part of the ORM's metadata, which would create it on both databases.
search_entry = sa.table(
    "search_entry",
    sa.column("entry", sa.BigInteger),
    sa.column("part", sa.Integer),
    *(sa.column(name, sa.Text) for name in COLUMNS),
)


def create(connection: Connection) -> None:
    """Creates the index table; for migrations."""
    for statement in CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Drops the index table; for migrations."""
    connection.exec_driver_sql("DROP TABLE search_entry")
