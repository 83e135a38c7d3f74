"""A diff reproduces the second text exactly, and shows the changes that a reader would draw."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_service import diffing
from tests.catalog.diffing.laws import changes, check, compared

FERRY = "The council of Port Alma approved a timetable for the harbour ferry on Tuesday evening."
BOATS = "The first boat leaves at six in the morning and the last one shortly before midnight."
BRIDGE = "Residents of the northern quarter asked for later sailings when the bridge was closed."
FARES = "A single trip will cost three dollars, and children under ten travel free of charge."

PIECES = (
    "one", "two", "Three,", "four.", "\n\n", "\n", "  ", "“five”", "six!", "1.5", "\u00a0", "👨‍👩‍👧", "🇰🇷", "🇰🇵",
    "港务局。", "เรือ", "مرحبا", "בוקר.", "e\u0301\u0323", "\u0301\u0301\u0301", FERRY, BOATS, BRIDGE, FARES,
)  # fmt: skip
EDITS = ("split", "join", "move", "change", "delete", "repeat")
texts = st.one_of(
    st.text(alphabet="ab ,.\n", max_size=60),
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join),
)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text of paragraphs, and the same after paragraphs were split, joined, moved, changed, deleted and repeated."""
    sentences = st.lists(st.sampled_from((FERRY, BOATS, BRIDGE, FARES, "Read more", "None.")), min_size=1, max_size=4)
    before = draw(st.lists(sentences.map(" ".join), min_size=1, max_size=8))
    after = list(before)
    for edit in draw(st.lists(st.sampled_from(EDITS), max_size=5)):
        place, other = (draw(st.integers(0, max(0, len(after) - 1))) for _ in range(2))
        if not after:
            break
        if edit == "split":
            after[place] = after[place].replace(". ", ".\n\n", 1)
        elif edit == "join":
            after[place : place + 2] = [" ".join(after[place : place + 2])]
        elif edit == "move":
            after.insert(other, after.pop(place))
        elif edit == "change":
            after[place] = after[place].replace("the", draw(st.sampled_from(PIECES)))
        elif edit == "delete":
            del after[place]
        else:
            after.insert(other, after[place])
    return "\n\n".join(before), "\n\n".join(after)


@given(texts, texts)
def test_the_operations_turn_the_first_text_into_the_second(first: str, second: str) -> None:
    compared(first, second)


@given(edited())
def test_the_operations_turn_a_text_into_an_edited_one(pair: tuple[str, str]) -> None:
    compared(*pair)


@given(edited())
def test_a_comparison_of_lines_obeys_the_same_law(pair: tuple[str, str]) -> None:
    exact, by_lines = diffing.compare(*pair), diffing.compare(*pair, 0)
    check(*pair, by_lines.ops)
    assert by_lines.coarse or by_lines.ops == exact.ops
    assert by_lines.words_added - by_lines.words_removed == exact.words_added - exact.words_removed


def test_a_comparison_of_lines_counts_the_changed_words() -> None:
    first = "\n".join((FERRY, BOATS, BRIDGE, FARES))
    second = "\n".join((FERRY, BOATS.replace("six", "seven"), FARES + " Dogs are free.", BRIDGE))
    comparison = diffing.compare(first, second, 0)
    moved = len(FARES.split())
    assert (comparison.words_added, comparison.words_removed) == (1 + 3 + moved, 1 + moved)
    assert (comparison.words_moved, comparison.coarse) == (0, True)
    # What differs is not more than the limit.
    assert diffing.compare(first, second, len(first) + len(second)) == diffing.compare(first, second)


@given(texts)
def test_two_equal_texts_have_only_equal_operations(text: str) -> None:
    assert all(op.op == "equal" for op in diffing.compare(text, text).ops)


@given(st.permutations((FERRY, BOATS, BRIDGE, FARES)))
def test_paragraphs_in_another_order_are_moves_without_changed_words(order: list[str]) -> None:
    comparison = compared("\n\n".join((FERRY, BOATS, BRIDGE, FARES)), "\n\n".join(order))
    assert (comparison.words_added, comparison.words_removed) == (0, 0)
    assert (comparison.words_moved > 0) == (order != [FERRY, BOATS, BRIDGE, FARES])


@given(st.lists(st.sampled_from((" ", "\n\n")), min_size=3, max_size=3))
def test_splitting_and_joining_paragraphs_changes_no_word(breaks: list[str]) -> None:
    first, second, third = breaks
    comparison = compared(
        f"{FERRY} {BOATS}\n\n{BRIDGE} {FARES}", f"{FERRY}{first}{BOATS}{second}{BRIDGE}{third}{FARES}"
    )
    assert (comparison.words_added, comparison.words_removed, comparison.words_moved) == (0, 0, 0)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("Envoys met on Monday.", "Envoys met on Tuesday.", ["-Monday. +Tuesday."], id="a word"),
        pytest.param("He came, and left.", "He came and left.", ["-came, +came"], id="a comma belongs to its word"),
        pytest.param(
            f"{FERRY}\n\n{BRIDGE}",
            f"Boats sail from Monday.\n\n{FERRY.replace('a timetable', 'a new timetable')}\n\n{BRIDGE} ".strip(),
            ["+Boats sail from Monday.", "+new"],
            id="a lead before changed paragraphs",
        ),
        pytest.param(
            f"{FERRY} {BOATS}", f"{FERRY} Dogs are not allowed on board. {BOATS}",
            ["+Dogs are not allowed on board."], id="a sentence",
        ),
        pytest.param(
            f"{FERRY} The mayor declined to comment. {BOATS}", f"{FERRY} No vote was taken. {BOATS}",
            ["-The mayor declined to comment. +No vote was taken."], id="a sentence that became another one",
        ),
        pytest.param(
            "The bridge will be closed until May, and the ferry will sail from the northern quay.",
            "The bridge will be closed until May. The ferry will sail from the northern quay.",
            ["-May, +May.", "-and", "-the +The"], id="a sentence that was split",
        ),
        pytest.param(
            f"{FERRY}\n\n{BOATS}\n\n{BRIDGE}", f"{BOATS}\n\n{BRIDGE}\n\n{FERRY.replace('evening', 'night')}",
            [">The council of Port Alma approved a timetable for the harbour ferry on Tuesday", "-evening. +night."],
            id="a paragraph that moved and changed",
        ),
        pytest.param(
            f"{FERRY} {BOATS}\n\n{BRIDGE} {FARES}", f"{FERRY}\n\n{BRIDGE} {FARES} {BOATS}", [f">{BOATS}"],
            id="a sentence that moved to another paragraph",
        ),
        pytest.param(
            f"{FERRY}\n\nNotes\n\n{BOATS}\n\n{BRIDGE} {FARES}", f"{FERRY}\n\n{BRIDGE} {FARES}\n\nNotes\n\n{BOATS}",
            [f">Notes\n\n{BOATS}"], id="a section that moved with its heading",
        ),
        pytest.param("第一班船早上六点出发。", "第一班船早上七点出发。", ["-六 +七"], id="Chinese"),
        pytest.param("เรือออกหกโมงเช้า", "เรือออกเจ็ดโมงเช้า", ["-หก +เจ็ด"], id="Thai characters with their marks"),
        pytest.param("Fun 👨‍👩‍👧 here", "Fun 👨‍👩‍👦 here", ["-👨‍👩‍👧 +👨‍👩‍👦"], id="a family is one word"),
        pytest.param("Flag 🇰🇷🇯🇵 flew", "Flag 🇰🇵🇯🇵 flew", ["-🇰🇷 +🇰🇵"], id="a flag is one word"),
        pytest.param("غادرت السفينة الميناء صباحا", "غادرت السفينة المدينة صباحا", ["-الميناء +المدينة"], id="Arabic"),
    ],
)  # fmt: skip
def test_the_changes_are_those_that_a_reader_would_draw(first: str, second: str, expected: list[str]) -> None:
    assert changes(first, second) == expected


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("one two", "one two three", (1, 0)),
        ("one two three", "three", (0, 2)),
        ('"one", two', "“one” two", (0, 0)),
        ("accordi ng to", "according to", (0, 0)),
        ("Café in Séoul", "Cafe\u0301 in Se\u0301oul", (0, 0)),
        ("a - b", "a – b", (0, 0)),
        ("", "one two", (2, 0)),
        ("第一班船早上六点出发", "第一班船早上七点半出发", (2, 1)),
    ],
)
def test_words_that_differ_in_typography_only_are_not_counted(first: str, second: str, words: tuple[int, int]) -> None:
    comparison = compared(first, second)
    assert (comparison.words_added, comparison.words_removed) == words


def drawn_words(count: int, choices: str) -> str:
    """Words of the choices, the same ones at each call."""
    return " ".join(random.Random(7).choices(choices.split(), k=count))  # noqa: S311  No secret.


@pytest.mark.parametrize(
    ("first", "second", "coarse"),
    [
        pytest.param("a " * 100_000, "a " * 99_000 + "b " * 100, False, id="one word repeated"),
        pytest.param(drawn_words(50_000, "a b"), drawn_words(49_999, "b a"), None, id="few words, no sentences"),
        pytest.param("Total\n\nNone.\n\n" * 10_000, "None.\n\nTotal\n\n" * 10_000, True, id="short paragraphs"),
        pytest.param("e" + "\u0301\u0323" * 200_000, "e" + "\u0323\u0301" * 200_000, False, id="combining flood"),
        pytest.param("x" * 1_000_000, "x" * 999_999 + "y", False, id="one long word"),
        pytest.param("a" + " " * 1_000_000, " " * 1_000_000 + "b", False, id="spaces"),
        pytest.param("👨‍👩‍👧🇰🇷" * 20_000, "👨‍👩‍👧🇰🇵" * 20_000, True, id="emoji"),
        pytest.param("👍a—" * 50_000, "👍a—" * 49_999, False, id="emoji and dashes without spaces"),
        pytest.param("“" + "He ate 1 egg. " * 5_000, "“" + "He ate 2 eggs. " * 5_000, None, id="open quotation"),
    ],
)  # fmt: skip
def test_hostile_texts_are_compared_in_bounded_time(first: str, second: str, coarse: bool | None) -> None:
    comparison = compared(first, second)
    assert coarse is None or comparison.coarse == coarse
    diffing.significance(("T", "T"), (first, second), comparison.ops)


def edited_words(sentences: int, every: int) -> tuple[str, str]:
    """Sentences of 20 words, and the same with one of `every` words changed."""
    words = drawn_words(20 * sentences, " ".join(f"w{number}" for number in range(2_000))).split()
    changed = [f"{word}x" if number % every == 2 else word for number, word in enumerate(words)]
    first, second = ([" ".join(text[at : at + 20]) for at in range(0, len(text), 20)] for text in (words, changed))
    return ".\n".join(first), ".\n".join(second)


@pytest.mark.parametrize(
    ("sentences", "every", "coarse"),
    [
        pytest.param(1_500, 20, False, id="a large text, one word of each sentence"),
        pytest.param(1_500, 5, True, id="a large text, four words of each sentence"),
        pytest.param(400, 5, False, id="a small text, four words of each sentence"),
    ],
)
def test_of_large_texts_with_many_changes_sentences_are_compared_by_their_ends(
    sentences: int, every: int, coarse: bool
) -> None:
    comparison = compared(*edited_words(sentences, every))
    assert comparison.coarse == coarse
    # A change and what is equal behind it; words that are alike by chance may be taken as one change.
    changes_of_sentence = 1 if coarse else 20 // every
    assert len(comparison.ops) == pytest.approx(2 * sentences * changes_of_sentence, abs=10)


def test_one_paragraph_without_punctuation_is_compared_word_by_word() -> None:
    words = drawn_words(30_000, " ".join(f"w{number}" for number in range(2_000))).split()
    changed = [f"{word}x" if number % 1_000 == 0 else word for number, word in enumerate(words)]
    comparison = compared(" ".join(words), " ".join(changed))
    assert (comparison.words_added, comparison.words_removed, comparison.coarse) == (30, 30, False)
