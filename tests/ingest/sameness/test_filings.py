"""Versions of one text that lie far apart are revisions; quotations, forms and letters are not."""

import random
import string

import pytest

from ingest_service import sameness
from ingest_service.model import Article, RelationType

BRIEF = (
    "The salt mill stands at the mouth of the river and was built for a family of coopers from the eastern islands.",
    "Its wheels are turned by the tide through a gate of oak planks which the keeper opens twice in every day.",
    "Sacks were carried over a narrow bridge to the boats, because no road led across the marsh before the dike.",
    "A storm broke the northern wall and the roof of the drying house, and both were mended with slate from a quarry.",
)
LATER = (
    "Visitors now reach the place by a footpath along the dike and buy their tickets in the former house of a smith.",
    "Grey herons nest under the bridge, and a society counts their eggs every spring before the first boats arrive.",
    "Researchers found letters in which the owners asked a bishop for free passage of their barges past his toll.",
    "Three potters have workshops in the stables and fire their kiln on the evening of the second market of a month.",
    "During dry summers the gate is kept shut for weeks, so that the meadows upstream are not spoiled by sea water.",
)


def type_of(one: str, other: str, titles: tuple[str, str] = ("", "")) -> RelationType | None:
    """The type of the relation of two texts, which does not depend on their order."""
    a, b = (sameness.prepare(Article(title, (text,))) for text, title in zip((one, other), titles, strict=True))
    judgement, reversed_ = sameness.judge(a, b), sameness.judge(b, a)
    assert (judgement and judgement.type) == (reversed_ and reversed_.type)
    return judgement.type if judgement else None


def scattered(pieces: int) -> str:
    """A text about the same, more than twice as long: after an opening of its own, sentences of the brief, apart."""
    return " ".join([*LATER, *(f"{sentence} {made_up(number, 10)}." for number, sentence in enumerate(BRIEF[:pieces]))])


def made_up(seed: int, count: int) -> str:
    """Words that no other text has."""
    letters = random.Random(seed)  # noqa: S311  The same words every time.
    return " ".join("".join(letters.choices(string.ascii_lowercase, k=8)) for _ in range(count))


def test_a_text_scattered_over_its_expansion_is_a_revision() -> None:
    assert type_of(" ".join(BRIEF), scattered(4)) == "revision"


@pytest.mark.parametrize("pieces", [2, 3])
def test_a_few_sentences_of_a_text_in_a_longer_one_are_no_revision(pieces: int) -> None:
    assert type_of(" ".join(BRIEF), scattered(pieces)) == "reuse"


def test_titles_decide_before_scattered_sentences() -> None:
    assert type_of(" ".join(BRIEF), scattered(4), ("The salt mill", "A walk along the dike")) != "revision"


def test_a_rewritten_text_that_kept_its_opening_is_a_revision() -> None:
    kept, old, new = " ".join([*BRIEF, LATER[0]]), made_up(1, 180), made_up(2, 200)
    assert type_of(f"{kept} {old}", f"{kept} {new}") == "revision"
    assert type_of(f"{old} {kept}", f"{new} {kept}") == "reuse"


def entries(shift: int, every: int) -> str:
    """A list with a number in each of its sentences; of `every` so many, one depends on `shift`."""
    things = ("gate", "wheel", "plank", "sluice", "stable", "kiln", "meadow")
    return " ".join(
        f"the {things[number % 7]} was entered as {500 + number + (shift if number % every == 0 else 0)} beside room "
        f"{'abcdefghijklmnopqrstuvwx'[number]} ({things[number * 3 % 5]})."
        for number in range(24)
    )


@pytest.mark.parametrize(("every", "expected"), [(4, "revision"), (2, "reuse")])
def test_in_texts_without_capitals_replaced_numbers_do_not_count_as_names(every: int, expected: str) -> None:
    assert type_of(entries(0, every), entries(50, every)) == expected


def test_the_opening_begins_with_the_first_long_line_of_a_table() -> None:
    table = "\n".join(("Salt mill", "Built: 1712", "Wheels: four", "Owner: the town", "Keeper: one", "Gate: oak") * 8)
    assert type_of(BRIEF[0], table + "\n" + BRIEF[0] + "\n" + LATER[0] + " " + LATER[1]) == "revision"


def with_names(words: int, replaced: int) -> str:
    """Made-up words, of which every seventh is a name; one name in four differs by `replaced`."""
    text = made_up(7, words).split(" ")
    for number, place in enumerate(range(3, words, 7)):
        text[place] = made_up(1_000 * (number + 1) + (replaced if number % 4 == 0 else 0), 1).title()
    return " ".join(text)


@pytest.mark.parametrize(("words", "expected"), [(250, "revision"), (90, "reuse")])
def test_more_names_may_be_replaced_in_long_texts(words: int, expected: str) -> None:
    assert type_of(with_names(words, 0), with_names(words, 1)) == expected


def table(rows: list[int]) -> str:
    """A table with a year, a name and two sums in each of these rows."""
    return "\n".join(
        f"{1900 + row} {made_up(row, 1).title()} was paid {row * 37 % 101 + 300} of {row * 53 % 97 + 500} marks"
        for row in rows
    )


def test_names_and_numbers_of_a_table_that_is_sorted_anew_are_not_replaced() -> None:
    text, rows = " ".join(BRIEF), list(range(12))
    assert type_of(f"{text}\n{table(rows)}", f"{text}\n{table(rows[::-1])}") == "revision"
    assert type_of(f"{text}\n{table(rows)}", f"{text}\n{table([row + 20 for row in rows])}") == "reuse"


def test_two_texts_in_which_names_changed_places_are_no_duplicates() -> None:
    text = made_up(3, 150)
    one, other = (
        f"{text}. First came {a}, then came {b}. {made_up(4, 150)}" for a, b in (("Anna", "Otto"), ("Otto", "Anna"))
    )
    assert type_of(one, other) == "revision"


@pytest.mark.parametrize(("kept", "expected"), [
    ([*BRIEF, LATER[0]], "revision"),
    ([" ".join(BRIEF[:2]), BRIEF[2], f"{BRIEF[3]} {LATER[0]}"], "reuse"),
], ids=["five pieces", "three pieces"])  # fmt: skip
def test_a_rewritten_text_with_another_opening_is_a_revision_if_many_pieces_were_kept(
    kept: list[str], expected: str
) -> None:
    one, other = (
        made_up(seed, 150) + "".join(f" {piece} {made_up(seed + number, 12)}" for number, piece in enumerate(kept, 1))
        for seed in (100, 200)
    )
    assert type_of(one, other) == expected
