"""The search index of each database, made by hand: FTS5 on SQLite, tsvector on PostgreSQL.

A document's current version is one entry, known by its `created_seq`. Words and stems have columns of their own, so
that a prefix is one of words as they are written.
"""

from sqlalchemy import Connection

COLUMNS = ("title", "text", "title_words", "text_words")

CREATE = {
    "sqlite": (
        f"CREATE VIRTUAL TABLE search_entry USING fts5({', '.join(COLUMNS)}, "
        "content='', contentless_delete=1, tokenize='ascii')",
    ),
    # A tsvector holds 16,383 positions: longer texts are in parts.
    "postgresql": (
        "CREATE TABLE search_entry (id BIGINT NOT NULL, part INTEGER NOT NULL, "
        + ", ".join(f"{column} TSVECTOR NOT NULL" for column in COLUMNS)
        + ", CONSTRAINT pk_search_entry PRIMARY KEY (id, part))",
        *(f"CREATE INDEX ix_search_entry_{column} ON search_entry USING GIN ({column})" for column in COLUMNS),
    ),
}


def create(connection: Connection) -> None:
    """Makes the index; for migrations."""
    for statement in CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop(connection: Connection) -> None:
    """Removes the index; for migrations."""
    connection.exec_driver_sql("DROP TABLE search_entry")
