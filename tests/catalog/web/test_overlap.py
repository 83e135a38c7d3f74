"""The parts of the page of a relation, without a database: what differs in letters, the picture, aligned texts."""

import itertools

import pytest

from catalog_service.web.overlap import letters, pairs, ribbons, texts
from catalog_service.web.overlap.letters import Note, Part
from catalog_service.web.overlap.pairs import Passage
from tests.catalog.web.versions import version


def marked(parts: tuple[Part, ...]) -> str:
    """The text with the differences in brackets: [words], {letters}."""
    brackets = {"same": "{}", "words": "[{}]", "letters": "{{{}}}", "left out": "…"}
    return "".join(brackets[part.degree].format(part.text) for part in parts)


@pytest.mark.parametrize(
    ("left", "right", "shown", "notes"),
    [
        ("a U.N. plan", "a UN plan", ("a {U.N.} plan", "a {UN} plan"), [Note("U.N.", "UN", "letters")]),
        ("a plan", "a (new) plan", ("a plan", "a [(new)] plan"), [Note("", "(new)", "words")]),
        ("53 died here", "57 died here", ("[53] died here", "[57] died here"), [Note("53", "57", "words")]),
        ('of "grave concern" now', "of grave concern now", ('of {"}grave concern{"} now', "of grave concern now"),
         [Note("“", "", "quotation marks")]),
        ("Russia's “arms” – all", "Russia’s \"arms\" - all", ("Russia's “arms” – all", "Russia’s \"arms\" - all"), []),
        ("Both sides met", "both sides met", ("{Both} sides met", "{both} sides met"), []),
        ("one\n\ntwo three", "one two three", ("one\n\ntwo three", "one two three"), []),
        ("both same", "both same", ("both same", "both same"), []),
    ],
)  # fmt: skip
def test_words_and_letters_that_differ_are_marked_and_noted(
    left: str, right: str, shown: tuple[str, str], notes: list[Note]
) -> None:
    compared = letters.compare(left, right)
    assert (marked(compared.left), marked(compared.right)) == shown
    assert list(compared.notes) == notes
    assert "".join(part.text for part in compared.left) == left
    assert "".join(part.text for part in compared.right) == right


@pytest.mark.parametrize("text", ["word " * 3_000, "word " * 30_000, "字" * 30_000, "Donau" * 20_000])
def test_of_a_long_run_of_equal_words_the_ends_are_shown(text: str) -> None:
    compared = letters.compare(text, text)
    assert [part.degree for part in compared.left] == ["same", "left out", "same"]
    assert "".join(part.text for part in compared.left) == text
    assert len(compared.left[0].text + compared.left[2].text) <= 2 * letters.END


def passage(number: int, left: tuple[int, int], right: tuple[int, int]) -> Passage:
    return Passage(number, left, right, 8, is_verbatim=True, quoted=())


def test_a_passage_is_shown_with_the_words_around_it_in_its_paragraph() -> None:
    text = "Zero.\n\n" + "before " * 20 + "PASSAGE after." + "\n\nAnother paragraph."
    start = text.index("PASSAGE")
    whole = version("PASSAGE")
    pair = pairs.pair(passage(1, (start, start + 7), (0, 7)), version(text), whole)
    assert pair.left.before == "… " + "before " * 12
    assert pair.left.after == " after."
    assert (pair.right.before, pair.right.after) == ("", "")


def test_bars_are_drawn_to_length_and_numbers_of_close_passages_apart() -> None:
    drawn = [passage(1, (0, 100), (9_000, 9_100)), passage(2, (100, 120), (0, 20)), passage(3, (120, 140), (30, 50))]
    picture = ribbons.draw(drawn, 5_000, 10_000)
    assert (picture.left, picture.right) == (500.0, 1_000.0)
    assert [picture.ribbons[0].left, picture.ribbons[0].right] == [(0.0, 10.0), (900.0, 10.0)]
    labels = [ribbon.label for ribbon in picture.ribbons if ribbon.label is not None]
    assert labels == sorted(labels)
    assert all(second - first >= ribbons.NUMBER for first, second in itertools.pairwise(labels))


def test_of_very_many_passages_the_longest_are_drawn_inside_the_picture() -> None:
    many = [passage(number, (number, number + 1), (number, number + 1)) for number in range(1, 1_000)]
    picture = ribbons.draw(many, 1_000, 1_000)
    assert len(picture.ribbons) == ribbons.MOST
    assert all(start >= 0 and start + width <= 1_000 for ribbon in picture.ribbons for start, width in (ribbon.left,))


LONG = "These words are in one of both texts only and they are long enough to be folded away, " * 3


def shown(stretches: tuple[texts.Stretch, ...]) -> list[str]:
    return [
        "folded" if stretch.is_folded else " ".join(segment.text for each in stretch.paragraphs for segment in each)
        for stretch in stretches
    ]


def test_texts_are_divided_at_the_sentences_of_the_chosen_passage_and_folded_between() -> None:
    left, right = (
        f"{LONG}end. He said we agree on all. {LONG}end.",
        f"{LONG}end.\n\nwe agree on all.\n\nThanks to you all.",
    )
    spans = [(text.index("we agree"), text.index("we agree") + len("we agree on all")) for text in (left, right)]
    shared = passage(1, *spans)
    before, at, after = texts.rows([shared], shared, version(left), version(right))
    assert (shown(before.left), shown(before.right)) == (["folded"], ["folded"])
    assert shown(at.left) == ["He said  we agree on all . "]
    assert shown(at.right) == ["we agree on all ."]
    assert shown(after.left) == ["folded"]
    assert shown(after.right) == ["Thanks to you all."]
    assert texts.rows([shared], shared, version("x" * texts.LONGEST), version(right)) == []
