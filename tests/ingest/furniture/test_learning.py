"""What is learned to be furniture, from which pages, and what is not."""

import dataclasses
import random

import pytest

from ingest_service.furniture import page_of
from ingest_service.furniture.learning import MOST_HOLDERS, Lesson
from tests.ingest.furniture.pages import BODIES, FOOTER, HEADLINES, MENU, article, known, learned, texts
from tests.quality import furniture_set

ONE_MORE = "The harbour master added that the boats would sail again on Friday, if the wind allows it."


def test_the_third_page_shows_what_a_site_repeats() -> None:
    assert learned(article(0), article(1)).learned == []
    lesson = learned(article(0), article(1), article(2))
    assert texts(lesson.learned) == {*MENU, *FOOTER}
    assert {line.evidence for line in lesson.learned} == {(0, 1, 2)}
    assert lesson.affected == {0, 1, 2}


def test_one_page_of_a_site_teaches_nothing() -> None:
    lesson = learned(article(0), article(1, publisher="Another Herald"), article(2, publisher="A Third Herald"))
    assert lesson.learned == []


def test_filings_of_one_story_are_no_evidence() -> None:
    filings = [
        article(0),
        article(0, f"{BODIES[0]} {ONE_MORE}"),
        article(0, BODIES[0].replace("Three men", "Four men")),
        article(0),
    ]
    assert learned(*filings).learned == []
    assert texts(learned(*filings, article(1), article(2)).learned) == {*MENU, *FOOTER}


def test_a_story_with_a_new_lead_each_hour_is_no_furniture() -> None:
    hours = [
        dataclasses.replace(article(0), paragraphs=(lead, f"{BODIES[0]} {BODIES[1]}", BODIES[2])) for lead in BODIES
    ]
    assert learned(*hours).learned == []


def test_furniture_may_be_longer_than_the_text() -> None:
    about = "The Herald serves the people of the valley and keeps its records open on weekdays from eight to five. " * 4
    pages = [article(number, footer=(*FOOTER, about)) for number in range(3)]
    assert about in texts(learned(*pages).learned)


def test_a_site_may_change_its_template() -> None:
    new = ("Home of the Herald", "Your account", "Letters to us")
    before = [article(number) for number in range(3)]
    after = [article(number, BODIES[number][::-1], new, ("All about the Herald",)) for number in range(3)]
    lesson = learned(*before, *after)
    assert texts(lesson.learned) == {*MENU, *FOOTER, *new, "All about the Herald"}


def test_two_sites_may_use_the_name_of_one_publisher() -> None:
    other = ("Main page", "Sports and games", "Weather for sailors")
    pages = [article(number % 4, BODIES[number % 4][number // 4 :], (MENU, other)[number // 4]) for number in range(8)]
    assert texts(learned(*pages).learned) == {*MENU, *other, *FOOTER}


def test_pages_without_a_source_are_of_one_site_if_they_share_three_lines() -> None:
    few = [article(number, menu=MENU[:1], footer=FOOTER[:1], publisher=None) for number in range(3)]
    assert learned(*few).learned == []
    many = [article(number, footer=(), publisher=None) for number in range(3)]
    assert texts(learned(*many).learned) == {*MENU}


def test_lines_that_differ_in_numbers_are_learned_as_one_form() -> None:
    pages = [
        article(number, footer=(*FOOTER, "To the top", f"Number of views: {3_623 + number}")) for number in range(4)
    ]
    lesson = learned(*pages[:3])
    assert texts(lesson.learned) == {*MENU, *FOOTER, "To the top", "Number of views: #"}
    assert known(lesson).on(pages[3]).has_form("Number of views: #")
    assert lesson.affected == {0, 1, 2}


def test_a_line_with_the_same_numbers_on_each_page_is_learned_as_it_is() -> None:
    assert texts(learned(*map(article, range(4))).learned) == {*MENU, *FOOTER}


def test_two_numbers_are_no_evidence() -> None:
    pages = [article(number, footer=(*FOOTER, f"Number of views: {number // 2}", "Write to us")) for number in range(4)]
    assert texts(learned(*pages).learned) == {*MENU, *FOOTER, "Write to us"}


def test_a_figure_of_a_series_of_reports_is_no_furniture() -> None:
    reports = [
        dataclasses.replace(article(number, menu=(), footer=("By the numbers", f"Arrests: {number + 11}")), title=title)
        for number, title in enumerate(
            f"Arrests in the harbour in {month}" for month in ("April", "May", "June", "July")
        )
    ]
    assert texts(learned(*reports).learned) == {"By the numbers"}


def test_rows_of_figures_are_no_furniture() -> None:
    tables = [
        article(number, footer=(f"Arrests: {number + 11}", f"Boats stopped: {number}", "The Herald"))
        for number in range(4)
    ]
    assert texts(learned(*tables).learned) == {*MENU, "The Herald"}


def test_numbered_lines_show_that_pages_are_of_one_site() -> None:
    pages = [article(number, menu=MENU[:2], footer=(), publisher=None) for number in range(3)]
    assert learned(*pages).learned == []
    numbered = [
        dataclasses.replace(page, paragraphs=(*page.paragraphs, f"{n} comments")) for n, page in enumerate(pages)
    ]
    assert texts(learned(*numbered).learned) == {*MENU[:2], "# comments"}


def test_the_title_of_a_column_is_no_furniture() -> None:
    column = [dataclasses.replace(article(number, menu=()), title="Morning briefing") for number in range(4)]
    assert texts(learned(*column).learned) == {*FOOTER}


def test_the_first_entry_of_a_menu_is_no_title() -> None:
    pages = [
        dataclasses.replace(article(number, menu=(*MENU[1:], HEADLINES[number])), title=MENU[0]) for number in range(3)
    ]
    lesson = learned(*pages)
    assert texts(lesson.learned) == {*MENU, *FOOTER}
    assert known(lesson).on(pages[0]).has(MENU[0])


def test_a_page_keeps_a_headline_that_others_list() -> None:
    pages = [article(number % 4, BODIES[number % 4] * 2, (), (*FOOTER, HEADLINES[0])) for number in range(4)]
    lesson = learned(*pages)
    assert HEADLINES[0] in texts(lesson.learned)
    assert known(lesson).on(pages[1]).has(HEADLINES[0])
    assert not known(lesson).on(pages[0]).has(HEADLINES[0])


def test_what_a_person_disabled_is_not_learned_again() -> None:
    pages = [page_of(article(number)) for number in range(3)]
    [first, *_] = pages[0].remaining
    lesson = Lesson({}, refused={first})
    lesson.take(enumerate(pages))
    assert texts(lesson.learned) == {*MENU[1:], *FOOTER}


def test_pages_that_are_all_furniture_teach_nothing_new() -> None:
    lesson = learned(*(dataclasses.replace(article(0), paragraphs=(*MENU, *FOOTER)) for _ in range(3)))
    assert lesson.learned == []


def test_a_line_of_many_copies_is_remembered_with_a_bounded_number_of_pages() -> None:
    lesson = learned(*[article(0)] * (MOST_HOLDERS + 10))
    assert {len(items) for items in lesson.holders.values()} == {MOST_HOLDERS}


@pytest.mark.parametrize("url", ["https://www.herald.example/1", "http://HERALD.example:80/2?a=b"])
def test_a_host_is_the_source_if_there_is_one(url: str) -> None:
    assert page_of(dataclasses.replace(article(0), url=url)).source == "host:herald.example"


@pytest.mark.parametrize("url", ["http://[", "mailto:a@b.example", "/relative", ""])
def test_a_url_without_a_host_leaves_the_publisher(url: str) -> None:
    assert page_of(dataclasses.replace(article(0), url=url)).source == "publisher:The Harbour Herald"


def test_the_order_of_pages_does_not_matter() -> None:
    pages = [page_of(read) for read in furniture_set.articles(furniture_set.generate(60, 12, 3))]
    orders = [list(enumerate(pages)) for _ in range(3)]
    keys = []
    for seed, order in enumerate(orders):
        random.Random(seed).shuffle(order)  # noqa: S311  Nothing secret.
        lesson = Lesson({})
        lesson.take(order)
        keys.append({line.key for line in lesson.learned})
    assert all(others == keys[0] for others in keys)
    assert len(keys[0]) > 40
