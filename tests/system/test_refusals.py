"""One event that the catalog refuses for ever: all others arrive, it is a dead letter, and it can be sent again."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.system import proxy
from tests.system.conftest import mostly_on
from tests.system.house import SEEDS, House, until
from tests.system.proxy import FaultyProxy
from tests.system.test_commands import run

POISON = "poison.txt"
MARKER = "Zwolfkinderblitz"
OTHERS = ("aardvark.txt", "zebra.txt")


@pytest.fixture
def faulty(empty_house: House) -> Iterator[FaultyProxy]:
    """A house with a poisonous file, whose ingest service reaches the catalog through the proxy."""
    write(empty_house, POISON, f"The {MARKER} struck the harbour at noon.")
    for name in OTHERS:
        write(empty_house, name, f"All was quiet around the {name} on that day.")
    with proxy.between(empty_house.catalog.url, MARKER.encode()) as faulty:
        house = empty_house
        house.ingest.environment = {**house.ingest.environment, "INGEST_CATALOG_URL": faulty.url}
        yield faulty
        house.stop()


def write(house: House, name: str, text: str) -> None:
    """Writes a file of the folder."""
    (house.seeds / name).write_text(text, encoding="utf-8")


def status(house: House) -> dict[str, Any]:
    """The status of the ingest service."""
    answer: dict[str, Any] = house.ingest.get("/v1/status").json
    return answer


def all_others(house: House) -> bool:
    """Whether the catalog has every document but the poisonous one."""
    return house.documents().keys() == {path.name for path in SEEDS.glob("*.txt")} | set(OTHERS)


@mostly_on("postgres")
@pytest.mark.parametrize("fault", [503, proxy.DROP])
def test_an_event_that_is_refused_stops_no_other(empty_house: House, faulty: FaultyProxy, fault: int) -> None:
    faulty.fault = fault
    empty_house.start()
    until(lambda: all_others(empty_house), f"all other documents; journal: {empty_house.ingest.output()}")
    refused = until(empty_house.unhealthy, "the refusal in the status")
    assert any("the catalog refuses and that will be sent again: 1" in reason for reason in refused["reasons"])

    # An answer that refuses the event itself makes a dead letter at once.
    faulty.fault = 422
    until(lambda: status(empty_house)["outbox"]["dead"] == 1, "the dead letter")
    [letter] = status(empty_house)["dead_letters"]
    assert letter["path"] == POISON
    assert "The proxy does not like this event." in letter["problem"]["detail"]
    listed = run(empty_house, "status")
    assert listed.returncode == 1
    assert f"('{POISON}'): http-422: The proxy does not like this event." in listed.stdout

    faulty.fault = None
    assert run(empty_house, "retry").returncode == 0
    empty_house.appeared(POISON)
    empty_house.quiet()
    assert status(empty_house)["healthy"]


@pytest.mark.scenario
@pytest.mark.timeout(300)
def test_a_lasting_refusal_ends_as_a_dead_letter_and_is_late_when_sent_after_all(
    empty_house: House, faulty: FaultyProxy
) -> None:
    empty_house.start()
    until(lambda: all_others(empty_house), "all other documents")
    write(empty_house, POISON, "The weather struck the harbour at noon.")
    until(lambda: status(empty_house)["outbox"]["dead"] == 1, "the dead letter", seconds=200)
    empty_house.appeared(POISON)
    faulty.fault = None
    assert json.loads(run(empty_house, "retry", "--json").stdout) == {"retried": 1}
    empty_house.quiet()
    document = empty_house.appeared(POISON)
    versions = empty_house.catalog.get(f"/v1/documents/{document['id']}/versions").json["versions"]
    assert sorted((version["version"], version["late"]) for version in versions) == [(1, False), (2, True)]
    assert status(empty_house)["healthy"]
