"""The command line of the catalog.

Exit codes: 0 done, 1 something is wrong with the data, 2 usage or settings, 3 what is needed cannot be reached.
"""

import asyncio
import dataclasses
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from catalog_service import app, contract, logs, schema, settings, tokens
from catalog_service.db import Database
from catalog_service.errors import BadQuery, CatalogError, DatabaseAway, SchemaMismatch, SettingsWrong, Unprotected

USAGE = (SettingsWrong, BadQuery, Unprotected)
UNREACHABLE = (DatabaseAway, SchemaMismatch, OSError)

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The catalog.")
migrate = typer.Typer(no_args_is_help=True, help="The schema of the database.")
token = typer.Typer(no_args_is_help=True, help="Who may do what.")
cli.add_typer(migrate, name="migrate")
cli.add_typer(token, name="token")

Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def main() -> None:
    """Runs the command line; an error is one sentence on standard error and an exit code."""
    try:
        cli()
    except (CatalogError, OSError) as error:
        sys.stderr.write(f"catalog-service: {error}\n")
        sys.exit(2 if isinstance(error, USAGE) else 3 if isinstance(error, UNREACHABLE) else 1)


@cli.command()
def serve() -> None:
    """Answer over HTTP until SIGTERM or SIGINT."""
    known = settings.load()
    logs.configure(known.log_format)
    with _database(known) as database:
        schema.check(database)
        _refuse_unprotected(known, database)
        asyncio.run(app.run(known, database))


@migrate.command()
def up(target: Annotated[str, typer.Argument(help="A revision, or head.")] = "head") -> None:
    """Bring the schema up; all of it or nothing."""
    with _database() as database:
        schema.upgrade(database, target)
        typer.echo(f"schema {schema.current(database)}")


@migrate.command()
def down(target: Annotated[str, typer.Argument(help="A revision, -1 for one step, or base for nothing left.")]) -> None:
    """Take the schema down; what only the newer schema can hold is lost."""
    with _database() as database:
        schema.downgrade(database, target)
        typer.echo(f"schema {schema.current(database) or 'none'}")


@migrate.command()
def plan(as_json: Json = False) -> None:
    """What `up` would do."""
    with _database() as database:
        steps = schema.plan(database)
    typer.echo(json.dumps({"steps": steps}) if as_json else "\n".join(steps) or "nothing to do")


@migrate.command()
def check() -> None:
    """Whether the schema fits this release; exit code 3 when it does not."""
    with _database() as database:
        schema.check(database)
        typer.echo(f"schema {schema.current(database)} fits")


@token.command()
def create(
    scope: Annotated[list[str], typer.Option(help=f"What it allows: {', '.join(tokens.SCOPES)}; may be repeated.")],
    name: Annotated[str, typer.Option(help="Who will use it.")] = "",
    expires: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="UTC.")] = None,
) -> None:
    """Make a token and print it, this once."""
    end = expires.replace(tzinfo=UTC) if expires else None
    with _checked() as database, database.writing() as session:
        made = tokens.create(session, scope, datetime.now(UTC), name=name, expires=end)
    # Only after the commit: a token that was told is good.
    typer.echo(made)


@token.command(name="list")
def list_(as_json: Json = False) -> None:
    """All tokens, without what is secret."""
    with _checked() as database, database.reading() as session:
        found = tokens.listed(session)
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(each) for each in found], default=contract.format_time))
    else:
        Console().print(_table(found))


@token.command()
def revoke(number: Annotated[int, typer.Argument(help="The token's number in the list.")]) -> None:
    """End a token at once."""
    with _checked() as database, database.writing() as session:
        tokens.revoke(session, number, datetime.now(UTC))


def _table(found: Sequence[tokens.TokenSummary]) -> Table:
    table = Table("number", "name", "scopes", "made", "ends")
    for each in found:
        ends = each.revoked_at or each.expires_at
        word = "revoked " if each.revoked_at else ""
        told = f"{word}{contract.format_time(ends)}" if ends else "never"
        table.add_row(str(each.id), each.name, " ".join(each.scopes), contract.format_time(each.created_at), told)
    return table


def _refuse_unprotected(known: settings.Settings, database: Database) -> None:
    """Raises Unprotected when others than this machine could read and nobody said that they may."""
    if settings.is_loopback(known.host) or known.public_read:
        return
    with database.reading() as session:
        if not tokens.exist(session, datetime.now(UTC)):
            raise Unprotected(
                f"{known.host} can be reached from outside and there is no token; make one "
                "(catalog-service token create --scope read), or say CATALOG_PUBLIC_READ=true"
            )


@contextmanager
def _checked() -> Iterator[Database]:
    with _database() as database:
        schema.check(database)
        yield database


@contextmanager
def _database(known: settings.Settings | None = None) -> Iterator[Database]:
    database = Database((known or settings.load()).database_url)
    try:
        yield database
    finally:
        database.close()
