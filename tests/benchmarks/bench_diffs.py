"""How diffs of the product agree with those that a person drew, and how long they take, beside two libraries.

    ./dev bench diffs

`difflib` and diff-match-patch (of the group `bench`) compare the words of the texts: the library's line mode with one
character for each word, and its semantic clean-up. Neither knows moves. The times are CPU seconds for two texts of
80,000 words, in which words were changed, or whose paragraphs or sentences were shuffled.
"""

import difflib
import importlib
import itertools
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from catalog_service import diffing
from tests.quality import diff_scoring, diff_set
from tests.quality.diff_set import Op

Way: TypeAlias = Callable[[str, str], list[Op]]
TOKEN = re.compile(r"\s+|\S+")
WORDS = 80_000


def product(first: str, second: str) -> list[Op]:
    """The product's diff."""
    return [Op(op.op, op.a, op.b) for op in diffing.compare(first, second).ops]


def difflib_words(first: str, second: str) -> list[Op]:
    """Python's SequenceMatcher on words."""
    a, b = TOKEN.findall(first), TOKEN.findall(second)
    starts_a, starts_b = _starts(a), _starts(b)
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    return [
        Op(tag, (starts_a[i], starts_a[j]), (starts_b[k], starts_b[m])) for tag, i, j, k, m in matcher.get_opcodes()
    ]


def match_patch(first: str, second: str) -> list[Op]:
    """The diff-match-patch library on words, with its semantic clean-up."""
    library = importlib.import_module("diff_match_patch").diff_match_patch()
    library.Diff_Timeout = 0
    numbers: dict[str, str] = {}
    a, b = (
        "".join(numbers.setdefault(token, chr(len(numbers) + 1)) for token in TOKEN.findall(text))
        for text in (first, second)
    )
    tokens = {code: token for token, code in numbers.items()}
    diffs = library.diff_main(a, b, False)
    # The clean-up changes the list in place.
    texts = [[tag, "".join(tokens[code] for code in codes)] for tag, codes in diffs]
    library.diff_cleanupSemantic(texts)
    return list(_joined(texts))


def _joined(diffs: Iterable[Sequence[object]]) -> Iterator[Op]:
    """The library's pairs as operations; a deletion and the insertion that follows it are one replacement."""
    a = b = 0
    removed: tuple[int, int] | None = None
    for tag, text in diffs:
        length = len(str(text))
        if tag == -1:
            removed = (a, a + length)
            a += length
            continue
        if tag == 1:
            yield Op("replace" if removed else "insert", removed or (a, a), (b, b + length))
            b += length
        else:
            if removed:
                yield Op("delete", removed, (b, b))
            yield Op("equal", (a, a + length), (b, b + length))
            a, b = a + length, b + length
        removed = None
    if removed:
        yield Op("delete", removed, (b, b))


def _starts(tokens: Iterable[str]) -> list[int]:
    return [0, *itertools.accumulate(map(len, tokens))]


def paragraphs_and_words(first: str, second: str) -> list[Op]:
    """The least that a diff does: SequenceMatcher on paragraphs, and one pass over all words."""
    difflib.SequenceMatcher(None, first.split("\n\n"), second.split("\n\n"), autojunk=False).get_opcodes()
    for text in (first, second):
        numbers: dict[str, int] = {}
        for match in TOKEN.finditer(text):
            numbers.setdefault(match.group(), match.start())
    return []


def long_texts() -> dict[str, tuple[str, str]]:
    """Two texts of 80,000 words by what happened to the second."""
    drawn = random.Random(20)  # noqa: S311  No secret.
    words = ["".join(drawn.choices("aeioubcdlmnrst", k=drawn.randint(2, 9))) for _ in range(8_000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    sentences = [" ".join(drawn.choices(words, weights, k=16)).capitalize() + "." for _ in range(WORDS // 16)]
    paragraphs = [" ".join(group) for group in _groups(sentences, 5)]
    dashed = [paragraph.replace(" a", "—a") for paragraph in paragraphs]
    return {
        "one word in 50 paragraphs": ("\n\n".join(paragraphs), _edited(drawn, paragraphs, words, 0.000_25)),
        "six of a hundred words": ("\n\n".join(paragraphs), _edited(drawn, paragraphs, words, 0.06)),
        "twenty of a hundred words": ("\n\n".join(paragraphs), _edited(drawn, paragraphs, words, 0.2)),
        "paragraphs shuffled": ("\n\n".join(paragraphs), "\n\n".join(drawn.sample(paragraphs, len(paragraphs)))),
        "forty of a hundred words": ("\n\n".join(paragraphs), _edited(drawn, paragraphs, words, 0.4)),
        "sentences of one paragraph shuffled": (" ".join(sentences), " ".join(drawn.sample(sentences, len(sentences)))),
        "six of a hundred words, some joined by dashes": ("\n\n".join(dashed), _edited(drawn, dashed, words, 0.06)),
    }


def _edited(drawn: random.Random, paragraphs: Iterable[str], words: Sequence[str], share: float) -> str:
    edited = (
        " ".join(drawn.choice(words) if drawn.random() < share else word for word in paragraph.split(" "))
        for paragraph in paragraphs
    )
    return "\n\n".join(edited)


def _groups(sentences: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (sentences[start : start + size] for start in range(0, len(sentences), size))


def seconds(way: Way, first: str, second: str) -> float:
    """The CPU seconds of one diff: the least of three."""
    return min(_seconds(way, first, second) for _ in range(3))


def _seconds(way: Way, first: str, second: str) -> float:
    start = time.process_time()
    way(first, second)
    return time.process_time() - start


def tables() -> Iterator[str]:
    """The lines of both tables."""
    edits = diff_set.edits()
    ways: dict[str, Way] = {"Palimpsest": product, "difflib": difflib_words, "diff-match-patch": match_patch}
    yield from ("| way | word F1 | operations for each mark of the person |", "|---|---|---|")
    for name, way in ways.items():
        scores = diff_scoring.scores(edits, [way(edit.first, edit.second) for edit in edits])
        yield f"| {name} | {scores['word_f1']:.3f} | {1 / scores['fewness']:.2f} |"
    yield ""
    yield "| 80,000 words | Palimpsest | paragraphs by difflib, and a pass over all words | ratio |"
    yield "|---|---|---|---|"
    for name, texts in long_texts().items():
        own, least = seconds(product, *texts), seconds(paragraphs_and_words, *texts)
        yield f"| {name} | {own:.2f} s | {least:.2f} s | {own / least:.1f} |"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in tables())
