"""The database of a command, and its answer."""

import gc
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import typer

from ingest_service import settings

if TYPE_CHECKING:
    from ingest_service.store.db import Database

# New objects between two searches for garbage in cycles: at the default of 700 most are among objects in use.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


@contextmanager
def database(loaded: settings.Settings | None = None, *, check: bool = True) -> Iterator["Database"]:
    """The database of the settings, which are read unless given.

    Raises SettingsWrong, DatabaseAway and, where it is checked, SchemaMismatch.
    """
    from ingest_service import logs
    from ingest_service.cli import placement
    from ingest_service.store import schema
    from ingest_service.store.db import Database, check_exists

    # All that the command needs is loaded. It is exempt from collection, which is on from here.
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()
    loaded = loaded or settings.load()
    logs.configure(loaded.log_format)
    placement.check(loaded)
    if check:
        check_exists(loaded.database_url)
    with closing(Database(loaded.database_url)) as database:
        if check:
            schema.check(database)
        yield database


def answer(as_json: bool, value: object, sentence: str) -> None:
    """Prints the answer in JSON, or the sentence."""
    typer.echo(json.dumps(value) if as_json else sentence)
