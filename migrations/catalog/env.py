"""Connects Alembic to the catalog's database, through the service's own engine and settings."""

from alembic import context

from catalog_service import settings
from catalog_service.store import tables  # noqa: F401  Importing it fills the metadata.
from catalog_service.store.base import Base
from catalog_service.store.db import Database


def run() -> None:
    """Runs the revisions on the database; a script of SQL statements is never written."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    database = Database(context.get_x_argument(as_dictionary=True).get("url") or settings.load().database_url)
    try:
        with database.migrating() as connection:
            migrate(connection)
    finally:
        database.close()


def migrate(connection: object) -> None:
    """Runs the revisions inside the connection's transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=_is_ours)  # type: ignore[arg-type]
    context.run_migrations()


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether autogenerate compares a table; the search tables are not in the metadata, so it would drop them."""
    return not (kind == "table" and (name or "").startswith("search_"))


run()
