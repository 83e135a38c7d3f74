"""Rate and time left are those of the step, and are unknown rather than wrong."""

import re
from pathlib import Path

import pytest

from catalog_service.contract import LoadProgress
from ingest_service.progress import Progress

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"


class Clock:
    """A clock that the test advances, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> Progress:
    return Progress(clock)


def left(progress: Progress) -> tuple[str, int, int | None, float | None, float | None]:
    now = progress.figures()
    return now.step, now.done, now.total, now.per_second, now.seconds_left


def test_nothing_is_known_before_the_first_scan_has_ended(clock: Clock, progress: Progress) -> None:
    assert left(progress) == ("idle", 0, None, None, None)
    progress.begin("scan")
    clock.now += 60
    assert left(progress) == ("scan", 0, None, None, None)
    assert progress.figures().found is None


def test_the_rate_is_the_average_of_the_step(clock: Clock, progress: Progress) -> None:
    progress.begin("scan")
    clock.now += 50
    progress.begin("read", 1_000)
    progress.add_stored(100)
    assert left(progress) == ("read", 100, 1_000, None, None), "too early"
    clock.now += 10
    assert left(progress) == ("read", 100, 1_000, 10.0, 90.0)
    clock.now += 10
    assert left(progress) == ("read", 100, 1_000, 5.0, 180.0), "a stalled step takes longer and longer"
    progress.add_stored(300)
    assert left(progress) == ("read", 400, 1_000, 20.0, 30.0)


def test_a_step_begins_with_no_rate_of_the_step_before(clock: Clock, progress: Progress) -> None:
    progress.begin("read", 100)
    clock.now += 10
    progress.add_stored(100)
    assert left(progress) == ("read", 100, 100, 10.0, 0.0)
    progress.begin("judge", 80)
    clock.now += 2
    assert left(progress) == ("judge", 0, 80, None, None)
    progress.add_judged(20)
    assert left(progress) == ("judge", 20, 80, 10.0, 6.0)


def test_events_published_while_others_are_judged_are_not_of_the_last_step(clock: Clock, progress: Progress) -> None:
    published = 70
    progress.published = lambda: published
    progress.begin("deliver", 30)
    published += 15
    clock.now += 3
    assert left(progress) == ("deliver", 15, 30, 5.0, 3.0)
    published += 15
    assert left(progress) == ("idle", 0, None, None, None)
    assert progress.figures().published == 100


def test_more_than_expected_is_done_and_no_time_is_left(clock: Clock, progress: Progress) -> None:
    progress.begin("judge", 10)
    clock.now += 2
    progress.add_judged(14)
    assert left(progress) == ("judge", 10, 10, 7.0, 0.0)


def test_every_field_is_documented() -> None:
    section = DOCUMENTATION.read_text(encoding="utf-8").split("### Progress")[1].split("\n## ")[0]
    rows = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert documented == list(LoadProgress.model_fields)
