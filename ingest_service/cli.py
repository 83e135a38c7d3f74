"""The command line of the ingest service.

It ends with 0 when done, 1 when something is wrong with the data or a part died, 2 when it was called or set up
wrongly, 3 when it cannot reach what it needs.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer

from ingest_service import logs, outbox, schema, settings
from ingest_service.db import Database
from ingest_service.errors import IngestError, NoSuchRevision, PartDied, SettingsWrong

USAGE = (SettingsWrong, NoSuchRevision)
app = typer.Typer(
    help="Watches a folder of documents and tells the catalog what is in it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
migrate = typer.Typer(help="The schema of the service's database.", no_args_is_help=True)
app.add_typer(migrate, name="migrate")
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def main() -> None:
    """Runs a command; an error of ours is a sentence on standard error, and a code."""
    try:
        app()
    except IngestError as error:
        typer.echo(f"ingest-service: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: IngestError) -> int:
    """2 for wrong settings, 1 for a part that died, 3 for everything that could not be reached."""
    return 2 if isinstance(error, USAGE) else 1 if isinstance(error, PartDied) else 3


@app.command()
def retry(
    event: Annotated[str | None, typer.Argument(help="The id of one event; all when left out.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those with this problem code.")] = None,
    as_json: AsJson = False,
) -> None:
    """Sends dead letters again, and waiting events now."""
    with _database() as database, database.writing() as session:
        count = outbox.retry(session, event=event, code=reason)
    _say(as_json, {"retried": count}, f"{count} events will be sent again.")
    if event is not None and not count:
        raise typer.Exit(1)


@migrate.command()
def up(revision: Annotated[str, typer.Argument(help="How far.")] = "head") -> None:
    """Brings the schema up to date."""
    with _database(check=False) as database:
        schema.upgrade(database, revision)
        typer.echo(f"the ingest database is at revision {schema.current(database) or 'none'}")


@migrate.command()
def down(revision: Annotated[str, typer.Argument(help="How far: a revision, -1, or base.")]) -> None:
    """Takes the schema back; what newer tables hold is lost."""
    with _database(check=False) as database:
        schema.downgrade(database, revision)
        typer.echo(f"the ingest database is at revision {schema.current(database) or 'none'}")


@migrate.command()
def check() -> None:
    """Says whether the schema is the one that this release needs."""
    with _database():
        typer.echo("the schema fits")


@contextmanager
def _database(*, check: bool = True) -> Iterator[Database]:
    """The database of the settings. Raises SettingsWrong, DatabaseAway and, where it is checked, SchemaMismatch."""
    loaded = settings.load()
    logs.configure(loaded.log_format)
    with closing(Database(loaded.database_url)) as database:
        if check:
            schema.check(database)
        yield database


def _say(as_json: bool, answer: object, sentence: str) -> None:
    typer.echo(json.dumps(answer) if as_json else sentence)
