"""Notes applied in order produce a text, and two lists of notes compose to one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest_service import edits
from ingest_service.model import Note


@st.composite
def notes_on(draw: st.DrawFn, text: str, rule: str) -> list[Note]:
    """Some notes on a text, in order: removals, replacements and insertions."""
    ends = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    return [Note(rule, span, text[slice(*span)], draw(st.text("xyz", max_size=3))) for span in spans]


@st.composite
def compositions(draw: st.DrawFn) -> tuple[str, list[Note], list[Note]]:
    """A text, notes on it, and notes on the result."""
    source = draw(st.text("abc\n", max_size=30))
    first = draw(notes_on(source, "first"))
    return source, first, draw(notes_on(edits.apply(source, first), "second"))


@given(compositions())
@example(
    ("abc", [Note("first", (1, 2), "b", "xyz")], [Note("second", (0, 2), "ax"), Note("second", (3, 5), "zc", "d")])
)
@example(("abc", [Note("first", (0, 0), "", detail="uncertain")], [Note("second", (0, 1), "a")]))
def test_composed_notes_do_what_both_lists_do(case: tuple[str, list[Note], list[Note]]) -> None:
    source, first, second = case
    composed = edits.composed(source, first, second)
    assert edits.apply(source, composed) == edits.apply(edits.apply(source, first), second)


def test_notes_that_do_not_meet_are_kept_as_they_are() -> None:
    first = [Note("first", (0, 1), "a", detail="why"), Note("first", (5, 6), "f", "FF")]
    second = [Note("second", (2, 3), "d"), Note("second", (7, 8), "h")]
    composed = edits.composed("abcdefgh", first, second)
    assert composed == (first[0], Note("second", (3, 4), "d"), first[1], Note("second", (7, 8), "h"))


def test_a_later_note_takes_in_what_it_removes_of_an_earlier_one() -> None:
    composed = edits.composed("a\u200bbc", [Note("first", (1, 2), "\u200b")], [Note("second", (0, 3), "abc", "d")])
    assert composed == (Note("second", (0, 4), "a\u200bbc", "d"),)


@pytest.mark.parametrize("note", [Note("x", (1, 3), "bc"), Note("x", (2, 3), "x"), Note("x", None, "a")])
def test_a_note_that_overlaps_or_does_not_fit_is_refused(note: Note) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        edits.apply("abcd", [Note("x", (0, 2), "ab"), note])
