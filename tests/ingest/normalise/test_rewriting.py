"""Notes of two passes become notes of one, and rewriters replace marks by text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.model import Note
from ingest_service.normalise import apply, rewriting
from tests.ingest.normalise.texts import BODY, TITLE, article_of, removed


@st.composite
def notes_on(draw: st.DrawFn, text: str) -> list[Note]:
    """Disjoint notes on a text."""
    positions = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = zip(positions[::2], positions[1::2], strict=False)
    return [Note("x", (start, end), text[start:end], draw(st.sampled_from(["", "-", "<new>"]))) for start, end in spans]


@given(st.data(), st.text("abc", min_size=1, max_size=20))
def test_composed_notes_have_the_effect_of_both_passes(data: st.DataObject, source: str) -> None:
    first = data.draw(notes_on(source))
    rewritten = apply(source, first)
    second = data.draw(notes_on(rewritten)) if rewritten else []
    assert apply(source, rewriting.compose(source, first, second)) == apply(rewritten, second)


def test_a_note_that_removes_what_was_rewritten_has_the_original_words() -> None:
    article = article_of(f"# Boats &amp; crews\n\n{BODY}", "a.md")
    assert (article.title, article.text) == ("Boats & crews", BODY)
    assert removed(article, "title") == ["Boats &amp; crews"]


def test_a_text_of_one_line_is_divided_at_wide_gaps() -> None:
    body = BODY.replace("\n\n", " ")
    article = article_of(f"{TITLE}         FOR IMMEDIATE RELEASE    June 8th  2006   {body}")
    assert (article.title, article.text, article.kind) == (TITLE, body, "release")
    assert article.published == "2006-06-08"


@pytest.mark.parametrize("text", [f"{TITLE}    {BODY}", "boats    12    nets    9", f"{BODY.split()[0]}   {BODY[4:]}"])
def test_gaps_in_other_texts_stay(text: str) -> None:
    assert removed(article_of(text), "wide-gap") == []


def test_control_characters_are_removed() -> None:
    article = article_of(f"{TITLE[:4]}\x07{TITLE[4:]}\n\n{BODY}\x1b\x7f")
    assert (article.title, article.text) == (TITLE, BODY)
    assert removed(article, "control-character") == ["\x1b", "\x7f"]
