"""The fold keeps letters and digits, knows where they stood, and where words begin and end."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.sameness import fold

any_text = st.text(st.sampled_from("aB9.,ß ﬁé–\n”🙂한신ᄒ\u1161\u11abשל1"), max_size=60) | st.text(max_size=60)


def folded(text: str) -> str:
    return fold.fold(text)[0].string


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the U.N. Security Council", "the UN security council"),
        ("“Nuku’alofa”", "'Nuku'alofa'"),
        ("accordi ng to the effo rts", "according to the efforts"),
        ("café naïve", "cafe\u0301 nai\u0308ve"),
        ("ﬁnancial eﬃciency", "financial efficiency"),
        ("straße", "STRASSE"),
        ("2,276,000", "2276000"),
        ("2,76,000", "276000"),
        ("1,5", "1.5"),
        ("1\u0967,\u096b", "1\u0967.\u096b"),
        ("한국과 뉴질랜드, 각", unicodedata.normalize("NFD", "한국과 뉴질랜드, 각")),
    ],
)
def test_typography_vanishes(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 billion", "15 billion"),
        ("1,5 Prozent", "15 Prozent"),
        ("3,25", "325"),
        ("각", "가"),
        (unicodedata.normalize("NFD", "각"), unicodedata.normalize("NFD", "가")),
        ("peace", "piece"),
        ("जाता है", "जाती हैं"),
        ("น้ำ", "นา"),
        ("バンド", "ハント"),
    ],
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(any_text)
def test_each_folded_character_is_at_its_mapped_position(text: str) -> None:
    folded_text = fold.fold(text)[0]
    assert len(folded_text.positions) == len(folded_text.ends) == len(folded_text.string)
    assert list(folded_text.positions) == sorted(folded_text.positions)
    for character, position in zip(folded_text.string, folded_text.positions.tolist(), strict=True):
        syllable = unicodedata.normalize("NFC", text[position : position + 3])[:1]
        assert (
            character in folded(text[position]) or character == syllable or (character + text[position]) in ("..", ".,")
        )


def test_no_word_begins_inside_a_character() -> None:
    folded_text = fold.fold("新ゟ聞ﬁxにﬁ")[0]
    assert folded_text.string == "新より聞fixにfi"
    assert folded_text.starts.tolist() == [True, True, False, True, True, False, False, True, True, False]


@given(any_text)
def test_words_tile_the_fold(text: str) -> None:
    folded_text = fold.fold(text)[0]
    assert "".join(folded_text.words(60 * 6)) == folded_text.string
    assert folded_text.starts.sum() == folded_text.ends.sum() == len(folded_text.words(60 * 6))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("peace and security", 3),
        ("strategic – partnership", 2),
        ("北京新闻", 2),
        ("한국과 뉴질랜드는 오늘", 3),
        ("한국과뉴질랜드는오늘서울에서회담했다", 9),
        ("ゟ新", 1),
        ("ทั่วโลก", 2.5),
        ("", 0),
    ],
)
def test_words_are_counted_by_script(text: str, words: float) -> None:
    folded_text = fold.fold(text)[0]
    assert folded_text.words_between(0, len(folded_text.string)) == words
