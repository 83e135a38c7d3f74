"""Snippets show where it is said, and mark it."""

from hypothesis import given
from hypothesis import strategies as st

from catalog_service.search.grammar import leaves, parse
from catalog_service.search.results import Snippet
from catalog_service.search.snippets import AROUND, FARTHEST, MOST, MOST_MARKS, snippets

LONG = "word " * 100


def shown(text: str, q: str) -> tuple[Snippet, ...]:
    return snippets("text", text, leaves(parse(q).node))


def marked(text: str, q: str) -> list[str]:
    return [text[start:end] for snippet in shown(text, q) for start, end in snippet.highlights]


def test_words_phrases_and_beginnings_are_marked() -> None:
    text = "The U.N.’s envoys said the Joint Statement’s denuclearisation clause stands."
    assert marked(text, 'UN "joint statement" denuc*') == ["U.N.’s", "Joint Statement’s", "denuclearisation"]


def test_what_overlaps_is_marked_once() -> None:
    assert marked("North Korea and South Korea", '"north korea" korea') == ["North Korea", "Korea"]


def test_a_mark_in_a_script_without_spaces_ends_with_the_query() -> None:
    assert marked("总统在首尔举行会谈", "首 会谈") == ["首", "会谈"]


def test_what_is_excluded_or_asked_of_the_title_is_not_marked() -> None:
    assert marked("peace and war", "peace -war title:and") == ["peace"]


def test_places_far_apart_are_several_snippets_cut_at_words() -> None:
    text = f"{LONG}peace {LONG}peace {LONG}peace {LONG}peace"
    found = shown(text, "peace")
    assert len(found) == MOST
    assert all(snippet.text.startswith("word ") and snippet.text.endswith(" word") for snippet in found)


def test_a_text_is_not_looked_through_for_ever() -> None:
    assert shown("a " * FARTHEST + "peace", "peace") == ()


@given(st.text(alphabet="ab c中國.’\n", max_size=400), st.text(alphabet='ab "中國*', max_size=12))
def test_snippets_are_pieces_of_the_text_in_order(text: str, q: str) -> None:
    found = shown(text, q)
    assert len(found) <= MOST
    assert sum(len(snippet.highlights) for snippet in found) <= MOST_MARKS
    reached = 0
    for snippet in found:
        assert snippet.text == text[snippet.start : snippet.end]
        assert (
            len(snippet.text)
            <= 2 * AROUND + sum(end - start for start, end in snippet.highlights) + AROUND * MOST_MARKS
        )
        for start, end in snippet.highlights:
            assert reached <= start < end <= snippet.end
            assert snippet.start <= start
            reached = end
