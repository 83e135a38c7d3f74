"""The schema of the catalog's database: brought up, taken down, and checked before the service starts.

`ingest_service/store/schema.py` is the twin of this module; `tests/twins` compares the two.
"""

import importlib.resources
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import alembic.command
import sqlalchemy
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import exc

from catalog_service.errors import NoSuchRevision, SchemaMismatch
from catalog_service.store.db import LONGEST_REASON, MIGRATE, SETTING, Database

# Every revision has it, and the schema of the other service does not.
OWN_TABLE = "change"


def migrations() -> Path:
    """The folder of this service's migrations: inside the package in a wheel, beside the package in a checkout."""
    package = Path(str(importlib.resources.files("catalog_service")))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations" / "catalog"


def upgrade(database: Database, target: str = "head") -> None:
    """Brings the schema up to `target`, whole or not at all. Raises NoSuchRevision, SchemaMismatch, DatabaseAway."""
    current(database)
    with _translated(), database.migrating() as connection:
        alembic.command.upgrade(config(connection), target)


def downgrade(database: Database, target: str) -> None:
    """Takes the schema down to `target`, whole or not at all. Raises NoSuchRevision, SchemaMismatch, DatabaseAway."""
    current(database)
    with _translated(), database.migrating() as connection:
        alembic.command.downgrade(config(connection), target)


def current(database: Database) -> str | None:
    """The revision of the database; None when it is new. Raises SchemaMismatch, DatabaseAway.

    SchemaMismatch: a newer release or another program made the database, so nothing here may touch it.
    """
    with _translated(), database.reading() as session:
        connection = session.connection()
        revision = MigrationContext.configure(connection).get_current_revision()
        own = revision is None or sqlalchemy.inspect(connection).has_table(OWN_TABLE)
    if not own:
        raise SchemaMismatch(f"the database is that of another program: set {SETTING} to one that no other uses")
    if revision is not None and revision not in {script.revision for script in _revisions().walk_revisions()}:
        raise SchemaMismatch(f"a newer release made the database (schema {revision}): install that release")
    return revision


def plan(database: Database) -> list[str]:
    """The revisions that `upgrade` would run, in order, each with its sentence. Raises SchemaMismatch, DatabaseAway."""
    revision = current(database)
    steps = _revisions().iterate_revisions("head", revision or "base")
    return [
        f"{step.revision} {step.doc.splitlines()[0]}" for step in reversed(list(steps)) if step.revision != revision
    ]


def check(database: Database) -> None:
    """Raises SchemaMismatch, with what to do, unless the database has the schema of this release."""
    revision, needed = current(database), _revisions().get_current_head()
    if revision != needed:
        raise SchemaMismatch(
            f"the database has schema {revision or 'none'}, this release needs {needed}: run `{MIGRATE}`"
        )


def config(connection: sqlalchemy.Connection | None) -> Config:
    """The configuration for Alembic: this service's migrations, in the transaction of `connection`."""
    configuration = Config()
    # Alembic reads `%` in an option as the start of a placeholder, and a path may contain one.
    configuration.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _revisions() -> ScriptDirectory:
    return ScriptDirectory.from_config(config(None))


@contextmanager
def _translated() -> Iterator[None]:
    """Translates the errors of Alembic and of a failed migration. Raises NoSuchRevision, SchemaMismatch."""
    try:
        yield
    except CommandError as error:
        raise NoSuchRevision(textwrap.shorten(str(error), LONGEST_REASON)) from error
    except exc.DBAPIError as error:
        reason = textwrap.shorten(str(error.orig), LONGEST_REASON)
        raise SchemaMismatch(f"the migration failed and changed nothing: {reason}") from error
