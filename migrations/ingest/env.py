"""Connects Alembic to the ingest service's database, through the service's own engine and settings."""

import sqlalchemy
from alembic import context

from ingest_service import settings
from ingest_service.store.db import Database
from ingest_service.store.tables import Base


def migrate(connection: sqlalchemy.Connection) -> None:
    """Runs the revisions in the connection's transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    context.run_migrations()


if (connection := context.config.attributes.get("connection")) is not None:
    migrate(connection)
else:
    database = Database(context.get_x_argument(as_dictionary=True).get("url") or settings.load().database_url)
    try:
        with database.migrating() as connection:
            migrate(connection)
    finally:
        database.close()
