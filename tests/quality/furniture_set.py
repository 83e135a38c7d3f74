"""A labelled set of pages with furniture: twelve invented sites with three templates each, and stories filed again.

The same pages for the same seed. A page is a file as a person saves it: the menu, a story, the headlines of other
stories, a footer. Sites name their URL, or a publisher, or nothing. A story that is filed again is edited as agencies
edit, and is on the same site or on another one.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest_service import normalise, reading
from ingest_service.furniture import NOTHING_LEARNED, Furniture
from ingest_service.model import Article
from tests.benchmarks.articles import SYLLABLES
from tests.quality.sameness_set import WAYS

SEED = 20_261_128
SITES, TEMPLATES, PAGES, FILED_AGAIN = 12, 3, 400, 60
SMALL_WORDS = ("the", "of", "and", "in", "a", "to", "for", "was", "had", "with", "its", "no", "by", "at", "on", "said")
SECTIONS = (
    "Home", "News", "Newsroom", "Services", "Permits", "Harbour", "Schools", "Roads", "Water", "Parks", "Library",
    "Health", "Jobs", "Forms", "Maps", "Archive",
)  # fmt: skip
ABOUT = (
    "{name} serves the people of the {place} valley, keeps its records open on weekdays from eight to five, and "
    "answers letters within ten days of their arrival.",
    "Subscribers of the {place} letter receive the notices of {name} on the first working day of each month, and may "
    "end the subscription at any time.",
)
TOPICS = ("Moorings and berths", "Winter storage", "Fishing rights", "Report a hazard", "Open meetings", "Pay a bill")


@dataclass(frozen=True, slots=True)
class Story:
    """A headline and the sentences below it."""

    headline: str
    sentences: tuple[str, ...]


@dataclass(slots=True)
class Site:
    """An invented site: the furniture of its templates, and the headlines of its latest pages."""

    name: str
    names_itself_by: str
    menus: tuple[tuple[str, ...], ...]
    footers: tuple[tuple[str, ...], ...]
    latest: list[str] = field(default_factory=list)

    def page(self, story: Story, body: str, number: int) -> str:
        """A page with a story; `number` is that of the page in the set, and chooses the template."""
        template = number % len(self.menus)
        others = [headline for headline in self.latest if headline != story.headline][-3:]
        self.latest.append(story.headline)
        parts = [*self.menus[template], story.headline, body, "Elsewhere", *others, *self.footers[template]]
        return self._head(number) + "\n\n".join(parts) + "\n"

    def _head(self, number: int) -> str:
        name = self.name.replace(" ", "-").lower()
        heads = {
            "url": f"---\nurl: https://www.{name}.example/{number}\n---\n\n",
            "publisher": f"---\npublisher: {self.name}\n---\n\n",
        }
        return heads.get(self.names_itself_by, "")


@dataclass(frozen=True, slots=True)
class PageSet:
    """The pages by path, the pairs of paths that are filings of one story, and the headlines of the pages."""

    pages: dict[str, str]
    pairs: frozenset[frozenset[str]]
    headlines: tuple[str, ...]


def generate(pages: int = PAGES, filed_again: int = FILED_AGAIN, sites: int = SITES) -> PageSet:
    """The set."""
    draw = random.Random(SEED)  # noqa: S311  Nothing secret: the same pages every time are the point.
    all_sites = [site(draw, number) for number in range(sites)]
    stories = [story(draw) for _ in range(pages - filed_again)]
    filings = [(number, one, "\n\n".join(_paragraphs(one.sentences))) for number, one in enumerate(stories)]
    again = draw.sample(range(len(stories)), filed_again)
    filings += [(number, stories[number], draw.choice(WAYS)(draw, stories[number].sentences)) for number in again]
    draw.shuffle(filings)
    made: dict[str, str] = {}
    of_story: dict[int, list[str]] = {}
    for number, (which, one, body) in enumerate(filings):
        path = f"{number:03}.txt"
        made[path] = all_sites[draw.randrange(sites)].page(one, body, number)
        of_story.setdefault(which, []).append(path)
    pairs = frozenset(frozenset(paths) for paths in of_story.values() if len(paths) > 1)
    return PageSet(made, pairs, tuple(one.headline for _, one, _ in filings))


def articles(pages: PageSet, known: Furniture = NOTHING_LEARNED) -> list[Article]:
    """The articles of the pages, in order, without what is known of their furniture."""
    readings = (reading.read(text.encode(), path).items[0] for path, text in pages.pages.items())
    return [normalise.normalise(one, known) for one in readings]


def site(draw: random.Random, number: int) -> Site:
    """An invented site. Its templates share a menu, and differ in what is around it."""
    place = word(draw).capitalize()
    name = f"{place} {draw.choice(('Herald', 'County Office', 'Courier', 'Harbour Board'))}"
    menu = tuple(f"{place} {section}" if draw.random() < 0.3 else section for section in draw.sample(SECTIONS, 9))
    menus, footers = [], []
    for _ in range(TEMPLATES):
        menus.append((*menu, *draw.sample(TOPICS, 2)))
        about = [text.format(name=name, place=place) for text in draw.sample(ABOUT, draw.randint(1, 2))]
        address = f"{draw.randint(1, 99)} {word(draw).capitalize()} Street, {place}"
        footers.append((f"About {name}", *about, address, f"{place} {draw.choice(TOPICS)}", "Privacy and cookies here"))
    by = ("url", "publisher", "nothing")[number % 3]
    return Site(name, by, tuple(menus), tuple(footers))


def story(draw: random.Random) -> Story:
    """A story that shares nothing with another one."""
    headline = " ".join(word(draw) for _ in range(draw.randint(5, 9))).capitalize()
    return Story(headline, tuple(_sentence(draw) for _ in range(draw.randint(6, 16))))


def word(draw: random.Random) -> str:
    """A made-up word."""
    return "".join(draw.choices(SYLLABLES, k=draw.randint(2, 4)))


def score(pairs: Sequence[frozenset[str]], expected: frozenset[frozenset[str]]) -> float:
    """The F1 of the pairs found."""
    right = len(expected.intersection(pairs))
    return 2 * right / (len(set(pairs)) + len(expected)) if right else 0.0


def _sentence(draw: random.Random) -> str:
    """A sentence of made-up words, with a name and a figure."""
    words = list(itertools.chain.from_iterable((draw.choice(SMALL_WORDS), word(draw)) for _ in range(9)))
    words[draw.randrange(4, len(words))] = word(draw).capitalize()
    words[draw.randrange(4, len(words))] = str(draw.randint(2, 990))
    return " ".join(words).capitalize() + "."


def _paragraphs(sentences: Sequence[str]) -> Iterator[str]:
    return (" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2))
