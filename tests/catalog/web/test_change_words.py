"""A change is said by its words before and after."""

import pytest

from catalog_service import diffing, document_versions
from catalog_service.resources import Version
from catalog_service.web import change_words
from tests.catalog.web.versions import version


def changes(before: Version, after: Version) -> list[str]:
    """The changes of two versions in words."""
    diff = document_versions.described(before, after, diffing.compare(before.text, after.text))
    return [
        str(change) for change in (*change_words.of_details(before, after), *change_words.of_text(before, after, diff))
    ]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("It sent 53 soldiers, he said.", "It sent 57 soldiers, he said.", ["figure: 53 → 57"]),
        ("It begins on Monday.", "It begins on Tuesday.", ["date: Monday → Tuesday"]),
        ("“We will go,” he said.", "“We will stay,” he said.", ["quotation: go → stay"]),
        ("The envoys met.", "The tired envoys met.", ["words added: tired"]),
        ("The envoys met at night.", "The envoys met.", ["words removed: at night"]),
        ("He sent 53 men to Seoul.", "He sent 57 men to Busan.", ["figure: 53 → 57", "words: Seoul → Busan"]),
        ("The U.N. met.", "The UN met.", []),
    ],
)
def test_a_change_of_the_text_names_its_words(before: str, after: str, words: list[str]) -> None:
    assert changes(version(before), version(after, version=2)) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Korea, NZ agree to boost security", "Korea, NZ agree to deepen security", ["headline: boost → deepen"]),
        ("Talks begin", "An end of war", ["headline: Talks begin → An end of war"]),
        ("", "Talks begin", ["headline added: Talks begin"]),
    ],
)
def test_a_headline_names_the_words_that_differ_or_is_said_whole(before: str, after: str, words: list[str]) -> None:
    assert changes(version(title=before), version(title=after)) == words


def test_other_details_are_named() -> None:
    before, after = version(publisher="Yonhap", published=None), version(publisher="Reuters", published="2024-09-04")
    assert changes(before, after) == ["publisher: Yonhap → Reuters", "date of publication added: 2024-09-04"]


def test_of_many_changes_the_first_are_taken_and_long_ones_are_shortened() -> None:
    long = change_words.of_headline("a " * 100, "b " * 100)
    assert len(str(long[0])) < 2 * change_words.LONGEST + 20
    many = [change_words.WordChange("figure", str(number), "0") for number in range(5)]
    assert change_words.joined(many, 2) == "figure: 0 → 0; figure: 1 → 0; 3 more"
