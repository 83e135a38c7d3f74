"""The search index of each database, made by hand: FTS5 on SQLite, tsvector on PostgreSQL.

A version is one entry, known by its `seq`, and stays as it is: which versions are current is asked of the states of
documents. Terms come ready made, so the tokenizer has only spaces to split at.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog_service.search.entries import COLUMNS

CREATE = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE search_entry USING fts5({', '.join(COLUMNS)}, "
        "content='', contentless_delete=1, tokenize='ascii')",
    ),
    # A tsvector holds 16,383 positions, 255 of one term, and a megabyte: longer texts are in parts.
    "postgresql": (
        "CREATE TABLE search_entry (entry BIGINT NOT NULL, part INTEGER NOT NULL, "
        + ", ".join(f"{column} TSVECTOR NOT NULL" for column in COLUMNS)
        + ", CONSTRAINT pk_search_entry PRIMARY KEY (entry, part))",
        f"CREATE INDEX ix_search_entry_terms ON search_entry USING GIN ({', '.join(COLUMNS)})",
    ),
}
# As the statements for PostgreSQL see it; kept out of the metadata, which knows nothing of either engine.
search_entry = sa.table(
    "search_entry",
    sa.column("entry", sa.BigInteger),
    sa.column("part", sa.Integer),
    *(sa.column(name, sa.Text) for name in COLUMNS),
)


def create(connection: Connection) -> None:
    """Makes the index; for migrations."""
    for statement in CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Removes the index; for migrations."""
    connection.exec_driver_sql("DROP TABLE search_entry")
