"""The change log of a document in words."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog_service.resources import LogEntry
from catalog_service.web import log
from catalog_service.web.log import LogLine

BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)
TIME = "2026-11-22T10:00:00.000000Z"


def entry(seq: int, type_: str, after: timedelta = timedelta(0), **more: str) -> LogEntry:
    return LogEntry.model_validate({"seq": seq, "type": type_, "time": BEGAN + after, **more})


def test_a_move_within_one_path_is_a_move_between_collections() -> None:
    moved = entry(2, "moved", path="a.txt", previous_path="a.txt")
    assert log.line(moved) == LogLine("moved from another collection", None, TIME)


def test_an_unknown_reason_is_shown_as_it_is() -> None:
    assert log.line(entry(2, "withdrawn", reason="spiked")) == LogLine("withdrawn because spiked", None, TIME)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=119), "less than two minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(days=1200), "1,200 days"),
    ],
)
def test_a_withdrawal_says_how_long_the_document_was_there(span: timedelta, words: str) -> None:
    withdrawal = log.withdrawal([entry(3, "withdrawn", span), entry(2, "moved"), entry(1, "created")])
    assert withdrawal is not None
    assert (withdrawal.since, withdrawal.duration) == (TIME, words)


def test_a_restored_document_was_there_since_it_was_restored() -> None:
    day = timedelta(days=1)
    again = [entry(4, "withdrawn", 9 * day), entry(3, "restored", 5 * day), entry(2, "withdrawn", day)]
    withdrawal = log.withdrawal([*again, entry(1, "created")])
    assert withdrawal is not None
    assert withdrawal.duration == "four days"


def test_without_the_entry_that_it_began_with_the_duration_is_unknown() -> None:
    withdrawal = log.withdrawal([entry(3, "withdrawn")])
    assert withdrawal is not None
    assert (withdrawal.since, withdrawal.duration) == (None, None)
    assert log.withdrawal([]) is None
