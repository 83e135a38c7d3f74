"""Houses for the system tests, on SQLite and on PostgreSQL."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Server
from tests.system import house

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def mostly_on(kind: str, fixture: str = "empty_house") -> pytest.MarkDecorator:
    """Runs a test that is about the folder or the catalog's absence on one database; on the other in the scenarios.

    What the ledger and the outbox do in it is tested on both databases by their own tests.
    """
    other = "sqlite" if kind == "postgres" else "postgres"
    marks = {"sqlite": [], "postgres": [pytest.mark.postgres]}
    cases = [pytest.param(kind, marks=marks[kind]), pytest.param(other, marks=[*marks[other], pytest.mark.scenario])]
    return pytest.mark.parametrize(fixture, cases, indirect=True)


@contextlib.contextmanager
def building(request: pytest.FixtureRequest, kind: str, folder: Path) -> Iterator[house.House]:
    """A house on new databases of one kind, in which nothing runs yet."""
    if kind == "sqlite":
        with house.living(folder, f"sqlite:///{folder}/catalog.db", f"sqlite:///{folder}/ingest.db") as made:
            yield made
        return
    server: Server = request.getfixturevalue("postgres_server")
    catalog, ingest = server.create(), server.create()
    urls = tuple(url.render_as_string(hide_password=False) for url in (catalog, ingest))
    with house.living(folder, urls[0], urls[1]) as made:
        yield made
    for url in (catalog, ingest):
        server.drop(url)


@pytest.fixture(params=DATABASES)
def empty_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[house.House]:
    """A house of the test's own, in which nothing runs yet."""
    with building(request, request.param, tmp_path) as made:
        yield made


@pytest.fixture(scope="module", params=DATABASES)
def inhabited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[house.House]:
    """A house in which both services run, for all tests of a module."""
    with building(request, request.param, tmp_path_factory.mktemp("house")) as made:
        made.start()
        made.arrived()
        yield made
        made.stop()


@pytest.fixture
def lived_in(inhabited: house.House) -> Iterator[house.House]:
    """A house in which both services run and the five seeds are all there is, before the test and after it."""
    yield inhabited
    for path in inhabited.seeds.iterdir():
        if not (house.SEEDS / path.name).exists():
            path.unlink()
    inhabited.arrived()
