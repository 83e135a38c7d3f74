"""Stories filed again are found on pages with furniture, and nothing else is; by the pure functions and the judge."""

import itertools
import random
from collections.abc import Sequence

from ingest_service.furniture import Furniture, page_of
from ingest_service.furniture.learning import Lesson
from ingest_service.model import Article
from tests.quality import furniture_set
from tests.quality.furniture_set import PageSet
from tests.quality.sameness_predict import Document, predict

# Measured: 1.0 (and .442 without learning).
FLOOR = 0.985
# Measured: 1.0 of the titles of pages, and none without learning.
TITLES_FLOOR = 0.985


def learned(pages: PageSet) -> Furniture:
    """What these pages teach."""
    lesson = Lesson({})
    lesson.take(enumerate(map(page_of, furniture_set.articles(pages))))
    return Furniture.of((line.source, line.key) for line in lesson.learned)


def related(pages: PageSet, articles: Sequence[Article]) -> list[frozenset[str]]:
    """The pairs of pages that are duplicates or revisions."""
    named = zip(pages.pages, articles, strict=True)
    found = predict([Document(path, article.text, article.title) for path, article in named]).pairs
    return [frozenset((pair["a"], pair["b"])) for pair in found]


def test_stories_filed_again_are_found_among_pages_with_furniture() -> None:
    pages = furniture_set.generate()
    assert (len(pages.pages), len(pages.pairs)) == (400, 60)
    articles = furniture_set.articles(pages, learned(pages))
    assert furniture_set.score(related(pages, articles), pages.pairs) >= FLOOR
    right = sum(article.title == headline for article, headline in zip(articles, pages.headlines, strict=True))
    assert right / len(articles) >= TITLES_FLOOR


def test_the_same_stories_on_three_sites_are_filings_of_each_other() -> None:
    draw = random.Random(20)  # noqa: S311  Nothing secret.
    sites = [furniture_set.site(draw, number) for number in range(3)]
    stories = [furniture_set.story(draw) for _ in range(20)]
    made: dict[str, str] = {}
    pairs: set[frozenset[str]] = set()
    for number, story in enumerate(stories):
        paths = [f"{which}-{number}.txt" for which in range(3)]
        for which, path in enumerate(paths):
            made[path] = sites[which].page(story, "\n\n".join(story.sentences), number)
        pairs.update(map(frozenset, itertools.combinations(paths, 2)))
    pages = PageSet(made, frozenset(pairs), ())
    assert set(related(pages, furniture_set.articles(pages, learned(pages)))) == pairs
