"""A labelled set of our own: texts filed again in many ways, forms that only look so, and quotations, altered or not.

The same texts for the same seed. They are made of what may be shipped: the paragraphs of the seeds, excerpts of press
releases of members of the United States Senate (works of the government, `releases.jsonl`), and sentences made up here.
"""

import hashlib
import itertools
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.articles import SYLLABLES
from tests.quality.sameness_predict import Document

HERE = Path(__file__).parent
SEED = 20_060_612
FORMS = (
    "The {} harbour office said {} ships called in {}, {} more than a year before, and {} tonnes were landed.",
    "Water in the {} reservoir stood at {} per cent on {}, {} points lower than a week ago, the board said. "
    "Households are asked to save {} litres a day.",
    "{} closed {} points up on {} at {} after {} shares changed hands, the exchange said in its daily notice.",
    "The court in {} heard {} cases in {}, of which {} ended with a fine and {} were put off to the next session.",
)
PLACES = ("Aldbury", "Brekke", "Castel", "Dunmore", "Esker", "Fallow", "Garth", "Holme", "Ivory", "Juniper")
MONTHS = ("January", "March", "April", "June", "August", "October")
FOOTER = "This notice is for information only. Questions are answered by the press office on working days until five."
MARKERS = ("(LEAD) ", "(2nd LD) ", "UPDATE 1-", "(URGENT) ")
SAID = ("the statement said", "she told reporters", "the office wrote", "according to the release")
SMALL_WORDS = ("the", "of", "and", "in", "a", "to", "for", "was", "had", "with", "its", "no")
HOUSE_STYLE = (("U.S.", "US"), ("Sen. ", "Senator "), (" percent", "%"), ('"', "“"), (" - ", " — "), ("'", "’"))


@dataclass(frozen=True, slots=True)
class Quotation:
    """A passage that one text took from another: spans in code points."""

    a: str
    a_span: tuple[int, int]
    b: str
    b_span: tuple[int, int]


@dataclass(slots=True)
class LabelledSet:
    """Documents, which of them are one story (by its number), which may share passages anyhow, and what was quoted."""

    documents: list[Document] = field(default_factory=list)
    stories: dict[str, int] = field(default_factory=dict)
    kin: dict[str, str] = field(default_factory=dict)
    quotations: list[Quotation] = field(default_factory=list)

    @property
    def pairs(self) -> set[frozenset[str]]:
        """The pairs that are one story."""
        by_story: dict[int, list[str]] = {}
        for name, story in self.stories.items():
            by_story.setdefault(story, []).append(name)
        return {frozenset(pair) for names in by_story.values() for pair in itertools.combinations(names, 2)}

    @property
    def digest(self) -> str:
        """Changes with every text and every label."""
        rows = [[each.id, each.text] for each in self.documents]
        quoted = [[each.a, *each.a_span, each.b, *each.b_span] for each in self.quotations]
        lines = json.dumps([rows, sorted(self.stories.items()), quoted], ensure_ascii=False)
        return "sha-256:" + hashlib.sha256(lines.encode("utf-8")).hexdigest()

    def add(self, name: str, text: str, story: int | None = None, kin: str | None = None) -> None:
        """One more document; one of no story is a story of its own, and the kin of nobody else."""
        self.documents.append(Document(name, text))
        self.stories[name] = -len(self.stories) - 1 if story is None else story
        self.kin[name] = kin or f"story {self.stories[name]}"


def generate() -> LabelledSet:
    """The set."""
    draw = random.Random(SEED)  # noqa: S311  Nothing secret: the same texts every time are the point.
    texts = list(_texts())
    made = LabelledSet()
    for number, sentences in enumerate(texts):
        made.add(f"text-{number}", _article(draw, sentences), number)
        for which in draw.sample(range(len(WAYS)), k=draw.randint(0, 3)):
            way = WAYS[which]
            made.add(f"text-{number}-{way.__name__.strip('_')}", way(draw, sentences), number)
    for number, form in itertools.product(range(6), FORMS):
        text = "\n\n".join([*(_filled(draw, form) for _ in range(3)), FOOTER])
        made.add(f"form-{FORMS.index(form)}-{number}", text, kin=form)
    for number in range(80):
        _quote(draw, made, f"quoting-{number}", [each for each in made.documents if re.fullmatch(r"text-\d+", each.id)])
    return made


def _texts() -> Iterator[list[str]]:
    """Sentences of the releases and of the seeds."""
    for line in (HERE / "releases.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["sentences"]
    gold = json.loads((HERE / "seeds.json").read_text(encoding="utf-8"))
    for entry in gold["documents"].values():
        yield entry["paragraphs"][:12]


def _article(draw: random.Random, sentences: Sequence[str]) -> str:
    """Sentences in paragraphs of two or so, every other text with the same footer."""
    paragraphs, rest = [], list(sentences)
    while rest:
        many = draw.randint(1, 3)
        paragraphs.append(" ".join(rest[:many]))
        rest = rest[many:]
    return "\n\n".join([*paragraphs, *([FOOTER] if draw.random() < 0.5 else [])])


def _lead(draw: random.Random, sentences: Sequence[str]) -> str:
    """The story under a marker, with one sentence more."""
    return _article(draw, [draw.choice(MARKERS) + sentences[0], *sentences[1:], _sentence(draw)])


def _correction(draw: random.Random, sentences: Sequence[str]) -> str:
    """A number or a word corrected, which is said on top."""
    text = _article(draw, sentences)
    numbers = list(re.finditer(r"\d+", text))
    wrong = draw.choice(numbers or list(re.finditer(r"[a-z]{6,}", text)))
    right = str(int(wrong.group()) + 1) if numbers else "otherwise"
    return (
        f"(Corrects the words in paragraph {draw.randint(1, 4)})\n\n{text[: wrong.start()]}{right}{text[wrong.end() :]}"
    )


def _expansion(draw: random.Random, sentences: Sequence[str]) -> str:
    """Half as much again is added, between and behind."""
    grown = list(sentences)
    for _ in range(len(sentences) // 2):
        grown.insert(draw.randint(len(grown) // 2, len(grown)), _sentence(draw))
    return _article(draw, grown)


def _abridgement(draw: random.Random, sentences: Sequence[str]) -> str:
    """The beginning, and some of the rest."""
    kept = list(sentences[:3])
    return _article(draw, kept + [each for each in sentences[3:] if draw.random() < 0.5])


def _restyled(draw: random.Random, sentences: Sequence[str]) -> str:
    """Another house's style: abbreviations, quotation marks, dashes."""
    text = _article(draw, sentences)
    for own, other in HOUSE_STYLE:
        text = text.replace(own, other)
    return text


def _retyped(draw: random.Random, sentences: Sequence[str]) -> str:
    """A word in fifty misspelt."""
    words = " ".join(sentences).split(" ")
    for place in draw.sample(range(len(words)), k=max(1, len(words) // 50)):
        words[place] = words[place][:2] + words[place][3:]
    return " ".join(words)


def _rearranged(draw: random.Random, sentences: Sequence[str]) -> str:
    """The story told in another order behind its first two sentences."""
    rest = list(sentences[2:])
    draw.shuffle(rest)
    return _article(draw, [*sentences[:2], *rest])


WAYS: tuple[Callable[[random.Random, Sequence[str]], str], ...] = (
    _lead, _correction, _expansion, _abridgement, _restyled, _retyped, _rearranged,
)  # fmt: skip


def _filled(draw: random.Random, form: str) -> str:
    """A form filled in: another place, month and numbers each time."""
    return form.format(
        draw.choice(PLACES), draw.randint(11, 99), draw.choice(MONTHS), draw.randint(3, 40), draw.randint(100, 990)
    )


def _sentence(draw: random.Random) -> str:
    """A sentence of made-up words and small ones, which says nothing of what the set is about."""
    made = ("".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(9))
    words = [word for each in made for word in (draw.choice(SMALL_WORDS), each)]
    words[draw.randrange(len(words))] = str(draw.randint(2, 60))
    return " ".join(words).capitalize() + "."


def _quote(draw: random.Random, made: LabelledSet, name: str, sources: Sequence[Document]) -> None:
    """A text of its own that quotes one or two others: a part of a sentence or more, in quotation marks or not."""
    text = " ".join(_sentence(draw) for _ in range(6)) + "\n\n"
    for source in draw.sample(sources, k=draw.randint(1, 2)):
        b_span = _cut(draw, source.text)
        quoted = _altered(draw, source.text[slice(*b_span)])
        marks = draw.choice(('""', "“”", ("", "")))
        start = len(text) + len(marks[0])
        text += f"{marks[0]}{quoted}{marks[1]}, {draw.choice(SAID)}. {_sentence(draw)} {_sentence(draw)}\n\n"
        made.quotations.append(Quotation(name, (start, start + len(quoted)), source.id, b_span))
    made.add(name, text.rstrip() + ("\n\n" + FOOTER if draw.random() < 0.5 else ""))


def _cut(draw: random.Random, text: str) -> tuple[int, int]:
    """Ten to fifty words of the text, its footer aside."""
    body = text.removesuffix(FOOTER).rstrip()
    words = [each.span() for each in re.finditer(r"\S+", body)]
    many = min(draw.choice((10, 12, 16, 25, 50)), len(words))
    first = draw.randint(0, len(words) - many)
    start, end = words[first][0], words[first + many - 1][1]
    return start, start + len(text[start:end].rstrip(".,;:\"'”’"))


def _altered(draw: random.Random, quoted: str) -> str:
    """The words as they are, or of long ones one left out or replaced in the middle."""
    words = quoted.split(" ")
    if len(words) >= 16 and draw.random() < 0.4:
        middle = draw.randint(6, len(words) - 7)
        words[middle : middle + 1] = draw.choice(([], ["(sic)"], ["indeed"]))
    return " ".join(words)
