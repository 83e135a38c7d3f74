"""Made-up articles for the benchmarks: words with the frequencies of real text, the same for the same seed."""

import random
from collections.abc import Iterator
from itertools import accumulate

VOCABULARY = 30_000
SYLLABLES = (
    "ba",
    "den",
    "co",
    "ri",
    "lan",
    "mu",
    "ter",
    "so",
    "vi",
    "ning",
    "pra",
    "el",
    "to",
    "ka",
    "shi",
    "wor",
    "un",
)
FOOTER = "For further enquiries contact the press office during working hours, quoting the number of this notice."


def articles(count: int, *, words: int = 480, seed: int = 1) -> Iterator[str]:
    """`count` texts of about `words` words (3 KB at 480) in paragraphs, a title first.

    Of ten texts one is a copy of an earlier one with a lead marker, one quotes a paragraph of an earlier one, and half
    end with the same footer.
    """
    draw = random.Random(seed)  # noqa: S311  Nothing secret: the same texts every time are the point.
    vocabulary = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
    kept: list[str] = []
    for number in range(count):
        text = _article(draw, vocabulary, weights, words, number)
        if kept and number % 10 == 3:
            text = "(LEAD) " + draw.choice(kept)
        elif kept and number % 10 == 7:
            text += "\n\n" + draw.choice(kept).split("\n\n")[2]
        if len(kept) < 1_000:
            kept.append(text)
        yield text


def _article(draw: random.Random, vocabulary: list[str], weights: list[float], words: int, number: int) -> str:
    drawn = iter(draw.choices(vocabulary, cum_weights=weights, k=words))
    paragraphs = [" ".join(next(drawn) for _ in range(8)).capitalize()]
    sentence: list[str] = []
    sentences: list[str] = []
    for word in drawn:
        sentence.append(word)
        if len(sentence) >= 18:
            sentences.append(" ".join(sentence).capitalize() + ".")
            sentence = []
        if len(sentences) == 3:
            paragraphs.append(" ".join(sentences))
            sentences = []
    if number % 2:
        paragraphs.append(FOOTER)
    return "\n\n".join(paragraphs)
