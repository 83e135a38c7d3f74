"""Short ways from a text to its article, for the tests of the rules."""

from ingest_service import normalise, reading
from ingest_service.model import Article

TITLE = "Minister opens the new harbour"
BODY = (
    "The minister opened the new harbour on Tuesday, after nine years of work and two floods.\n\n"
    "Fishing boats had waited outside since dawn, and the first of them was unloading by noon."
)


def article_of(text: str, path: str = "a.txt") -> Article:
    """The article of a text, lawful."""
    (source,) = reading.read(text.encode(), path).items
    article = normalise.normalise(source)
    assert normalise.apply(source.source, article.notes) == article.text
    return article


def under_title(*lines: str) -> Article:
    """The article of a title, these lines, each a paragraph, and a body."""
    return article_of("\n\n".join([TITLE, *lines, BODY]))


def at_the_end(*lines: str) -> Article:
    """The article of a title, a body, and these lines, each a paragraph."""
    return article_of("\n\n".join([TITLE, BODY, *lines]))


def removed(article: Article, rule: str) -> list[str]:
    """What a rule took out of the text."""
    return [note.removed for note in article.notes if note.rule == rule]
