"""When paths are scanned, by a clock of the test."""

from ingest_service.folder.schedule import ScanSchedule


def test_a_path_reported_during_its_scan_is_not_postponed() -> None:
    schedule = ScanSchedule(lambda: 1.0)
    schedule.scan_now("a.txt")
    assert schedule.take() == (None, ["a.txt"])
    # The file is open when it is scanned, and its close is reported before the scan ends.
    schedule.scan_now("a.txt")
    schedule.scan_later("a.txt", 2.0)
    assert schedule.take() == (None, ["a.txt"])


def test_a_path_that_is_not_reported_meanwhile_waits() -> None:
    moment = 1.0
    schedule = ScanSchedule(lambda: moment)
    schedule.scan_later("a.txt", 2.0)
    assert schedule.take() == (None, [])
    moment = 2.0
    assert schedule.take() == (None, ["a.txt"])
