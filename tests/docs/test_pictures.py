"""The pictures of the documents, and the table of performance, show what judging and the measured figures say."""

import json

import pytest

from scripts import draw_performance, draw_sameness


@pytest.mark.parametrize("name", ["sameness-passages.svg", "sameness-fold.svg"])
def test_a_picture_is_as_it_would_be_drawn_now(name: str) -> None:
    drawn = (draw_sameness.DOCS / name).read_text(encoding="utf-8")
    assert drawn == draw_sameness.pictures()[name], "./dev exec python -m scripts.draw_sameness"


def test_the_page_of_performance_shows_the_measured_figures() -> None:
    report = json.loads(draw_performance.REPORT.read_text(encoding="utf-8"))
    page = draw_performance.PAGE.read_text(encoding="utf-8")
    assert page == draw_performance.page(page, report), "./dev exec python -m scripts.draw_performance"
    for name, picture in draw_performance.pictures(report).items():
        assert (draw_performance.DOCS / name).read_text(encoding="utf-8") == picture, name
