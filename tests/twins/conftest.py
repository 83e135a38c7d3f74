"""The modules that both services have, each service's own: every test here runs over both."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TypeAlias

import pytest

import catalog_service.store.db
import ingest_service.store.db

Database: TypeAlias = catalog_service.store.db.Database | ingest_service.store.db.Database
Command = Callable[..., tuple[int, str, str]]


# Where a module of this name lies in each service, if neither in its store nor at the top of its package.
PLACES: dict[str, dict[str, str]] = {
    "ingest": {"cli": "cli.commands", "server": "admin.server"},
    "catalog": {},
}
IN_STORE = ("arrays", "db", "driver", "prepared", "prepared_writes", "schema")


def place_of(service: str, module: str) -> str:
    """Where a module of this name lies in the package of a service."""
    return PLACES[service].get(module, f"store.{module}" if module in IN_STORE else module)


@dataclass(frozen=True, slots=True)
class Twin:
    """One of the two services; `other` is the name of the other one."""

    name: str
    other: str
    serve: str
    """The command that runs the service."""

    def module(self, name: str) -> ModuleType:
        """A module of this service."""
        return import_module(f"{self.name}_service.{place_of(self.name, name)}")

    @property
    def variable(self) -> str:
        """What the names of its settings begin with."""
        return f"{self.name.upper()}_"

    def database(self, url: str) -> Database:
        """Its database at this URL."""
        made: Database = self.module("db").Database(url)
        return made


TWINS = (Twin("ingest", "catalog", "run"), Twin("catalog", "ingest", "serve"))


@pytest.fixture(params=TWINS, ids=lambda twin: twin.name)
def twin(request: pytest.FixtureRequest) -> Twin:
    """Each of the two services."""
    chosen: Twin = request.param
    return chosen


@pytest.fixture(autouse=True)
def logging_of_the_process(logs_restored: None) -> None:
    """Every test here may configure the logs."""


@pytest.fixture
def command(twin: Twin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command of the service in this process: exit code, standard output, standard error."""

    def ran(*arguments: str, **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(twin.variable + name, value)
        monkeypatch.setattr(sys, "argv", [f"{twin.name}-service", *arguments])
        with pytest.raises(SystemExit) as ended:
            twin.module("cli").main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return ran
