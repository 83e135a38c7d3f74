"""Made-up bills: numbered sections of legal sentences, up to megabytes; the same for the same seed."""

import random
from collections.abc import Sequence

from tests.benchmarks.articles import SYLLABLES

WORDS = 6_000


def sections(seed: int, count: int) -> list[str]:
    """`count` sections of one to four sentences, about 400 characters each."""
    draw = random.Random(seed)  # noqa: S311  The same bills every time.
    vocabulary = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(WORDS)]
    return [_section(draw, vocabulary) for _ in range(count)]


def _section(draw: random.Random, vocabulary: Sequence[str]) -> str:
    return " ".join(_sentence(draw, vocabulary) for _ in range(draw.randint(1, 4)))


def _sentence(draw: random.Random, vocabulary: Sequence[str]) -> str:
    """Words around a stock phrase, which is not at the ends: where a passage ends would depend on its neighbours."""
    before, after = (" ".join(draw.choices(vocabulary, k=draw.randint(6, 15))) for _ in range(2))
    days = draw.randint(10, 400)
    return f"{before.capitalize()}, not later than {days} days after the date of enactment of this Act, {after}."


def amended(bill: Sequence[str], seed: int) -> list[str]:
    """The bill with a section in twenty struck out, and with two words replaced in three sections of ten."""
    draw = random.Random(seed)  # noqa: S311  The same bills every time.
    return [_with_words(draw, section) if draw.random() < 0.3 else section for section in bill if draw.random() >= 0.05]


def _with_words(draw: random.Random, section: str) -> str:
    words = section.split(" ")
    for place in draw.sample(range(len(words)), k=2):
        words[place] = "".join(draw.choices(SYLLABLES, k=3))
    return " ".join(words)


def with_inserted(host: Sequence[str], guest: Sequence[str]) -> list[str]:
    """The sections of the host, with one section of the guest, in order, after each of the first ones."""
    return [section for number, own in enumerate(host) for section in (own, *guest[number : number + 1])]
