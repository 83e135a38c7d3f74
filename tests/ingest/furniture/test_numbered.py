"""Which lines have a form with one sign for each number, and which may be text."""

import pytest

from ingest_service.furniture.numbered import form_of, without_tables

FORMS = {
    "Number of views: 3623": "Number of views: #",
    "Page 3 of 12": "Page # of #",
    "Updated 12 March 2024": "Updated #",
    "Updated March 12, 2024": "Updated #",
    "Updated on 2024-03-12": "Updated on #",
    "Aktualisiert am 3. Mai 2024": "Aktualisiert am #",
    "© 2019 The Harbour Herald": "© # The Harbour Herald",
    "(14) comments": "(#) comments",
    "3,623 readers": "# readers",
    "浏览次数：3623": "浏览次数：#",
    "更新于2024年3月12日": "更新于#日",
}
IN_DOUBT = {
    "no number": "Moorings and berths",
    "a sentence": "Sales rose 3 percent.",
    "a sentence of another script": "第3艘船下水了。",
    "more digits than letters": "Tel. 555-0100",
    "a date alone": "12 March 2024",
    "a number alone": "2024",
    "three numbers": "Wards with 3, with 5 and with 8 votes",
    "two lines": "Arrests: 14\nBoats: 3",
    "a long line": "Captain Doe and 12 men of the ferry " * 4,
}


@pytest.mark.parametrize(("line", "form"), FORMS.items(), ids=FORMS.values())
def test_a_line_has_one_sign_for_each_number_or_date(line: str, form: str) -> None:
    assert form_of(line) == form


@pytest.mark.parametrize("line", IN_DOUBT.values(), ids=IN_DOUBT)
def test_a_line_in_doubt_has_no_form(line: str) -> None:
    assert form_of(line) is None


def test_a_month_without_a_number_beside_it_is_a_word() -> None:
    assert form_of("May we help all 12 of you") == "May we help all # of you"


def test_rows_of_a_table_have_no_form() -> None:
    lines = ["Page 3 of 12", "By the numbers", "Arrests: 14", "Boats stopped: 3", "Ward 1 and others"]
    assert without_tables([form_of(line) for line in lines]) == ["Page # of #", None, None, None, None]


def test_only_lines_beside_each_other_are_a_table() -> None:
    lines = ["14 comments", "Share this page", "Number of views: 3"]
    assert without_tables([form_of(line) for line in lines]) == ["# comments", None, "Number of views: #"]
