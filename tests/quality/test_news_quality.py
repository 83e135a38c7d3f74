"""The scorer of news formats counts right and wrong values, and its expectations are complete."""

import json
from pathlib import Path

from tests.quality import news_set

FERRY = {
    "uri": "urn:ferry", "version": "2", "headline": "Ferry to sail later at night", "byline": "By Ada Holm",
    "versioncreated": "2026-03-04T08:15:00Z", "language": "en",
    "body_html": "<p>The council approved it.</p><p>The ferry sails at nine.</p>",
}  # fmt: skip
EXPECTED = {
    "guid": "urn:ferry", "version": "2", "title": "Ferry to … at night", "authors": ["Ada Holm"], "language": "en",
    "published": "2026-03-04T08:15:00Z", "text": "The council … at nine.",
}  # fmt: skip


def saved(folder: Path) -> Path:
    (folder / "ferry.json").write_text(json.dumps(FERRY))
    (folder / "plan.xml").write_text("<planningItem/>")
    return folder


def test_right_values_count(tmp_path: Path) -> None:
    values = news_set.score(saved(tmp_path), {"ferry.json": [EXPECTED], "plan.xml": "no-text", "away.xml": "no-text"})
    assert [value for value in values if not value.is_right] == []
    assert {value.file: value.field for value in values} == {"ferry.json": "text", "plan.xml": "reason"}
    assert len(values) == 10


def test_wrong_values_cost(tmp_path: Path) -> None:
    wrong = EXPECTED | {"guid": "urn:other", "text": "The council … at ten.", "authors": [], "status": "withheld"}
    values = news_set.score(saved(tmp_path), {"ferry.json": [wrong, wrong], "plan.xml": [wrong]})
    assert sorted(f"{value.file} {value.field}" for value in values if not value.is_right) == [
        "ferry.json authors", "ferry.json guid", "ferry.json items", "ferry.json status", "ferry.json text",
        "plan.xml reason",
    ]  # fmt: skip


def test_each_expected_item_has_a_text_and_its_words() -> None:
    items = [item for expected in news_set.load().values() if not isinstance(expected, str) for item in expected]
    assert len(items) > 50
    assert all(item["text"] and item.keys() <= {*EXPECTED, "status"} for item in items)
    # A whole text that is not ours would be longer.
    assert max(len(item["text"].split()) for item in items) <= 13
