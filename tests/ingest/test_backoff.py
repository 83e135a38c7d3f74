"""A file that could not be read comes back later and later, never at once, and within a bounded time."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest_service.backoff import COSTLY, FEW_TIMES, SOON, Backoff

HOUR = timedelta(hours=1)


@given(st.sampled_from([SOON, COSTLY]), st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_has_two_bounds_however_often_reading_failed(backoff: Backoff, failures: int, draw: float) -> None:
    wait = backoff.wait(failures, draw)
    assert wait is not None
    assert backoff.first <= wait <= backoff.longest * 1.25


def test_each_wait_is_twice_the_last_until_the_longest() -> None:
    backoff = Backoff(HOUR, 6 * HOUR)
    assert [backoff.wait(failures, 0.0) for failures in (1, 2, 3, 4, 5)] == [
        HOUR,
        2 * HOUR,
        4 * HOUR,
        6 * HOUR,
        6 * HOUR,
    ]


def test_files_that_failed_together_do_not_come_back_together() -> None:
    waits = {SOON.wait(1, draw / 10) for draw in range(11)}
    assert len(waits) == 11


def test_what_is_most_likely_the_file_s_fault_is_tried_a_few_times() -> None:
    assert [FEW_TIMES.wait(failures, 0.5) is None for failures in range(1, 8)] == [False] * 4 + [True] * 3
