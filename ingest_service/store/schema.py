"""The schema of the ingest service's database: its upgrade, its downgrade, and its check before the service starts.

`catalog_service/store/schema.py` is the twin of this module; `tests/twins` compares the two.
"""

import importlib.resources
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy
from sqlalchemy import exc

from ingest_service.errors import NoSuchRevision, SchemaMismatch
from ingest_service.store.db import LONGEST_REASON, MIGRATE, SETTING, Database

# Most commands only check the schema; they start faster without Alembic.
if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

# Where Alembic stores the revision of a database.
VERSION_TABLE = "alembic_version"
# Every revision has this table, and the schema of the other service does not.
OWN_TABLE = "outbox"


def migrations() -> Path:
    """The folder of this service's migrations: inside the package in a wheel, beside the package in a checkout."""
    package = Path(str(importlib.resources.files("ingest_service")))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations" / "ingest"


def upgrade(database: Database, target: str = "head") -> None:
    """Brings the schema up to `target`, whole or not at all. Raises NoSuchRevision, SchemaMismatch, DatabaseAway."""
    from alembic import command  # noqa: PLC0415  See above.

    current(database)
    with _migration(database) as configuration:
        command.upgrade(configuration, target)


def downgrade(database: Database, target: str) -> None:
    """Takes the schema down to `target`, whole or not at all. Raises NoSuchRevision, SchemaMismatch, DatabaseAway."""
    from alembic import command  # noqa: PLC0415  See above.

    current(database)
    with _migration(database) as configuration:
        command.downgrade(configuration, target)


def current(database: Database) -> str | None:
    """The revision of the database; None when it is new. Raises SchemaMismatch, DatabaseAway.

    SchemaMismatch: a newer release or another program made the database, so nothing here may touch it.
    """
    with _translated(), database.reading() as session:
        inspector = sqlalchemy.inspect(session.connection())
        migrated = inspector.has_table(VERSION_TABLE)
        rows = session.scalars(sqlalchemy.text(f"SELECT version_num FROM {VERSION_TABLE}")) if migrated else ()  # noqa: S608  A name of ours.
        # A healthy database has one row at most; several together are the revision of no release.
        revision = ", ".join(sorted(rows)) or None
        own = revision is None or inspector.has_table(OWN_TABLE)
    if not own:
        raise SchemaMismatch(f"the database is that of another program: set {SETTING} to one that no other uses")
    if revision is not None and revision not in revisions():
        raise SchemaMismatch(f"a newer release made the database (schema {revision}): install that release")
    return revision


def plan(database: Database) -> list[str]:
    """The revisions that `upgrade` would run, in order, each with its sentence. Raises SchemaMismatch, DatabaseAway."""
    revision = current(database)
    steps = _scripts().iterate_revisions("head", revision or "base")
    return [
        f"{step.revision} {step.doc.splitlines()[0]}" for step in reversed(list(steps)) if step.revision != revision
    ]


def check(database: Database) -> None:
    """Raises SchemaMismatch, with what to do, unless the database has the schema of this release."""
    revision, needed = current(database), revisions()[-1]
    if revision != needed:
        raise SchemaMismatch(
            f"the database has schema {revision or 'none'}, this release needs {needed}: run `{MIGRATE}`"
        )


def revisions() -> list[str]:
    """All revisions of this release, in order: the numbers with which the names of the migrations begin."""
    return sorted(path.name.partition("_")[0] for path in (migrations() / "versions").glob("*.py"))


def config(connection: sqlalchemy.Connection | None) -> "Config":
    """The configuration for Alembic: this service's migrations, in the transaction of `connection`."""
    from alembic.config import Config  # noqa: PLC0415  See above.

    configuration = Config()
    # Alembic reads `%` in an option as the start of a placeholder, and a path may contain one.
    configuration.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory  # noqa: PLC0415  See above.

    return ScriptDirectory.from_config(config(None))


@contextmanager
def _migration(database: Database) -> Iterator["Config"]:
    """The configuration for Alembic in one transaction. Raises NoSuchRevision, SchemaMismatch, DatabaseAway."""
    from alembic.util import CommandError  # noqa: PLC0415  See above.

    try:
        with _translated(), database.migrating() as connection:
            yield config(connection)
    except CommandError as error:
        raise NoSuchRevision(textwrap.shorten(str(error), LONGEST_REASON)) from error


@contextmanager
def _translated() -> Iterator[None]:
    """Translates what a failed statement raises. Raises SchemaMismatch."""
    try:
        yield
    except exc.DBAPIError as error:
        reason = textwrap.shorten(str(error.orig), LONGEST_REASON)
        raise SchemaMismatch(f"the migration failed and changed nothing: {reason}") from error
