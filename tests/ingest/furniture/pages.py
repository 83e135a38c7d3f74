"""Pages of an invented site, and what is learned from them."""

from collections.abc import Sequence

from ingest_service.furniture import Furniture, Page, page_of
from ingest_service.furniture.learning import LearnedLine, Lesson
from ingest_service.model import Article

MENU = ("News of the harbour", "Tickets and passes", "Moorings and berths")
FOOTER = ("The Harbour Herald", "12 Quay Street, Port Alma")
HEADLINES = (
    "Three men arrested over life jackets", "Captain Doe is dead", "Taxi boats get cheaper", "Fourth boat ordered",
)  # fmt: skip
BODIES = (
    "Three men were arrested on Sunday night after a watchman saw them carry life jackets out of the boathouse.",
    "Captain John Doe, who steered the island ferry for thirty-one years, died on Thursday at the age of eighty-four.",
    "From the first of July a trip inside the breakwater may cost no more than nine dollars, the council decided.",
    "Another vessel will come from the southern yard, since the old one has failed its inspection in the spring.",
)


def article(
    number: int, body: str = "", menu: Sequence[str] = MENU, footer: Sequence[str] = FOOTER,
    publisher: str | None = "The Harbour Herald",
) -> Article:  # fmt: skip
    """The article of a page, as it is read before anything is known of the site."""
    return Article(HEADLINES[number], (*menu, body or BODIES[number], *footer), publisher=publisher)


def learned(*articles: Article) -> Lesson:
    """What these pages teach, in this order."""
    lesson = Lesson({})
    lesson.take(enumerate(map(page_of, articles)))
    return lesson


def texts(lines: Sequence[LearnedLine]) -> set[str]:
    """The texts of lines."""
    return {line.text for line in lines}


def known(lesson: Lesson) -> Furniture:
    """What is known after a lesson."""
    return Furniture.of((line.source, line.key) for line in lesson.learned)


__all__ = ["Page", "article", "known", "learned", "texts"]
