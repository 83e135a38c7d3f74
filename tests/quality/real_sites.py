"""How the running product relates pages of real sites, saved as text, and those of their stories that are filed again.

    ./dev exec python -m tests.quality.real_sites FOLDER

FOLDER holds files named SITE-NUMBER.txt, which are read where they are. Twenty of them are filed again, edited as
agencies edit. Both services run on a copy until nothing is left to do. A reported duplicate or revision is false if,
without the lines that three pages of a site have, less than a fifth of the runs of five words of the shorter page are
in the other. Recall is that of the stories filed again.
"""

import itertools
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.system import house

FILED_AGAIN = 20
SEED = 19
LONG = 100
FEWEST_LONG = 4
SAME = 0.2
NEW = "The office added on the next day that it would say more when the inquiry has come to an end."

Pair = frozenset[str]
Lines = list[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """What is true of the relations of these pages."""

    pages: int
    reported: int
    false: int
    largest_false_story: int
    false_excerpts: int
    recall: float


def _corrected(draw: random.Random, lines: Lines, long: Sequence[int]) -> None:
    """A figure is another one; where there is none, a sentence is added."""
    figures = [(at, match) for at in long for match in re.finditer(r"\b\d{1,3}\b", lines[at])]
    if not figures:
        return _continued(draw, lines, long)
    at, match = draw.choice(figures)
    lines[at] = f"{lines[at][: match.start()]}{int(match[0]) + 1}{lines[at][match.end() :]}"
    return None


def _continued(draw: random.Random, lines: Lines, long: Sequence[int]) -> None:
    """The story goes on after one of its paragraphs."""
    lines.insert(draw.choice(long) + 1, NEW)


def _abridged(draw: random.Random, lines: Lines, long: Sequence[int]) -> None:
    """The last paragraphs are left out."""
    for at in sorted(long[-max(1, len(long) // 4) :], reverse=True):
        del lines[at]


def _marked(draw: random.Random, lines: Lines, long: Sequence[int]) -> None:
    """The first paragraph is marked as an update, in the style of another house."""
    first = long[0]
    lines[first] = "UPDATE 1: " + lines[first].replace('"', "“").replace("’", "'")


WAYS: tuple[Callable[[random.Random, Lines, Sequence[int]], None], ...] = (_corrected, _continued, _abridged, _marked)


def filed_again(pages: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Twenty pages filed again: the new text, and the name of the page, by the name of the new one."""
    draw = random.Random(SEED)  # noqa: S311  Nothing secret: the same edits every time.
    often = Counter(line for text in pages.values() for line in set(text.split("\n")))
    # A notice that other pages have too is no story.
    own = {name: [line for line in text.split("\n") if often[line] == 1] for name, text in pages.items()}
    usable = [name for name, lines in own.items() if len(_long(lines)) >= FEWEST_LONG]
    again = {}
    for number, name in enumerate(sorted(draw.sample(usable, min(FILED_AGAIN, len(usable))))):
        lines = pages[name].split("\n")
        WAYS[number % len(WAYS)](draw, lines, _long(lines))
        again[f"{name.rsplit('-', 1)[0]}-{1_000 + number}.txt"] = "\n".join(lines), name
    return again


def _long(lines: Sequence[str]) -> list[int]:
    return [at for at, line in enumerate(lines) if len(line) > LONG]


def measured(pages: Mapping[str, str], reported: Collection[tuple[str, Pair]], again: Collection[Pair]) -> Measured:
    """The measures of these relations, which are types and pairs of pages."""
    runs = _runs(pages)
    near = {pair for type_, pair in reported if type_ in ("duplicate", "revision")}
    false = {pair for pair in near if _is_false(runs, pair)}
    excerpts = {pair for type_, pair in reported if type_ == "excerpt"}
    return Measured(
        len(pages), len(near), len(false), max(_sizes(pages, false)),
        sum(_is_false(runs, pair) for pair in excerpts), len(near.intersection(again)) / max(1, len(again)),
    )  # fmt: skip


def _runs(pages: Mapping[str, str]) -> dict[str, set[tuple[str, ...]]]:
    """The runs of five words of each page, without the lines that three pages of its site have."""
    runs: dict[str, set[tuple[str, ...]]] = {}
    by_site = itertools.groupby(sorted(pages), key=lambda name: name.rsplit("-", 1)[0])
    for names in [list(names) for _, names in by_site]:
        lines = {name: [line.strip() for line in pages[name].split("\n") if line.strip()] for name in names}
        often = Counter(line for own in lines.values() for line in set(own))
        for name, own in lines.items():
            words = re.findall(r"\w+", " ".join(line for line in own if often[line] < 3).lower())
            runs[name] = set(zip(*(words[at:] for at in range(5)), strict=False))
    return runs


def _is_false(runs: Mapping[str, set[tuple[str, ...]]], pair: Pair) -> bool:
    shorter, longer = sorted((runs[name] for name in pair), key=len)
    return len(shorter & longer) < SAME * len(shorter) or not shorter


def _sizes(pages: Collection[str], pairs: Collection[Pair]) -> Iterator[int]:
    """The number of pages of each story that these pairs make."""
    story = {name: name for name in pages}
    for a, b in map(tuple, pairs):
        joined = story[a]
        story = {name: story[b] if one == joined else one for name, one in story.items()}
    return iter(Counter(story.values()).values())


def run(folder: Path, work: Path) -> Measured:
    """Runs both services over a copy of the pages, until nothing is left to do."""
    pages = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.glob("*.txt"))}
    again = filed_again(pages)
    pages |= {name: text for name, (text, _) in again.items()}
    with house.living(work, f"sqlite:///{work}/catalog.db", f"sqlite:///{work}/ingest.db") as home:
        for name, text in pages.items():
            (home.seeds / name).write_text(text, encoding="utf-8")
        home.start()
        house.until(lambda: _is_done(home), "everything to be read and judged", seconds=900)
        reported = list(_relations(home))
    own = [(type_, pair) for type_, pair in reported if pair <= pages.keys()]
    return measured(pages, own, [frozenset((name, original)) for name, (_, original) in again.items()])


def _is_done(home: house.House) -> bool:
    """Whether nothing is left to learn from, to read again, to judge or to deliver."""
    status = home.ingest.get("/v1/status").json
    return not (status["to_learn"] or status["to_read_again"] or status["to_judge"] or status["outbox"].get("owed"))


def _relations(home: house.House) -> Iterator[tuple[str, Pair]]:
    path = "/v1/relations?limit=200"
    while path:
        page = home.catalog.get(path).json
        for relation in page["relations"]:
            yield relation["type"], frozenset((relation["a"]["path"], relation["b"]["path"]))
        path = page["next"] and f"/v1/relations?limit=200&cursor={page['next']}"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(asdict(run(Path(sys.argv[1]), Path(temporary))), indent=1))  # noqa: T201
