"""The schema of the ingest service's database: its revisions, and whether the database has the one we need."""

import importlib.resources
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import alembic.command
import sqlalchemy
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from ingest_service.db import Database, away
from ingest_service.errors import NoSuchRevision, SchemaMismatch


def migrations() -> Path:
    """The folder of this service's migrations: inside the package in a wheel, beside the package in a checkout."""
    package = Path(str(importlib.resources.files("ingest_service")))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations" / "ingest"


def upgrade(database: Database, target: str = "head") -> None:
    """Brings the schema up to `target`, in one transaction. Raises NoSuchRevision."""
    with _known_revision(), database.migrating() as connection:
        alembic.command.upgrade(config(connection), target)


def downgrade(database: Database, target: str) -> None:
    """Takes the schema down to `target`, in one transaction. Raises NoSuchRevision."""
    with _known_revision(), database.migrating() as connection:
        alembic.command.downgrade(config(connection), target)


def current(database: Database) -> str | None:
    """The revision that the database has; None when it is new. Raises DatabaseAway."""
    try:
        with database.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except sqlalchemy.exc.OperationalError as error:
        raise away(database.engine, error) from error


def check(database: Database) -> None:
    """Raises SchemaMismatch, saying what to do, unless the database has the schema of this release."""
    revisions = ScriptDirectory.from_config(config(None))
    needed, found = revisions.get_current_head(), current(database)
    if found == needed:
        return
    ours = {revision.revision for revision in revisions.walk_revisions()}
    advice = "run `ingest-service migrate up`" if found is None or found in ours else "a newer release made it"
    raise SchemaMismatch(f"the ingest database is at revision {found or 'none'}, this release needs {needed}: {advice}")


def config(connection: sqlalchemy.Connection | None) -> Config:
    """The configuration for Alembic: this service's migrations, in the transaction of `connection`."""
    made = Config()
    # Alembic reads `%` in an option as the start of a placeholder, and a path may contain one.
    made.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


@contextmanager
def _known_revision() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise NoSuchRevision(str(error)) from error
