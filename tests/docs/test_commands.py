"""Every command is documented with all it takes, and nothing else is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

import catalog_service.cli
import ingest_service.cli.commands

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
ROW = re.compile(r"^\| `((?:ingest|catalog)-service .+?)` \| \S", re.MULTILINE)


def real(name: str, command: object) -> Iterator[str]:
    """Each command below this one as the page writes it."""
    if isinstance(command, TyperGroup):
        for word, below in command.commands.items():
            yield from real(f"{name} {word}", below)
    else:
        assert isinstance(command, TyperCommand)
        yield " ".join([name, *(written(each) for each in command.params)])


def written(parameter: object) -> str:
    """An argument or an option as the page writes it."""
    assert isinstance(parameter, TyperArgument | TyperOption)
    word = (parameter.metavar or parameter.name or "").upper()
    if isinstance(parameter, TyperOption):
        word = parameter.opts[0] if parameter.is_flag else f"{parameter.opts[0]} {VALUES.get(parameter.opts[0], word)}"
    return word if parameter.required else f"[{word}]"


VALUES = {"--reason": "CODE", "--expires": "DAY"}


@pytest.mark.parametrize(
    ("name", "app"), [("ingest-service", ingest_service.cli.commands.app), ("catalog-service", catalog_service.cli.cli)]
)
def test_every_command_is_documented_with_all_it_takes(name: str, app: typer.Typer) -> None:
    documented = [row for row in ROW.findall(PAGE.read_text(encoding="utf-8")) if row.startswith(name)]
    assert sorted(documented) == sorted(real(name, typer.main.get_command(app)))
