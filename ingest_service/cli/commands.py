"""The command line of the ingest service.

Exit codes: 0 when done, 1 when something is wrong with the data or a part of the service died, 2 when a command or a
setting is wrong, 3 when something that the command needs cannot be reached.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest_service import settings
from ingest_service.cli import furniture, held, inputs, opened, output, running
from ingest_service.errors import (
    HeldMeanwhile,
    IngestError,
    NoSuchEvent,
    NoSuchFurniture,
    NoSuchRevision,
    NotEmbargoed,
    PartDied,
    SettingsWrong,
    Unreadable,
)

# Each command imports what it needs itself: so `status` asks a running service without loading SQLAlchemy.
if TYPE_CHECKING:
    from ingest_service import model
    from ingest_service.judging import matching
    from ingest_service.store.db import Database

MOST_ROWS = 1_000
USAGE = (SettingsWrong, NoSuchRevision)
WRONG = (HeldMeanwhile, NoSuchEvent, NoSuchFurniture, NotEmbargoed, PartDied)
app = typer.Typer(
    help="Watches a folder of documents and sends what it finds to the catalog.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
migrate = typer.Typer(help="The schema of the service's database.", no_args_is_help=True)
app.add_typer(migrate, name="migrate")
app.command("confirm-deletes")(held.confirm_deletes)
app.command()(held.release)
app.command()(furniture.furniture)
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
AsJson = held.AsJson


def _printable(text: str | None) -> str | None:
    """Refuses control characters, and bytes that are not UTF-8: no database holds them. Raises BadParameter."""
    if text is not None and not text.isprintable():
        raise typer.BadParameter("has characters that cannot be printed")
    return text


def main() -> None:
    """Runs a command. An error of the service becomes a sentence on standard error and an exit code."""
    # Modules that are loaded stay loaded: to look for garbage among them takes a seventh of a short command's time.
    gc.disable()
    try:
        app()
    except IngestError as error:
        typer.echo(f"ingest-service: {error}", err=True)
        sys.exit(exit_code(error))


def exit_code(error: IngestError) -> int:
    """2 for wrong settings, 1 for wrong data or a part that died, 3 for anything that could not be reached."""
    return held.USAGE_CODE if isinstance(error, USAGE) else 1 if isinstance(error, WRONG) else 3


@app.command()
def run(quiet: Quiet = False) -> None:
    """Watches the folder and sends events to the catalog, until SIGTERM or SIGINT."""
    from ingest_service import bootstrap
    from ingest_service.cli import load_display

    loaded = settings.load()
    with opened.database(loaded) as database:
        asyncio.run(bootstrap.run(loaded, database, load_display.chosen(loaded, quiet=quiet)))


@app.command()
def once(quiet: Quiet = False) -> None:
    """Reads the folder once, sends the events to the catalog, and ends."""
    from ingest_service import bootstrap
    from ingest_service.cli import load_display

    loaded = settings.load()
    with opened.database(loaded) as database:
        asyncio.run(bootstrap.once(loaded, database, load_display.chosen(loaded, quiet=quiet)))
        _exit_by_data(database)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Reports what is pending, dead letters and unreadable files; ends with 1 for dead letters and unreadable files."""
    loaded = settings.load()
    answer = running.ask(loaded, MOST_ROWS)
    if answer is None:
        from ingest_service.cli import stored

        with opened.database(loaded) as database:
            answer = stored.report(database, loaded, MOST_ROWS)
    report, unreadable = answer
    if as_json:
        files = [file.model_dump(mode="json") for file in unreadable]
        typer.echo(json.dumps({**report.model_dump(mode="json"), "quarantined": files}))
    else:
        for line in output.status_lines(report, unreadable):
            typer.echo(line)
    if unreadable or report.dead_letters:
        raise typer.Exit(1)


def _exit_by_data(database: "Database") -> None:
    """Reports files that could not be read and dead letters. Ends with 1 if there are any."""
    from ingest_service.cli import stored

    if faults := stored.faults(database):
        typer.echo("\n".join(faults), err=True)
        raise typer.Exit(1)


@app.command()
def retry(
    event: Annotated[
        str | None, typer.Argument(help="The id of one event; all when left out.", callback=_printable)
    ] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only those with this problem code, or reason of a file.", callback=_printable)
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="Read files again that could not be read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sends dead letters again, and waiting events now; or reads files again that could not be read."""
    if files and event is not None:
        raise typer.BadParameter("--files takes no event; --reason CODE chooses files")
    from ingest_service.delivery import outbox
    from ingest_service.ledger import rereads

    with opened.database() as database, database.writing() as session:
        if files:
            count = rereads.retry(session, datetime.now(UTC), reason)
            opened.answer(as_json, {"retried": count}, f"{count} files will be read again.")
            return
        if event is not None and not outbox.holds(session, event):
            raise NoSuchEvent
        count = outbox.retry(session, event=event, code=reason)
    opened.answer(as_json, {"retried": count}, f"{count} events will be sent again.")


@app.command()
def match(
    file: Annotated[str, typer.Argument(help="A file of any kind that the folder may hold; - is standard input.")],
    as_json: AsJson = False,
) -> None:
    """Finds where the text of a file comes from: the articles that share passages with it. Stores nothing."""
    from ingest_service import normalise, reading
    from ingest_service.judging import matching
    from ingest_service.ledger import furniture as learned

    loaded = settings.load()
    try:
        readings = reading.read(inputs.read(file, loaded.limits.file_bytes), file, loaded.limits).items
    except Unreadable as error:
        typer.echo(f"ingest-service: {inputs.display_name(file)}: {error}", err=True)
        raise typer.Exit(1) from None
    with opened.database(loaded) as database, database.reading() as session:
        known = learned.load(session)
        read = (normalise.normalise(reading_, known) for reading_ in readings)
        articles = [(article, matching.find(session, article)) for article in read]
    if as_json:
        typer.echo(json.dumps([_answer(article, matches) for article, matches in articles]))
        return
    for article, matches in articles:
        for line in output.match_lines(article.text, matches):
            typer.echo(line)


def _answer(article: "model.Article", matches: "Sequence[matching.TextMatch]") -> dict[str, Any]:
    """The matches of one article, with its normalised text, to which their offsets refer."""
    answers = [text_match.match.model_dump(mode="json", by_alias=True) for text_match in matches]
    return {"title": article.title, "text": article.text, "matches": answers}


@migrate.command()
def up(revision: Annotated[str, typer.Argument(help="How far.")] = "head") -> None:
    """Brings the schema up to date."""
    from ingest_service.store import schema

    with opened.database(check=False) as database:
        schema.upgrade(database, revision)
        typer.echo(f"the ingest database is at revision {schema.current(database) or 'none'}")


# `-1` is a revision here, not an option.
@migrate.command(context_settings={"ignore_unknown_options": True})
def down(revision: Annotated[str, typer.Argument(help="How far: a revision, -1, or base.")]) -> None:
    """Takes the schema back; the content of newer tables is lost."""
    from ingest_service.store import schema

    with opened.database(check=False) as database:
        schema.downgrade(database, revision)
        typer.echo(f"the ingest database is at revision {schema.current(database) or 'none'}")


@migrate.command()
def plan(as_json: AsJson = False) -> None:
    """Lists what `up` would do."""
    from ingest_service.store import schema

    with opened.database(check=False) as database:
        steps = schema.plan(database)
    opened.answer(as_json, {"steps": steps}, "\n".join(steps) or "nothing to do")


@migrate.command()
def check() -> None:
    """Checks that the schema is the one that this release needs."""
    with opened.database():
        typer.echo("the schema fits")
