"""A text that an expression matches holds one of the expression's signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.normalise import date_lines, furniture, headings, headline_lists, kinds, letterheads, signs

SEARCHED = {
    "an archive": (kinds.ARCHIVE, kinds.ARCHIVE_SIGNS),
    "the day of a release": (kinds.TODAY, kinds.TODAY_SIGNS),
    "the end of a release": (kinds.CLOSING, kinds.CLOSING_SIGNS),
    "the day of a text": (date_lines.TODAY, date_lines.TODAY_SIGNS),
    "a letterhead": (letterheads.EVIDENCE, letterheads.EVIDENCE_SIGNS),
}


WRITTEN = {
    "a statement": (kinds.STATEMENT, kinds.STATEMENT_WORDS),
    "an office": (kinds.BY_OFFICE, kinds.OFFICE_WORDS),
    "an official": (kinds.BY_OFFICIAL, kinds.OFFICIAL_WORDS),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_whatever_an_expression_matches_holds_a_word(name: str) -> None:
    expression, words = WRITTEN[name]

    @given(st.from_regex(expression))
    def check(text: str) -> None:
        assert signs.holds(text, words)

    check()


@pytest.mark.parametrize("name", SEARCHED)
def test_whatever_an_expression_matches_holds_a_sign(name: str) -> None:
    expression, its_signs = SEARCHED[name]

    @given(st.from_regex(expression))
    def check(text: str) -> None:
        assert signs.may_hold(text, its_signs)

    check()


@pytest.mark.parametrize("text", ["TODAY ", "Today ", "heute \ud800", "aujourd’hui ", "ogg\u0131 ", "OGG\u0130 "])
def test_the_case_of_a_letter_does_not_count(text: str) -> None:
    assert date_lines.TODAY.search(text)
    assert signs.may_hold(text, date_lines.TODAY_SIGNS)


def test_a_text_without_a_sign_holds_none() -> None:
    assert not signs.may_hold("The minister opened the harbour on Tuesday.", date_lines.TODAY_SIGNS)


@pytest.mark.parametrize("name", ["PICTURE_CREDIT", "PHOTO_BY", "SOURCE_CREDIT"])
def test_a_credit_of_a_picture_begins_as_one(name: str) -> None:
    @given(st.from_regex(getattr(furniture, name), fullmatch=True))
    def check(text: str) -> None:
        assert not text.isascii() or text[:3].lower() in furniture.CREDIT_BEGINNINGS

    check()


@given(st.from_regex(headline_lists.HEADING, fullmatch=True))
def test_no_heading_of_a_list_is_longer_than_one_may_be(text: str) -> None:
    assert len(text) <= headline_lists.LONGEST_HEADING


@given(st.from_regex(f"{headings.BOLD.pattern}|{headings.HASHES.pattern}|{headings.FENCE.pattern}", fullmatch=True))
def test_the_marks_of_a_heading_begin_with_one_of_their_characters(text: str) -> None:
    assert text[0] in headings.MARKS
