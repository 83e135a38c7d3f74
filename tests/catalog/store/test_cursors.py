"""A cursor is valid for its own query only and cannot be forged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service import changes
from catalog_service.errors import CursorInvalid, CursorMismatch
from catalog_service.store import cursors

KEY = b"k" * 32


def test_a_cursor_holds_its_position() -> None:
    assert cursors.open_(KEY, "query", cursors.seal(KEY, "query", {"seq": 7})) == {"seq": 7}


def test_a_cursor_of_another_query_is_refused() -> None:
    with pytest.raises(CursorMismatch):
        cursors.open_(KEY, "other", cursors.seal(KEY, "query", {"seq": 7}))


def test_cursors_of_the_change_feed_survive_new_releases() -> None:
    # Readers of the feed hold their cursors for months, and a cursor contains a hash of this text.
    assert repr(changes.Filter()) == "Filter(types=(), collection=None, document=None)"


@given(st.text(max_size=80))
def test_a_cursor_without_a_valid_signature_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        cursors.open_(KEY, "query", cursor)


@given(st.integers(0, 60), st.sampled_from("Aq0_"))
def test_a_changed_cursor_is_refused(index: int, letter: str) -> None:
    sealed = cursors.seal(KEY, "query", {"seq": 7})
    changed = sealed[: index % len(sealed)] + letter + sealed[index % len(sealed) + 1 :]
    if changed != sealed:
        with pytest.raises(CursorInvalid):
            cursors.open_(KEY, "query", changed)
