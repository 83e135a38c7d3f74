"""Snippets show the parts of a text around the matches, and mark them."""

from typing import SupportsIndex

from hypothesis import given
from hypothesis import strategies as st

from catalog_service.search.grammar import leaves, parse
from catalog_service.search.results import Snippet
from catalog_service.search.snippets import (
    CONTEXT,
    MAX_ANALYSED,
    MAX_ANALYSED_PAGE,
    MAX_MARKS,
    MAX_SNIPPETS,
    MAX_SOUGHT,
    MAX_TEXT,
    Allowance,
    Highlighter,
)

LONG = "word " * 100


def shown(text: str, q: str) -> tuple[Snippet, ...]:
    return Highlighter("text", leaves(parse(q).node)).snippets(text)


def marked(text: str, q: str) -> list[str]:
    return [text[start:end] for snippet in shown(text, q) for start, end in snippet.highlights]


def test_words_phrases_and_prefixes_are_marked() -> None:
    text = "The U.N.’s envoys said the Joint Statement’s denuclearisation clause stands."
    assert marked(text, 'UN "joint statement" denuc*') == ["U.N.’s", "Joint Statement’s", "denuclearisation"]


def test_overlapping_matches_are_one_mark() -> None:
    assert marked("North Korea and South Korea", '"north korea" korea') == ["North Korea", "Korea"]


def test_a_mark_in_a_script_without_spaces_ends_with_the_query() -> None:
    assert marked("总统在首尔举行会谈", "首 会谈") == ["首", "会谈"]


def test_excluded_words_and_words_of_another_field_are_not_marked() -> None:
    assert marked("peace and war", "peace -war title:and") == ["peace"]


def test_matches_far_apart_are_several_snippets_cut_at_words() -> None:
    text = f"{LONG}peace {LONG}peace {LONG}peace {LONG}peace"
    result = shown(text, "peace")
    assert len(result) == MAX_SNIPPETS
    assert all(snippet.text.startswith("word ") and snippet.text.endswith(" word") for snippet in result)


def test_matches_far_into_a_text_are_not_marked() -> None:
    assert shown("a " * MAX_TEXT + "peace", "peace") == ()


@given(st.text(alphabet="ab c中國.’\n", max_size=400), st.text(alphabet='ab "中國*', max_size=12))
def test_snippets_are_parts_of_the_text_in_order(text: str, q: str) -> None:
    result = shown(text, q)
    assert len(result) <= MAX_SNIPPETS
    assert sum(len(snippet.highlights) for snippet in result) <= MAX_MARKS
    reached = 0
    for snippet in result:
        assert snippet.text == text[snippet.start : snippet.end]
        assert (
            len(snippet.text)
            <= 2 * CONTEXT + sum(end - start for start, end in snippet.highlights) + CONTEXT * MAX_MARKS
        )
        for start, end in snippet.highlights:
            assert reached <= start < end <= snippet.end
            assert snippet.start <= start
            reached = end


@given(st.lists(st.text(alphabet="ab c中國.’-\n", max_size=80), max_size=4), st.text(alphabet='ab "中國*', max_size=12))
def test_no_match_starts_in_a_chunk_that_is_skipped(texts: list[str], q: str) -> None:
    highlighter = Highlighter("text", leaves(parse(q).node))
    for text in texts:
        whole = list(highlighter._marks_between(text, 0, len(text))) if highlighter._leaves else []
        assert list(highlighter._marks(text)) == whole


class Searched(str):
    """A text that counts how often something is looked for in it."""

    times = 0

    def find(self, sought: str, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /) -> int:
        """As of any text."""
        self.times += 1
        return super().find(sought, start, end)


def test_a_text_is_not_read_once_for_each_of_many_beginnings() -> None:
    text = Searched(" ".join(f"env{number}" for number in range(MAX_TEXT // 100)))
    marks = Highlighter("text", leaves(parse("env*").node))._marks(text)
    assert next(marks) == (0, 4)
    assert text.times <= MAX_SOUGHT


def test_marks_of_common_phrases_end_with_the_allowance() -> None:
    allowance = Allowance()
    text = "the of " * 20_000
    query = f'"{"the of " * 15}w" OR apple'
    highlighter = Highlighter("text", leaves(parse(query).node), allowance)
    for number in range(1, MAX_ANALYSED_PAGE // MAX_ANALYSED + 1):
        assert highlighter.snippets(text) == ()
        # The last word of a text may exceed its share.
        assert 0 <= MAX_ANALYSED_PAGE - number * MAX_ANALYSED - allowance.left < 100 * number
    assert (highlighter.snippets("an apple"), allowance.left) == ((), 0)
    assert marked("an apple", query) == ["apple"]


def test_a_phrase_given_again_and_again_is_looked_for_once() -> None:
    text, spent = "the of " * 2_000, []
    for query in ('"the of"', '"the of" ' * 32, '"the of" OR ' * 31 + '"the of"'):
        allowance = Allowance()
        assert Highlighter("text", leaves(parse(query).node), allowance).snippets(text)
        spent.append(MAX_ANALYSED_PAGE - allowance.left)
    assert 0 < spent[0] < 2_000
    assert spent == spent[:1] * 3
