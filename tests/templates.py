"""New databases with the schema of this release, copied from a template that each test process migrates once.

A copy costs a thirtieth of a migration on SQLite, and a quarter on PostgreSQL. Tests of migrations migrate.
"""

import functools
import tempfile
from pathlib import Path
from typing import TypeAlias

import sqlalchemy

import catalog_service.store.db
import catalog_service.store.schema
import ingest_service.store.db
import ingest_service.store.schema
from tests import postgres

Database: TypeAlias = catalog_service.store.db.Database | ingest_service.store.db.Database


def is_new(database: Database) -> bool:
    """Whether nothing has been done with a database yet."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite":
        return not Path(url.database or "").exists()
    return url.database in postgres.UNUSED


def bring_up(database: Database) -> None:
    """Gives a new database the schema of this release. All copies of a catalog have the same epoch."""
    is_catalog, url = isinstance(database, catalog_service.store.db.Database), database.engine.url
    assert is_new(database), f"{url} is not new"
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").write_bytes(_sqlite_template(is_catalog=is_catalog))
        return
    own = postgres.OWN_NAMES + ("catalog" if is_catalog else "ingest")
    # The pool has no open connection yet.
    postgres.copy_over(url, _postgres_template(url.set(database=own), is_catalog=is_catalog))


@functools.cache
def _sqlite_template(*, is_catalog: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        _migrate(f"sqlite:///{path}", is_catalog=is_catalog)
        return path.read_bytes()


@functools.cache
def _postgres_template(url: sqlalchemy.URL, *, is_catalog: bool) -> str:
    assert url.database
    postgres.copy(url, "template0")
    _migrate(url.render_as_string(hide_password=False), is_catalog=is_catalog)
    return url.database


def _migrate(url: str, *, is_catalog: bool) -> None:
    kind = catalog_service.store.db.Database if is_catalog else ingest_service.store.db.Database
    database = kind(url)
    upgrade(database)
    database.close()


def upgrade(database: Database) -> None:
    """Migrates a database to this release."""
    if isinstance(database, catalog_service.store.db.Database):
        catalog_service.store.schema.upgrade(database)
    else:
        ingest_service.store.schema.upgrade(database)
