"""The command line of the catalog.

It ends with 0 when done, 1 when something is wrong with the data or a part died, 2 when it was called or set up
wrongly, 3 when it cannot reach what it needs.
"""

import asyncio
import dataclasses
import gc
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from catalog_service import contract, logs, settings
from catalog_service.access import tokens
from catalog_service.errors import (
    BadQuery,
    CatalogError,
    NoSuchRevision,
    NotFound,
    PartDied,
    SettingsWrong,
    Unprotected,
)
from catalog_service.store import schema
from catalog_service.store.db import Database, check_exists

PROGRESS_SECONDS = 2.0
USAGE = (SettingsWrong, NoSuchRevision, BadQuery, Unprotected)
WRONG = (NotFound, PartDied)

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The catalog.")
migrate = typer.Typer(no_args_is_help=True, help="The schema of the database.")
token = typer.Typer(no_args_is_help=True, help="Tokens and what each allows.")
cli.add_typer(migrate, name="migrate")
cli.add_typer(token, name="token")

# New objects between two searches for garbage in cycles. At the default of 700 a third of the CPU that recording takes
# was spent on searches among the objects of a batch, all of them in use.
OBJECTS_BETWEEN_COLLECTIONS = 50_000

Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def _printable(text: str | None) -> str | None:
    """Refuses control characters, and bytes that are not UTF-8: no database holds them. Raises BadParameter."""
    if text is not None and not text.isprintable():
        raise typer.BadParameter("has characters that cannot be printed")
    return text


def main() -> None:
    """Runs a command; an error of ours is a sentence on standard error, and a code."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        cli()
    except CatalogError as error:
        typer.echo(f"catalog-service: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: CatalogError) -> int:
    """2 for wrong settings, 1 for what is wrong with the data or died, 3 for everything that could not be reached."""
    return 2 if isinstance(error, USAGE) else 1 if isinstance(error, WRONG) else 3


@cli.command()
def serve() -> None:
    """Answer over HTTP until SIGTERM or SIGINT."""
    # Here, because the short commands need none of the service's code.
    from catalog_service import app  # noqa: PLC0415  See above.

    loaded = settings.load()
    with _database(loaded) as database:
        _refuse_unprotected(loaded, database)
        asyncio.run(app.run(loaded, database))


@migrate.command()
def up(target: Annotated[str, typer.Argument(help="A revision, or head.")] = "head") -> None:
    """Bring the schema up; all of it or nothing."""
    with _database(check=False) as database:
        schema.upgrade(database, target)
        typer.echo(f"schema {schema.current(database) or 'none'}")


# `-1` is a revision here, not an option.
@migrate.command(context_settings={"ignore_unknown_options": True})
def down(target: Annotated[str, typer.Argument(help="A revision, -1 for one step, or base for nothing left.")]) -> None:
    """Take the schema down; what only the newer schema can hold is lost."""
    with _database(check=False) as database:
        schema.downgrade(database, target)
        typer.echo(f"schema {schema.current(database) or 'none'}")


@migrate.command()
def plan(as_json: Json = False) -> None:
    """What `up` would do."""
    with _database(check=False) as database:
        steps = schema.plan(database)
    typer.echo(json.dumps({"steps": steps}) if as_json else "\n".join(steps) or "nothing to do")


@migrate.command()
def check() -> None:
    """Whether the schema fits this release; exit code 3 when it does not."""
    with _database() as database:
        typer.echo(f"schema {schema.current(database)} fits")


@cli.command()
def reindex() -> None:
    """Build the search index anew while the catalog runs; an interrupted build continues."""
    # Here, because the short commands need none of the search's code.
    from catalog_service.search import rebuild  # noqa: PLC0415  See above.

    with _database() as database:
        shown = time.monotonic()
        progress = None
        for progress in rebuild.run(database):
            if time.monotonic() - shown > PROGRESS_SECONDS:
                typer.echo(f"{progress.done:,} of {progress.total:,} versions", err=True)
                shown = time.monotonic()
    built = f"{progress.done:,} versions" if progress else "been built by another process"
    typer.echo(f"the search index has {built}")


@token.command()
def create(
    scope: Annotated[list[str], typer.Option(help=f"What it allows: {', '.join(tokens.SCOPES)}; may be repeated.")],
    name: Annotated[str, typer.Option(help="What will use it.", callback=_printable)] = "",
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="UTC.")] = None,
) -> None:
    """Make a token and print it, this once."""
    end = expires.replace(tzinfo=UTC) if expires else None
    with _database() as database, database.writing() as session:
        made = tokens.create(session, scope, datetime.now(UTC), name=name, expires=end)
    # Only after the commit: a token that is printed is valid.
    typer.echo(made)


@token.command(name="list")
def list_(as_json: Json = False) -> None:
    """All tokens, without what is secret."""
    with _database() as database, database.reading() as session:
        summaries = tokens.listed(session)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(summary) for summary in summaries], default=contract.format_time))
    else:
        Console().print(_table(summaries))


@token.command()
def revoke(
    number: Annotated[int, typer.Argument(help="The token's number in the list.", min=1, max=contract.MAX_NUMBER)],
) -> None:
    """End a token at once."""
    with _database() as database, database.writing() as session:
        tokens.revoke(session, number, datetime.now(UTC))


def _table(summaries: Sequence[tokens.TokenSummary]) -> Table:
    table = Table("number", "name", "scopes", "made", "ends")
    for summary in summaries:
        ends = summary.revoked_at or summary.expires_at
        word = "revoked " if summary.revoked_at else ""
        end = f"{word}{contract.format_time(ends)}" if ends else "never"
        table.add_row(
            str(summary.id), summary.name, " ".join(summary.scopes), contract.format_time(summary.created_at), end
        )
    return table


def _refuse_unprotected(loaded: settings.Settings, database: Database) -> None:
    """Raises Unprotected when other machines could read without a token and no setting allows it."""
    if settings.is_loopback(loaded.host) or loaded.public_read:
        return
    with database.reading() as session:
        if not tokens.exist(session, datetime.now(UTC)):
            raise Unprotected(
                f"{loaded.host} can be reached from outside and there is no token; make one "
                "(catalog-service token create --scope read), or say CATALOG_PUBLIC_READ=true"
            )


@contextmanager
def _database(loaded: settings.Settings | None = None, *, check: bool = True) -> Iterator[Database]:
    """The database of the settings, which are read unless given.

    Raises SettingsWrong, DatabaseAway and, where it is checked, SchemaMismatch.
    """
    # All modules are loaded, and stay so: they are exempt from collection.
    gc.freeze()
    loaded = loaded or settings.load()
    logs.configure(loaded.log_format)
    if check:
        check_exists(loaded.database_url)
    with closing(Database(loaded.database_url)) as database:
        if check:
            schema.check(database)
        yield database
