"""Labelled sets in seven languages beside English: fifty stories each, filed again, and texts that quote them.

The same texts for the same seed. Their sentences are put together from the parts in `languages.yaml`, made up here.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.quality.sameness_set import LabelledSet, Quotation

LANGUAGES: Mapping[str, Mapping[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "languages.yaml").read_text(encoding="utf-8")
)
SEED = 1_446
STORIES = 50
QUOTING = 25
PARTS = ("who", "place", "deed", "unit", "reason")
# Chinese and Japanese put no space between sentences.
UNSPACED = ("zh", "ja")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in one language."""

    language: str
    draw: random.Random

    def sentence(self) -> str:
        """A sentence that no other text has."""
        parts = LANGUAGES[self.language]
        chosen = {name: self._named(self.draw.choice(parts[name])) for name in PARTS}
        chosen |= {"month": self.draw.choice(parts["month"])} | {name: self._name() for name in "vwxyz"}
        sentence: str = parts["pattern"].format(
            day=self.draw.randint(1, 28), number=self.draw.randint(100, 9_999), **chosen
        )
        return sentence

    def _named(self, part: str) -> str:
        """The part with a made-up name inside it: otherwise texts would share long parts by chance."""
        if self.language in UNSPACED:
            middle = len(part) // 2
            return part[:middle] + self._name() + part[middle:]
        words = part.split(" ")
        words.insert((len(words) + 1) // 2, self._name())
        return " ".join(words)

    def _name(self) -> str:
        letters = LANGUAGES[self.language]["names"].split()
        return "".join(self.draw.choices(letters, k=self.draw.randint(3, 4))).capitalize()

    def sentences(self, count: int) -> list[str]:
        """So many sentences."""
        return [self.sentence() for _ in range(count)]

    def text(self, sentences: list[str]) -> str:
        """The sentences in paragraphs of three."""
        space = "" if self.language in UNSPACED else " "
        return "\n\n".join(space.join(sentences[start : start + 3]) for start in range(0, len(sentences), 3))


def generate(language: str) -> LabelledSet:
    """The set of one language."""
    writer = Writer(language, random.Random(f"{SEED} {language}"))  # noqa: S311  The same texts every time.
    labelled = LabelledSet()
    stories = [writer.sentences(writer.draw.randint(8, 14)) for _ in range(STORIES)]
    for number, story in enumerate(stories):
        labelled.add(f"{language}-{number}", writer.text(story), number)
        labelled.add(f"{language}-{number}-again", writer.text(WAYS[number % len(WAYS)](writer, story)), number)
    for number, story in enumerate(writer.draw.sample(stories, QUOTING)):
        _quote(writer, labelled, f"{language}-quoting-{number}", (stories.index(story), writer.draw.choice(story)))
    return labelled


def _quote(writer: Writer, labelled: LabelledSet, name: str, quoted: tuple[int, str]) -> None:
    """A text of its own with a sentence of a story in quotation marks; a sentence has about nine words."""
    source, sentence = quoted
    before = writer.text(writer.sentences(4)) + "\n\n“"
    text = f"{before}{sentence}” {writer.text(writer.sentences(4))}"
    labelled.add(name, text)
    at = labelled.documents[2 * source].text.index(sentence)
    span = len(before), len(before) + len(sentence)
    labelled.quotations.append(Quotation(name, span, f"{writer.language}-{source}", (at, at + len(sentence))))


def _lead(writer: Writer, story: list[str]) -> list[str]:
    return [LANGUAGES[writer.language]["lead"] + story[0], *story[1:], writer.sentence()]


def _correction(writer: Writer, story: list[str]) -> list[str]:
    place = writer.draw.randrange(len(story))
    digit = writer.draw.choice([character for character in story[place] if character.isdecimal()])
    corrected = story[place].replace(digit, str((int(digit) + 1) % 10), 1)
    return [*story[:place], corrected, *story[place + 1 :]]


def _expansion(writer: Writer, story: list[str]) -> list[str]:
    return [*story, *writer.sentences(len(story) // 2)]


def _abridgement(_: Writer, story: list[str]) -> list[str]:
    return story[: len(story) * 3 // 5]


def _rearranged(_: Writer, story: list[str]) -> list[str]:
    return [*story[:2], *story[-3:], *story[2:-3]]


def _rewritten(writer: Writer, story: list[str]) -> list[str]:
    """Every fourth sentence replaced by another one."""
    return [writer.sentence() if number % 4 == 3 else sentence for number, sentence in enumerate(story)]


WAYS: tuple[Callable[[Writer, list[str]], list[str]], ...] = (
    _lead, _correction, _expansion, _abridgement, _rearranged, _rewritten,
)  # fmt: skip
