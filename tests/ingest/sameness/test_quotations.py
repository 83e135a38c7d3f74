"""What stands in quotation marks, in the ways that languages mark it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.sameness import quotations


def quoted_texts(text: str) -> list[str]:
    return [text[start:end] for start, end in quotations.quoted(text)]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said “one two” and "three four" to us.', ["one two", "three four"]),
        ("„Wir schaffen das“, sagte sie. Mehr folgt, „auch das“.", ["Wir schaffen das", "auch das"]),
        ("„Damy radę”, powiedziała.", ["Damy radę"]),
        ("»Wir schaffen das«, sagte sie, »und zwar bald«.", ["Wir schaffen das", "und zwar bald"]),
        ("« Nous irons », dit-il. « Oui ».", [" Nous irons ", " Oui "]),
        ("Il a promis la suite », dit-il. Rien de plus.", []),
        ("”Så säger vi”, sa han, ”i dag”.", ["Så säger vi", "i dag"]),
        ("他说：「朝鲜半岛」是『和平』的。", ["朝鲜半岛", "和平"]),
        ("He called it ‘a good day’ for the farmers’ union.", ["a good day"]),
        ("He said ‘we don’t know’, and left.", ["we don’t know"]),
        ("The ’90s and the ‘90s were the farmers’ years.", []),
        ("Get ‘em, “all of them”, he said.", ["all of them"]),
        ("He said “the ‘good’ ones” were gone.", ["the ‘good’ ones"]),
        ("‚So nicht‘, sagte sie.", ["So nicht"]),
        ("He said ``one two'' today.", ["one two"]),
        ("＂全角＂です", ["全角"]),
        ('She is 5\'10" tall and 6" wide.', []),
        ('("in brackets") and word"glued"word', ["in brackets", "glued"]),
        ('the "first" and\n\n"second is open\n\n"third" is not', ["first", "second is open", "third"]),
        ('It was “mixed" once.', ["mixed"]),
        ("Nothing “” at all.", []),
    ],
)
def test_text_in_quotation_marks_is_found(text: str, quoted: list[str]) -> None:
    assert quoted_texts(text) == quoted


@given(st.text("ab \n\"“”„«»‹›「」‘’‚`'＂", max_size=80))
def test_spans_lie_apart_in_order_inside_the_text(text: str) -> None:
    end = 0
    for span in quotations.quoted(text):
        assert end <= span[0] < span[1] <= len(text)
        end = span[1]


def test_a_hundred_thousand_marks_are_no_trouble() -> None:
    for mark in ("‘", "’", "‚", "“", '"', "``", "‘a"):
        quotations.quoted(mark * 100_000)
