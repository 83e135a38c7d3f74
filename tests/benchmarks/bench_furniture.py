"""What learning furniture costs: many pages of one site, and articles of news, in batches.

    ./dev bench furniture [--pages 20000]

For each of both: milliseconds of CPU an article, in the first and in the last tenth of them, and the lines learned; the
ledger is on SQLite. A page has the menu, the footer and the latest headlines of its site, and is stored as the service
stores it once the furniture is known: without the lines that were learned before. Articles of news state no source.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ingest_service import model, sameness
from ingest_service.delivery import events
from ingest_service.folder.scan import FileFact
from ingest_service.furniture import RULE, Furniture
from ingest_service.ledger import entries, furniture
from ingest_service.ledger.batch import FileChanges
from ingest_service.model import Article, Note
from ingest_service.store import schema
from ingest_service.store.db import Database
from ingest_service.workers.prepare import PreparedFile, PreparedItem
from tests.benchmarks import articles
from tests.quality import furniture_set

BATCH = 100
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CONTEXT = entries.Context(events.Origin("bench", "/ingest/bench"), NOW)


def news(count: int) -> Iterator[Article]:
    """So many articles of 3 KB, half of which end with the same paragraph."""
    for text in articles.articles(count):
        title, *paragraphs = text.split("\n\n")
        yield Article(title, tuple(paragraphs))


def pages(count: int) -> Iterator[Article]:
    """The articles of so many pages of a site, as they are read before anything is known."""
    draw = random.Random(1)  # noqa: S311  Nothing secret: the same pages every time.
    site = furniture_set.site(draw, number=2)
    for number in range(count):
        story = furniture_set.story(draw)
        text = site.page(story, "\n\n".join(story.sentences), number).strip()
        yield Article(story.headline, tuple(text.split("\n\n")), publisher=site.name)


def lifted(article: Article, known: Furniture) -> Article:
    """The article without what is known of its site."""
    lines = known.on(article)
    notes = tuple(Note(RULE, None, text) for text in article.paragraphs if lines.has(text))
    return replace(article, paragraphs=tuple(text for text in article.paragraphs if not lines.has(text)), notes=notes)


def prepared(number: int, article: Article) -> tuple[FileFact, PreparedFile]:
    """The article as that of a file."""
    content = f"{number} {article.text}".encode()
    original = model.Original(content, "text/plain", "utf-8")
    item = PreparedItem.of(None, article, sameness.prepare(article))
    return FileFact(f"{number}.txt", len(content), 0, 0, 0, number), PreparedFile(original.digest, original, (item,))


def measure(database: Database, read: Iterable[Article]) -> dict[str, float]:
    """The measures of learning from these articles."""
    spent: list[float] = []
    known, batch = Furniture(), []
    for number, article in enumerate(read, 1):
        batch.append(prepared(number, lifted(article, known)))
        if len(batch) == BATCH:
            with database.writing() as session:
                entries.enter(session, CONTEXT, FileChanges(stored=batch))
            start = time.process_time()
            with database.writing() as session:
                taught = furniture.learn(session, NOW, BATCH)
            spent.append((time.process_time() - start) * 1_000 / BATCH)
            known, batch = known.with_lines(taught.lines), []
    tenth = max(1, len(spent) // 10)
    lines = sum(map(len, known.keys.values()))
    return {"first_ms": sum(spent[:tenth]) / tenth, "last_ms": sum(spent[-tenth:]) / tenth, "lines": lines}


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    count = parser.parse_args().pages
    measured = {}
    for name, read in (("site", pages(count)), ("news", news(count))):
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/ingest.db")
            schema.upgrade(database)
            measured[name] = measure(database, read)
            database.close()
    print(json.dumps({"articles": count, **measured}, indent=2))  # noqa: T201  This is what it is for.


if __name__ == "__main__":
    main()
