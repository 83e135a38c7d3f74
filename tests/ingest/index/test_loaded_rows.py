"""Rows that are committed after rows with higher ids are looked for again, within bounds."""

from ingest_service.index.loaded_rows import MAX_DISTANCE, MAX_GAPS, LoadedRows


def test_ids_below_the_highest_are_gaps_until_they_are_loaded() -> None:
    loaded = LoadedRows().with_ids([1, 4]).with_ids([7])
    assert loaded == LoadedRows(7, frozenset({2, 3, 5, 6}))
    assert loaded.with_ids([3, 6]) == LoadedRows(7, frozenset({2, 5}))
    assert loaded.with_ids([]) == loaded


def test_only_the_highest_gaps_are_kept_and_none_far_below() -> None:
    first = LoadedRows().with_ids([MAX_DISTANCE * 3])
    assert first.gaps == frozenset(range(MAX_DISTANCE * 3 - MAX_GAPS, MAX_DISTANCE * 3))
    assert LoadedRows(1).with_ids([*range(MAX_DISTANCE + 2, 2 * MAX_DISTANCE + 3)]).gaps == frozenset()
