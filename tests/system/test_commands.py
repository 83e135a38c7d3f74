"""The commands of the ingest service beside `run`, on a real folder and a real catalog."""

import json
import subprocess

from tests.system.conftest import mostly_on
from tests.system.house import BINARIES, House, until


def run(house: House, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command of the ingest service, finished."""
    return subprocess.run(
        [str(BINARIES / "ingest-service"), *arguments],
        env=house.ingest.environment, cwd=house.folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@mostly_on("postgres")
def test_held_deletions_are_sent_once_confirmed(empty_house: House) -> None:
    empty_house.start()
    gone = empty_house.arrived()
    empty_house.ingest.stop()
    for path in empty_house.seeds.iterdir():
        path.unlink()
    empty_house.ingest.start()
    status = until(empty_house.unhealthy, "the service to hold the deletions")
    assert any("deletions of 5 files are held" in reason for reason in status["reasons"])
    assert empty_house.documents().keys() == gone.keys()

    shown = run(empty_house, "confirm-deletes")
    assert shown.returncode == 2
    assert shown.stdout.splitlines() == [
        "deletions of 5 files are held", "  5 in the watched folder itself",
        "the watched folder and the mounts below it are the same as before",
    ]  # fmt: skip
    assert shown.stderr == "ingest-service: nothing is deleted without `ingest-service confirm-deletes --yes`\n"
    assert empty_house.documents().keys() == gone.keys()
    done = run(empty_house, "confirm-deletes", "--yes")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "5 files are deleted."
    until(lambda: not empty_house.documents(), "the tombstones")
    assert empty_house.ingest.get("/v1/status").json["healthy"]
    assert sorted(empty_house.documents("withdrawn")) == sorted(gone)


@mostly_on("sqlite", "inhabited")
def test_a_file_is_traced_to_where_it_comes_from(lived_in: House) -> None:
    [seed] = lived_in.seeds.glob("003_*")
    outside = lived_in.folder / "outside.txt"
    outside.write_bytes(seed.read_bytes())
    process = run(lived_in, "match", str(outside))
    assert process.returncode == 0, process.stderr
    assert f"duplicate: '{seed.name}' (Luxon wraps up Japan trip with new intel sharing pact): 100%" in process.stdout
    [item] = json.loads(run(lived_in, "match", str(outside), "--json").stdout)
    assert [(each["type"], each["path"]) for each in item["matches"]] == [("duplicate", seed.name)]
    outside.write_bytes(b"")
    refused = run(lived_in, "match", str(outside))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "outside.txt: The file holds no text." in refused.stderr


@mostly_on("sqlite")
def test_once_takes_in_what_is_there_and_status_names_what_could_not_be_read(empty_house: House) -> None:
    refused = run(empty_house, "once")
    assert refused.returncode == 3, refused.stderr
    assert f"{empty_house.catalog.url} cannot be reached" in refused.stderr.splitlines()[-1]

    (empty_house.seeds / "empty.txt").touch()
    empty_house.catalog.start()
    until(empty_house.catalog.ready, "the catalog")
    done = run(empty_house, "once")
    assert done.returncode == 1, done.stderr
    assert "1 files could not be read" in done.stderr
    assert len(empty_house.documents()) == 5

    process = run(empty_house, "status")
    assert process.returncode == 1
    assert "'empty.txt': empty: " in process.stdout
    status = json.loads(run(empty_house, "status", "--json").stdout)
    assert status["outbox"] == {"owed": 0, "delivered": 5, "dead": 0}
    assert [each["reason"] for each in status["quarantined"]] == ["empty"]

    (empty_house.seeds / "empty.txt").unlink()
    assert run(empty_house, "once").returncode == 0
    assert run(empty_house, "status").returncode == 0
