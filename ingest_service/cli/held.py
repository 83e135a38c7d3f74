"""The commands about what the service holds: deletions that a person confirms, and files under embargo."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ingest_service import file_names, settings
from ingest_service.cli import inputs, opened, output
from ingest_service.errors import HeldMeanwhile, NotEmbargoed

# Each command imports what it needs itself.
if TYPE_CHECKING:
    from ingest_service.ledger import mass_deletion

USAGE_CODE = 2
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def confirm_deletes(
    yes: Annotated[bool, typer.Option("--yes", help="Confirm without a question.")] = False, as_json: AsJson = False
) -> None:
    """Shows the deletions that are held, asks, and then deletes these files from the ledger for good."""
    from ingest_service.delivery import events
    from ingest_service.ledger import entries, mass_deletion

    loaded = settings.load()
    origin = events.Origin(loaded.collection_name, f"/ingest/{loaded.collection_name}")
    part = entries.deletion(loaded.on_delete)
    with opened.database(loaded) as database:
        with database.reading() as session:
            held = mass_deletion.held_deletions(session, loaded.seeds)
        if not as_json:
            for line in output.held_lines(held):
                typer.echo(line)
        if not (yes or _is_confirmed(held, as_json)):
            return
        with database.writing() as session:
            if not yes and mass_deletion.held_deletions(session, loaded.seeds) != held:
                raise HeldMeanwhile
            count = mass_deletion.confirm(session, entries.Context(origin, datetime.now(UTC)), loaded.seeds, part)
    opened.answer(as_json, {**asdict(held), "gone": count}, f"{count} files are deleted.")


def _is_confirmed(held: "mass_deletion.HeldDeletions", as_json: bool) -> bool:
    """Whether a person at a terminal confirms; False where there is nothing to confirm.

    Ends with 1 if the person refuses, and with 2 if standard input is not a terminal.
    """
    if as_json:
        typer.echo(json.dumps(asdict(held)))
    if not held.files and not held.changes:
        return False
    if as_json or sys.stdin is None or not sys.stdin.isatty():
        typer.echo("ingest-service: nothing is deleted without `ingest-service confirm-deletes --yes`", err=True)
        raise typer.Exit(USAGE_CODE)
    return typer.confirm("Delete these files for good?", abort=True)


def release(
    path: Annotated[str, typer.Argument(help="A file under embargo, as `status` names it.")], as_json: AsJson = False
) -> None:
    """Publishes what is under embargo in a file now: the service reads it again at once. It cannot be held again."""
    from ingest_service.ledger import embargo

    loaded = settings.load()
    name = inputs.within(loaded.seeds, path)
    with opened.database(loaded) as database, database.writing() as session:
        if not embargo.release(session, datetime.now(UTC), name):
            raise NotEmbargoed(
                f"'{file_names.printable(name)}' is no file under embargo; ingest-service status lists them"
            )
    opened.answer(
        as_json, {"released": name}, f"'{file_names.printable(name)}' is published as soon as the service runs."
    )
