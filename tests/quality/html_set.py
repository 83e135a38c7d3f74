"""The set of made-up pages, and how well pages are read: the project's own, or others with gold texts.

    ./dev exec python -m tests.quality.html_set GROUND-TRUTH.json FOLDER

FOLDER holds a page `ID.html` or `ID.html.gz` for each ID of GROUND-TRUTH, which maps it to its `articleBody`. Prints
the scores of articles and of trafilatura alone, and those of each half of the pages. Texts are compared by shingles of
four words, as multisets: precision and recall are means over pages, and F1 is of these means.
"""

import gzip
import hashlib
import json
import random
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest_service import normalise, reading
from ingest_service.errors import Unreadable
from ingest_service.model import Article
from tests.quality import encoding_set
from tests.quality.html_templates import SITE, TEMPLATES, Story

AUTHORS = {"en": "Nora Voss", "de": "Jan Lund", "ru": "Mara Holt", "zh-hans": "Piet Aas"}
TITLES, PARAGRAPHS, SENTENCES = 5, 7, 3
ADDED = re.compile(r"\[\[(.*?)\]\]")
SHINGLE = 4


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page, with the text and the metadata that are right."""

    name: str
    content: bytes
    text: str
    title: str
    author: str
    date: str


def pages() -> Iterator[Labelled]:
    """The pages of the set; the same ones at each call."""
    sentences = json.loads(encoding_set.SENTENCES.read_text(encoding="utf-8"))
    draw = random.Random(7)  # noqa: S311  No secret is drawn.
    for template in TEMPLATES.values():
        for language, author in AUTHORS.items():
            yield _labelled(_story(sentences[language], author, draw), template.__name__)


def _story(sentences: Sequence[str], author: str, draw: random.Random) -> Story:
    """A story and titles of others, drawn from these sentences."""
    titles = draw.sample([sentence.rstrip(".。") for sentence in sentences if sentence[0].isalpha()], k=TITLES)
    # No two paragraphs begin alike, as in no text.
    openings = draw.sample(sentences, k=PARAGRAPHS)
    paragraphs = [" ".join([opening, *draw.sample(sentences, k=SENTENCES)]) for opening in openings]
    return Story(titles[0], paragraphs, author, "2026-03-02T08:00:00Z", titles[1:])


def _labelled(story: Story, template: str) -> Labelled:
    content = TEMPLATES[template](story)
    parts = [(match.start(), match[1]) for match in ADDED.finditer(content)]
    parts += [(content.index(text), text) for text in story.paragraphs if text in content]
    shown = [text for _, text in sorted(parts)]
    content = ADDED.sub(r"\1", content)
    name = f"{template} {story.author}"
    return Labelled(name, content.encode(), "\n".join(shown), story.title, story.author, story.date)


def digest(labelled: Sequence[Labelled]) -> str:
    """A digest of the set, which floors are pinned with."""
    content = "\0".join(f"{page.name}\0{page.content.decode()}\0{page.text}" for page in labelled)
    return "sha-256:" + hashlib.sha256(content.encode()).hexdigest()


def read(content: bytes) -> Article:
    """The article of a page; an empty one if it is refused."""
    try:
        (item,) = reading.read(content, "a.html").items
    except Unreadable:
        return Article("", ())
    return normalise.normalise(item)


def metadata_shares(labelled: Sequence[Labelled], articles: Sequence[Article]) -> dict[str, float]:
    """The shares of pages of which the title, the author, the date and the publisher are right."""
    pairs = list(zip(labelled, articles, strict=True))
    right = {
        "title": [article.title == page.title for page, article in pairs],
        "author": [article.authors == (page.author,) for page, article in pairs],
        "date": [article.published == page.date for page, article in pairs],
        "publisher": [article.publisher == SITE for _, article in pairs],
    }
    return {name: statistics.mean(values) for name, values in right.items()}


def scores(gold: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, float]:
    """Precision, recall and F1 of the texts of pages, compared with the gold ones."""
    precisions, recalls = [], []
    for name, right in gold.items():
        wanted, given = _shingles(right), _shingles(texts[name])
        shared = (wanted & given).total()
        if texts[name]:
            precisions.append(shared / given.total())
        recalls.append(shared / wanted.total())
    precision, recall = statistics.mean(precisions or [0.0]), statistics.mean(recalls)
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"f1": round(f1, 4), "precision": round(precision, 4), "recall": round(recall, 4)}


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))


def main(arguments: Sequence[str]) -> None:
    """Scores the pages of a folder, by the gold texts of a file."""
    import trafilatura  # noqa: PLC0415  The test of the set does not need it.

    gold_file, folder = map(Path, arguments)
    gold = {name: entry["articleBody"] for name, entry in json.loads(gold_file.read_text(encoding="utf-8")).items()}
    contents = {name: _content(folder, name) for name in gold}
    read_ = {name: read(content).text for name, content in contents.items()}
    alone = {name: trafilatura.extract(it, fast=True, include_comments=False) or "" for name, it in contents.items()}
    for half, names in (("all", list(gold)), ("even", list(gold)[::2]), ("odd", list(gold)[1::2])):
        part = {name: gold[name] for name in names}
        figures = {"pages": half, "articles": scores(part, read_), "trafilatura": scores(part, alone)}
        sys.stdout.write(json.dumps(figures) + "\n")


def _content(folder: Path, name: str) -> bytes:
    packed = folder / f"{name}.html.gz"
    return gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / f"{name}.html").read_bytes()


if __name__ == "__main__":
    main(sys.argv[1:])
