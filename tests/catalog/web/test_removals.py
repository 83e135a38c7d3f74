"""What reading removed has a place in the text, by the notes alone."""

from typing import Any

import pytest

from catalog_service.contract import Note
from catalog_service.web import removals
from tests.catalog.web.versions import version


def note(rule: str, at: int | None, removed: str, inserted: str = "") -> Note:
    span = None if at is None else (at, at + len(removed))
    return Note(rule=rule, at=span, removed=removed, inserted=inserted)


def test_each_removal_is_placed_where_the_text_was() -> None:
    # The source is "(LEAD) Envoys mett in Se oul.\n\nEND".
    notes = (
        note("wire-marker", 0, "(LEAD) "),
        note("spelling", 14, "mett", "met"),
        note("broken-words", 24, " "),
        note("white-space", 29, "\n\n"),
        note("end-mark", 31, "END"),
    )
    found = removals.of_version(version("Envoys met in Seoul.", notes=notes))
    assert [(removal.thing, removal.removed, removal.at) for removal in found.placed] == [
        ("wire marker", "(LEAD)", 0),
        ("spelling", "mett", 7),
        ("broken word", "␣", 16),
        ("end mark", "END", 20),
    ]
    assert found.sentence == "a wire marker, a spelling, a broken word and an end mark"
    assert (found.joined, found.others) == (1, [])


@pytest.mark.parametrize(
    "contradicting",
    [
        note("footer", None, "Footer"),
        note("footer", 60, "Footer"),
        note("spelling", 8, "on", "in"),
        note("marker", 0, "again"),
        Note(rule="marker", at=(8, 9), removed="three"),
    ],
)
def test_notes_that_do_not_fit_the_text_are_listed_without_places(contradicting: Note) -> None:
    notes: tuple[Any, ...] = (note("wire-marker", 0, "(LEAD) "), contradicting)
    found = removals.of_version(version("Envoys met.", notes=notes))
    assert found.placed == []
    assert [removal.at for removal in found.others] == [None, None]


def test_several_things_are_counted_and_long_ones_shortened() -> None:
    notes = [note("page-furniture", 0, "More "), note("page-furniture", 5, "x" * 5_000)]
    found = removals.of_version(version("Text.", notes=notes))
    assert found.sentence == "2 pieces of page furniture"
    assert len(found.placed[1].removed) == removals.LONGEST
