"""Killed in the middle, or alone: nothing is lost, nothing is told twice."""

import dataclasses
import signal
import sys
import time
from collections import Counter
from contextlib import closing

from ingest_service.ledger import articles
from ingest_service.store.db import Database
from tests.system import killed_judging, texts
from tests.system.conftest import mostly_on
from tests.system.house import SEEDS, House, until

# How long after the start of work the process is killed, in seconds: during start, reading, sending, and after it all.
MOMENTS = (0.0, 0.15, 0.4, 0.8)
TEXTS = {"harbour.txt": texts.HARBOUR, "orchard.txt": texts.ORCHARD, "observatory.txt": texts.OBSERVATORY}


def write_all(house: House) -> None:
    """Three files at once."""
    for name, text in TEXTS.items():
        (house.seeds / name).write_text(text, encoding="utf-8")


def assert_each_file_is_one_document_with_one_version(house: House) -> None:
    """Every file of the folder arrived exactly once; the log of each document has one entry."""
    documents = house.arrived(len(list(SEEDS.glob("*.txt"))) + len(TEXTS))
    assert sorted(documents) == sorted(each.name for each in house.seeds.glob("*.txt"))
    assert {path: each["versions"] for path, each in documents.items()} == dict.fromkeys(documents, 1)
    for each in documents.values():
        log = house.catalog.get(f"/v1/documents/{each['id']}/log").json["log"]
        assert [entry["type"] for entry in log] == ["created"]
    events = house.feed()
    assert Counter(each["type"] for each in events)["document.created.v1"] == len(documents)


def test_services_killed_again_and_again_lose_nothing(empty_house: House) -> None:
    write_all(empty_house)
    empty_house.catalog.start()
    empty_house.ingest.start()
    for victim in (empty_house.ingest, empty_house.catalog):
        for moment in MOMENTS:
            # The moment is the point of the test: there is no condition to wait for.
            time.sleep(moment)
            victim.kill()
            victim.start()
    assert_each_file_is_one_document_with_one_version(empty_house)
    empty_house.stop()


@mostly_on("sqlite")
def test_a_kill_between_storing_and_judging_loses_nothing(empty_house: House) -> None:
    home = empty_house
    write_all(home)
    home.catalog.start()
    home.ingest.prefix = (sys.executable, killed_judging.__file__)
    home.ingest.start()
    assert home.ingest.process
    assert home.ingest.process.wait(20) == -signal.SIGKILL
    # All files of a first scan are stored before the first is judged.
    with closing(Database(home.ingest_database)) as database, database.reading() as session:
        assert articles.backlog(session).new

    home.ingest.prefix = ()
    home.ingest.start()
    assert_each_file_is_one_document_with_one_version(home)
    home.stop()


@mostly_on("postgres")
def test_nothing_is_lost_because_the_catalog_is_away(empty_house: House) -> None:
    empty_house.ingest.start()
    until(lambda: empty_house.ingest.get("/livez").status == 200, "the ingest service to live")
    assert empty_house.ingest.get("/readyz").status == 503
    empty_house.catalog.start()
    empty_house.arrived()

    empty_house.catalog.kill()
    write_all(empty_house)
    until(lambda: empty_house.ingest.get("/v1/status").json["outbox"].get("owed", 0) >= len(TEXTS), "events that wait")
    status = until(empty_house.unhealthy, "the service to say so")
    assert any("catalog" in reason for reason in status["reasons"])
    empty_house.catalog.start()
    assert_each_file_is_one_document_with_one_version(empty_house)


@mostly_on("sqlite", "inhabited")
def test_a_second_ingest_service_on_the_same_database_is_refused(lived_in: House) -> None:
    second = dataclasses.replace(lived_in.ingest, process=None)
    second.start()
    assert second.process
    assert second.process.wait(20) == 3
    assert "another ingest service" in second.output()
    assert lived_in.ingest.ready()
