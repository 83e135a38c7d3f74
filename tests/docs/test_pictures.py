"""The pictures of how sameness works show what judging says today."""

import pytest

from scripts import draw_sameness


@pytest.mark.parametrize("name", ["sameness-passages.svg", "sameness-fold.svg"])
def test_a_picture_is_as_it_would_be_drawn_now(name: str) -> None:
    drawn = (draw_sameness.DOCS / name).read_text(encoding="utf-8")
    assert drawn == draw_sameness.pictures()[name], "./dev exec python -m scripts.draw_sameness"
