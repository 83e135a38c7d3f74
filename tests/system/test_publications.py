"""What a publisher says about identity, order and release of an item, with both real services on both databases."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.system.house import House, until
from tests.system.test_commands import run

GUID = "urn:example:ferry"


def item(text: str, version: str, **fields: str) -> bytes:
    """A news item in ninjs."""
    body = f"The ferry to the island sails at {text} from today, the line said on Tuesday in the harbour."
    value = {"uri": GUID, "version": version, "type": "text", "headline": f"Ferry sails at {text}", "body_text": body}
    return json.dumps({**value, "versioncreated": "2026-11-22T10:00:00Z", **fields}).encode()


def document(house: House) -> dict[str, Any] | None:
    """The document of the guid, current or withdrawn."""
    for status in ("current", "withdrawn"):
        for found in house.documents(status).values():
            if found["item"]["key"] == GUID:
                return found
    return None


def versions(house: House) -> list[tuple[str, bool]]:
    """Title and lateness of each version, in the order of their recording."""
    found = document(house)
    if found is None:
        return []
    listed = house.catalog.get(f"/v1/documents/{found['id']}/versions").json["versions"]
    return [(version["title"], version["late"]) for version in reversed(listed)]


def test_files_of_one_guid_are_one_document_until_its_publisher_cancels_it(lived_in: House) -> None:
    house = lived_in
    (house.seeds / "second.json").write_bytes(item("ten", "2"))
    until(lambda: len(versions(house)) == 1, "the first file")
    (house.seeds / "first.json").write_bytes(item("nine", "1"))
    until(lambda: len(versions(house)) == 2, "the older version")
    (house.seeds / "third.json").write_bytes(item("noon", "3"))
    until(lambda: len(versions(house)) == 3, "the newest version")
    assert versions(house) == [
        ("Ferry sails at ten", False),
        ("Ferry sails at nine", True),
        ("Ferry sails at noon", False),
    ]

    (house.seeds / "kill.json").write_bytes(item("noon", "4", pubstatus="canceled"))
    until(lambda: (document(house) or {}).get("status") == "withdrawn", "the cancellation")
    found = document(house)
    assert found
    log = house.catalog.get(f"/v1/documents/{found['id']}/log").json
    assert [entry["reason"] for entry in log["log"] if entry["type"] == "withdrawn"] == ["cancelled"]


def titles(house: House) -> set[str]:
    """The titles of all current documents."""
    return {found["title"] for found in house.catalog.get("/v1/documents").json["documents"]}


def test_what_is_under_embargo_is_nowhere_until_its_time(lived_in: House) -> None:
    house = lived_in
    until_ = datetime.now(UTC) + timedelta(seconds=4)
    held = item("dawn", "1", embargoed=until_.isoformat(), uri="urn:example:dawn")
    withheld = item("dusk", "1", pubstatus="withheld", uri="urn:example:dusk")
    (house.seeds / "embargo.json").write_bytes(held)
    (house.seeds / "withheld.json").write_bytes(withheld)
    (house.seeds / "message.json").write_bytes(b"[%s, %s]" % (item("midday", "1", uri="urn:example:midday"), withheld))
    until(lambda: house.files().get("withheld.json", {}).get("state") == "embargoed", "the withheld file")
    until(lambda: "embargo.json" in house.files(), "the file under embargo")
    status = house.ingest.get("/v1/status")
    assert "withheld.json" in status.body.decode()
    assert "dusk" not in status.body.decode().replace("urn:example:dusk", "")
    # Its sibling in the message is published, and nothing of it.
    until(lambda: "Ferry sails at midday" in titles(house), "the sibling")
    assert house.catalog.get("/v1/search?q=dusk").json["hits"] == []
    sibling = house.appeared("message.json")
    original = house.catalog.get(f"/v1/documents/{sibling['id']}/versions/1/original")
    assert b"midday" in original.body
    assert b"dusk" not in original.body

    # The end of the embargo, and a release, are there for the next service.
    house.ingest.kill()
    assert run(house, "release", "withheld.json").returncode == 0
    house.ingest.start()
    until(house.ingest.ready, "the next service")
    dawn = house.appeared("embargo.json")
    assert datetime.fromisoformat(dawn["first_recorded_at"]) >= until_
    until(lambda: "Ferry sails at dusk" in titles(house), "the released item")
