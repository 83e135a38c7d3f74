"""Every example of the page on searching is run against the seeds."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_service import search
from catalog_service.history import record
from catalog_service.search import grammar
from catalog_service.store.db import Database
from tests import templates
from tests.catalog.conftest import NOW
from tests.catalog.events import article, event

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "search.md").read_text(encoding="utf-8")
GOLD = json.loads((ROOT / "tests" / "quality" / "seeds.json").read_text(encoding="utf-8"))["documents"]
FINDS = re.findall(r"^\| `(.+?)` \| ([\d –]+) \|", PAGE, re.M)
UNDERSTOOD = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (.+?) \|$", PAGE, re.M)


@pytest.fixture
def seeds(sqlite_url: str) -> Iterator[Database]:
    """A catalog of the five seeds."""
    database = Database(sqlite_url)
    templates.bring_up(database)
    observed_events = [
        event(number, path=name, article=article(gold["title"], "\n\n".join(gold["paragraphs"])))
        for number, (name, gold) in enumerate(GOLD.items(), start=1)
    ]
    with database.writing() as session:
        record.record_batch(session, observed_events, NOW)
    yield database
    database.close()


def test_the_examples_find_what_the_page_says(seeds: Database) -> None:
    assert len(FINDS) > 15
    with seeds.reading() as session:
        results = {
            q: {hit.document.path[:3] for hit in search.find(session, search.Query(q=q, strict=True)).hits}
            for q, _ in FINDS
        }
    assert results == {q: set(numbers.replace("–", "").split()) for q, numbers in FINDS}


@pytest.mark.parametrize(("q", "understood", "warning"), UNDERSTOOD)
def test_the_examples_are_understood_as_the_page_says(q: str, understood: str, warning: str) -> None:
    parsed = grammar.parse(q)
    assert parsed.written == understood
    assert any(warning in each for each in parsed.warnings)


def test_the_page_names_the_bounds() -> None:
    for bound in (f"{grammar.MAX_LENGTH:,} characters", f"{grammar.MAX_LEAVES} words", f"{grammar.MAX_PHRASE} words"):
        assert bound in PAGE
    assert f"brackets {grammar.MAX_DEPTH} deep" in " ".join(PAGE.split())
