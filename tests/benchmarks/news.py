"""Made-up news for the benchmarks: texts of 2 to 4 KB that repeat each other as news does, the same for the same seed.

Words have the frequencies of real text, among them the commonest words of four languages. About one text in twelve is
an exact copy, one in five a revision of an earlier one, one in five quotes earlier ones, and half end with a footer.
"""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from tests.benchmarks.articles import FOOTER, SYLLABLES, VOCABULARY

LANGUAGES = {
    "en": "the of and to in a is that for on was with as by at from it be has have will said not are this which an",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus",
    "fr": "le la les de des et en un une du que est pour dans qui par sur au plus pas ne ce avec son il sont aux",
    "es": "el la los las de que y en un una del se por con para su al lo como más es ha no este sobre entre fue",
}
# How often a text is in each language.
SHARES = (88, 5, 4, 3)
MARKERS = ("(LEAD) ", "(2nd LD) ", "UPDATE 1-", "(URGENT) ")
# Copies, revisions and quotations are of texts as recent as this: a story is repeated while it is news.
RECENT = 400
# Of a hundred texts.
COPIES, REVISIONS, QUOTING = 8, 20, 20


@dataclass(frozen=True, slots=True)
class Text:
    """One article: its language and its paragraphs, the title first."""

    language: str
    paragraphs: tuple[str, ...]

    @property
    def string(self) -> str:
        """The paragraphs, a blank line between two."""
        return "\n\n".join(self.paragraphs)


@dataclass(slots=True)
class Generator:
    """Draws texts one after the other."""

    draw: random.Random
    words: int
    vocabulary: list[str] = field(init=False)
    weights: list[float] = field(init=False)
    recent: deque[Text] = field(default_factory=lambda: deque(maxlen=RECENT))

    def __post_init__(self) -> None:
        self.vocabulary = ["".join(self.draw.choices(SYLLABLES, k=self.draw.randint(1, 4))) for _ in range(VOCABULARY)]
        self.weights = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))

    def text(self) -> Text:
        """The next text."""
        kind = self.draw.randrange(100)
        if not self.recent:
            text = self._new()
        elif kind < COPIES:
            text = self.draw.choice(self.recent)
        elif kind < COPIES + REVISIONS:
            text = self._revision(self.draw.choice(self.recent))
        elif kind < COPIES + REVISIONS + QUOTING:
            text = self._quoting(self._new())
        else:
            text = self._new()
        self.recent.append(text)
        return text

    def _new(self) -> Text:
        [language] = self.draw.choices(tuple(LANGUAGES), SHARES)
        length = int(self.words * self.draw.uniform(0.75, 1.35))
        title = " ".join(self._words(language, 8)).capitalize()
        paragraphs = [title]
        while length > 0:
            paragraph = " ".join(self._sentence(language) for _ in range(3))
            paragraphs.append(paragraph)
            length -= paragraph.count(" ") + 1
        if self.draw.random() < 0.5:
            paragraphs.append(FOOTER)
        return Text(language, tuple(paragraphs))

    def _sentence(self, language: str) -> str:
        words = self._words(language, self.draw.randint(9, 26))
        words[self.draw.randrange(len(words))] = str(self.draw.randint(2, 9_999))
        words[self.draw.randrange(1, len(words))] = self.draw.choice(self.vocabulary).capitalize()
        sentence = " ".join(words)
        if self.draw.random() < 0.15:
            return f"“{sentence[:1].upper()}{sentence[1:]},” {self.draw.choice(self.vocabulary).capitalize()} said."
        return f"{sentence[:1].upper()}{sentence[1:]}."

    def _words(self, language: str, count: int) -> list[str]:
        common = LANGUAGES[language].split()
        drawn = self.draw.choices(self.vocabulary, cum_weights=self.weights, k=count)
        return [self.draw.choice(common) if self.draw.random() < 0.4 else word for word in drawn]

    def _revision(self, earlier: Text) -> Text:
        """The text filed again: a marker before the title, a sentence changed, or a paragraph more."""
        title, *body = earlier.paragraphs
        if self.draw.random() < 0.5:
            title = self.draw.choice(MARKERS) + title.rpartition(") ")[2]
        place = self.draw.randrange(len(body))
        if self.draw.random() < 0.5:
            body.insert(place, self._sentence(earlier.language))
        else:
            body[place] = f"{self._sentence(earlier.language)} {body[place].partition('. ')[2]}"
        return Text(earlier.language, (title, *body))

    def _quoting(self, text: Text) -> Text:
        """The text with sentences of one or two earlier ones in quotation marks."""
        title, *body = text.paragraphs
        for earlier in self.draw.sample(self.recent, k=min(len(self.recent), self.draw.randint(1, 2))):
            passage = self.draw.choice(earlier.paragraphs[1:]).strip("“”")
            body.insert(self.draw.randrange(len(body)), f"The statement said: “{passage}”")
        return Text(text.language, (title, *body))


def texts(count: int, *, words: int = 420, seed: int = 1) -> Iterator[str]:
    """`count` texts of about `words` words (3 KB at 420) in paragraphs, a title first."""
    generator = Generator(random.Random(seed), words)  # noqa: S311  Nothing secret: the same texts every time are the point.
    for _ in range(count):
        yield generator.text().string


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to be loaded: its name and its bytes."""

    name: str
    content: bytes

    @property
    def text(self) -> str:
        """The content as text, as well as UTF-8 reads it."""
        return self.content.decode("utf-8", "replace")


def samples(count: int, folder: Path | None = None) -> Sequence[Sample]:
    """`count` made-up files, or the first `count` of a folder by name. Raises ValueError for a folder without files."""
    if folder is None:
        return [Sample(f"{number:06}.txt", text.encode()) for number, text in enumerate(texts(count))]
    paths = sorted(path for path in folder.rglob("*") if path.is_file())[:count]
    if not paths:
        raise ValueError(f"{folder} holds no files: give a folder of texts")
    return [Sample(f"{number:06}{path.suffix or '.txt'}", path.read_bytes()) for number, path in enumerate(paths)]
