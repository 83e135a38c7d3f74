"""The significance of a change names its kind: a change of content is never called typography."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service import diffing


@pytest.mark.parametrize(
    ("first", "second", "significance"),
    [
        ('He said "no".', "He said “no”.", "typography"),
        ("He came, and left.", "He came and left.", "typography"),
        ("One. Two.", "One.\n\nTwo.", "typography"),
        ("accordi ng to him", "according to him", "typography"),
        ("1,000 boats", "1000 boats", "typography"),
        ("Pages 5-6", "Pages 5–6", "typography"),
        ("항만청", "\u1112\u1161\u11bc\u1106\u1161\u11ab\u110e\u1165\u11bc", "typography"),
        ("Some 40 died.", "Some 43 died.", "figure"),
        ("Some 1.5 million", "Some 15 million", "figure"),
        ("It fell by 5%.", "It fell by 5.", "figure"),
        ("It fell to −5 degrees", "It fell to 5 degrees", "figure"),
        ("It opens on 4 September.", "It opens on 5 September.", "date"),
        ("She said “we will go” today.", "She said “we must go” today.", "quotation"),
        ("She said “we will go” today.", "She said “they will go” today.", "quotation"),
        ("She said “we will” today.", "She said “we must” Monday.", "substantive"),
        ("The talks failed.", "The talks succeeded.", "substantive"),
        ("The flag 🇰🇷 flew.", "The flag 🇰🇵 flew.", "substantive"),
        ("The flag 🇰🇷 flew on 4 masts.", "The flag 🇰🇵 flew on 5 masts.", "substantive"),
        ("यह कि है", "यह की है", "substantive"),
        ("This part is first.\n\nThat is second.", "That is second.\n\nThis part is first.", "substantive"),
    ],
)  # fmt: skip
def test_the_significance_of_a_changed_text(first: str, second: str, significance: str) -> None:
    assert diffing.significance(("T", "T"), (first, second), diffing.compare(first, second).ops) == significance


@pytest.mark.parametrize(
    ("titles", "significance"),
    [
        (("Talks fail", "Talks collapse"), "headline"),
        (("Talks fail", "Talks Fail"), "typography"),
        (("Flag 🇰🇷", "Flag 🇰🇵"), "headline"),
        (("Talks fail", "Talks fail"), "metadata"),
    ],
)
def test_the_significance_of_a_changed_title(titles: tuple[str, str], significance: str) -> None:
    assert diffing.significance(titles, ("x", "x"), diffing.compare("x", "x").ops) == significance


@given(st.text(alphabet="aB1 ,.“”\n🇰🇷🇵", max_size=30), st.text(alphabet="aB1 ,.“”\n🇰🇷🇵", max_size=30))
def test_a_change_without_changed_words_is_typography_and_no_other_is(first: str, second: str) -> None:
    comparison = diffing.compare(first, second)
    significance = diffing.significance(("T", "T"), (first, second), comparison.ops)
    words = comparison.words_added + comparison.words_removed + comparison.words_moved
    assert (significance in ("typography", "metadata")) == (words == 0)
