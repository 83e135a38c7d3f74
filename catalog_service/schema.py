"""The schema of the catalog's database: brought up, taken down, and checked before the service starts."""

import importlib.resources
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from catalog_service.db import Database
from catalog_service.errors import SchemaMismatch


def migrations() -> Path:
    """The folder of this service's migrations: inside the package in a wheel, beside the package in a checkout."""
    package = Path(str(importlib.resources.files("catalog_service")))
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations" / "catalog"


def upgrade(database: Database, target: str = "head") -> None:
    """Runs the migrations up to `target`, all or none. Raises SchemaMismatch when there is no way there."""
    with _told(), database.migrating() as connection:
        command.upgrade(_config(connection), target)


def downgrade(database: Database, target: str = "-1") -> None:
    """Takes migrations back down to `target`, all or none. Raises SchemaMismatch when there is no way there."""
    with _told(), database.migrating() as connection:
        command.downgrade(_config(connection), target)


def current(database: Database) -> str | None:
    """The revision of the database, None when it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def plan(database: Database) -> list[str]:
    """What `upgrade` would run, in order: a revision and its sentence each. Raises SchemaMismatch."""
    script, now = ScriptDirectory.from_config(_config(None)), current(database)
    with _told():
        steps = list(script.iterate_revisions("head", now or "base"))
    return [f"{step.revision} {step.doc.splitlines()[0]}" for step in reversed(steps) if step.revision != now]


def check(database: Database) -> None:
    """Raises SchemaMismatch, with what to do, when the database is behind this release or ahead of it."""
    script, now = ScriptDirectory.from_config(_config(None)), current(database)
    head = script.get_current_head()
    if now == head:
        return
    known = {step.revision for step in script.walk_revisions()}
    todo = "run: catalog-service migrate up" if now is None or now in known else "install the release that made it"
    raise SchemaMismatch(f"The catalog's database has schema {now or 'none'}, this release needs {head}; {todo}")


@contextmanager
def _told() -> Iterator[None]:
    """Alembic's errors in our terms."""
    try:
        yield
    except CommandError as error:
        raise SchemaMismatch(f"{error}; the revisions are in {migrations() / 'versions'}") from error


def _config(connection: object | None) -> Config:
    """The configuration for Alembic: this service's migrations, in the transaction of `connection`."""
    config = Config()
    # Alembic reads `%` in an option as the start of a placeholder, and a path may contain one.
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
