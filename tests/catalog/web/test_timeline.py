"""The timeline puts versions and events in one order and says each in words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog_service.resources import LogEntry, Version
from catalog_service.web import timeline
from catalog_service.web.change_words import WordChange
from tests.catalog.web.versions import version

BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)


def nth(number: int, **change: Any) -> Version:  # noqa: ANN401
    """Version `number`, recorded in that minute."""
    defaults = {"kind": "publisher", "words_added": 0, "words_removed": 0}
    return version(
        version=number, seq=number * 10, recorded_at=BEGAN + timedelta(minutes=number), change=defaults | change
    )


@pytest.mark.parametrize(
    ("change", "words", "shape"),
    [
        ({"kind": "created", "words_added": 9}, "first reading", "first"),
        ({"kind": "technical", "words_added": 9}, "read again with newer rules", "dot"),
        ({"kind": "metadata", "significance": "metadata"}, "other details, same text", "dot"),
        ({"significance": "typography"}, "typography only", "dot"),
        ({"words_added": 114, "significance": "substantive"}, "114 words added", "square"),
        ({"moved": 6, "significance": "substantive"}, "6 words moved", "square"),
        ({"words_added": 1, "words_removed": 1, "significance": "figure"}, "1 word added, 1 removed", "disc"),
    ],
)
def test_each_kind_of_change_has_words_and_a_sign(change: dict[str, Any], words: str, shape: str) -> None:
    [entry] = timeline.entries([nth(1, **change)], [], {}, 1)
    assert (entry.words, entry.shape, entry.is_shown) == (words, shape, True)
    assert timeline.SMALLEST <= entry.radius <= timeline.LARGEST


def test_a_few_words_that_changed_say_all_and_many_are_counted_too() -> None:
    change = WordChange("figure", "53", "57")
    few = nth(2, words_added=1, words_removed=1, significance="figure")
    many = nth(3, words_added=40, words_removed=1, significance="figure")
    entries = timeline.entries([many, few, nth(1, kind="created")], [], {2: [change], 3: [change] * 5}, 3)
    assert [(entry.words, len(entry.changes)) for entry in entries[1:]] == [
        ("", 1),
        ("40 words added, 1 removed", timeline.MOST_CHANGES),
    ]


def test_versions_and_events_are_in_one_order_without_what_was_before_the_first_version_shown() -> None:
    def event(minute: int, type_: str, **fields: str) -> LogEntry:
        return LogEntry.model_validate(
            {"seq": minute * 10 + 5, "type": type_, "time": BEGAN + timedelta(minutes=minute)} | fields
        )

    log = [event(3, "withdrawn", reason="file-gone"), event(2, "moved", previous_path="old.txt"), event(0, "restored")]
    entries = timeline.entries([nth(3), nth(2)], [*log, event(1, "created")], {}, 2)
    assert [(entry.version, entry.shape, entry.path) for entry in entries] == [
        (2, "square", None),
        (None, "moved", "old.txt"),
        (3, "square", None),
        (None, "withdrawn", None),
    ]
    assert entries[-1].words == "withdrawn because its file was deleted"


def test_only_short_changes_of_the_newest_versions_are_compared() -> None:
    summaries = [
        nth(5, words_added=900, significance="substantive"),
        nth(4, words_added=1, significance="figure"),
        nth(3, words_added=2, significance="substantive"),
        nth(2, words_added=3, significance="date"),
        nth(1, kind="created", words_added=2),
    ]
    assert timeline.to_be_compared(summaries, 2) == [4, 3]
    assert timeline.to_be_compared(summaries, 9) == [4, 3, 2]
