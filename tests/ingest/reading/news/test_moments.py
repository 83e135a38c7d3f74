"""Times of news formats: the same moment however it is written."""

from datetime import UTC, datetime

import pytest

from ingest_service.reading.news import moments


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04T10:15:00.25+02:00",
        "20260304T081500,250Z",
        "2026-03-04 08:15:00.250000000",
        " 2026-03-04T08:15:00.25Z ",
    ],
)
def test_a_moment_keeps_its_fraction_of_a_second(text: str) -> None:
    assert moments.moment(text) == datetime(2026, 3, 4, 8, 15, 0, 250_000, UTC)
    assert moments.iso(text) == "2026-03-04T08:15:00Z"


@pytest.mark.parametrize(
    ("beside", "hour"),
    [("2026-03-04T01:00:00+02:00", 8), ("2026-03-04T01:00:00", 10), ("Wed, 4 Mar 2026 01:00:00", 10), (None, 10)],
)
def test_a_time_without_a_zone_has_that_of_the_time_beside_it(beside: str | None, hour: int) -> None:
    assert moments.moment("2026-03-04T10:15:00", beside) == datetime(2026, 3, 4, hour, 15, tzinfo=UTC)
    assert moments.moment("2026-03-04T10:15:00Z", beside) == datetime(2026, 3, 4, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-04", "2026-03-04T25:00:00Z", "2" * 100, None])
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert moments.moment(text) is None


def test_a_day_without_an_hour_stays_a_day() -> None:
    assert moments.date("20260304") == "2026-03-04"
    assert moments.moment("20260304") == datetime(2026, 3, 4, tzinfo=UTC)


def test_an_early_year_has_four_digits() -> None:
    assert moments.iso("0047-03-01") == "0047-03-01T00:00:00Z"
