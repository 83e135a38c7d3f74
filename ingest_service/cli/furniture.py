"""The command about furniture: what was learned of which site, and undoing it."""

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer

from catalog_service import contract
from ingest_service.cli import opened, output
from ingest_service.cli.held import AsJson
from ingest_service.errors import NoSuchFurniture

# Each command imports what it needs itself.
if TYPE_CHECKING:
    from ingest_service.ledger.furniture import StoredLine

Id = Annotated[int | None, typer.Option(metavar="ID", min=1, max=2**31 - 1, help="A line by its number in the list.")]


def furniture(disable: Id = None, enable: Id = None, as_json: AsJson = False) -> None:
    """Lists the lines that were learned to be furniture of sites, and from which pages; or disables or enables one."""
    line = disable or enable
    if disable and enable:
        raise typer.BadParameter("--disable or --enable, not both")
    from ingest_service.ledger import furniture as learned

    if line is None:
        with opened.database() as database, database.reading() as session:
            lines = list(learned.lines(session))
        typer.echo(json.dumps({"furniture": [_data(it) for it in lines]}) if as_json else output.furniture_text(lines))
        return
    with opened.database() as database, database.writing() as session:
        files = learned.switch(session, line, disabled=disable is not None)
    if files is None:
        raise NoSuchFurniture(f"there is no line {line}; ingest-service furniture lists them")
    done = "disabled" if disable else "enabled"
    opened.answer(as_json, {done: line, "read_again": files}, f"{done}; {files} files will be read again.")


def _data(line: "StoredLine") -> dict[str, object]:
    return dataclasses.asdict(line) | {"learned_at": contract.format_time(line.learned_at)}
