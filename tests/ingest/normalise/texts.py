"""Short ways from a text to its article, for the tests of the rules."""

from ingest_service import normalise, reading
from ingest_service.model import Article


def article_of(text: str, path: str = "a.txt") -> Article:
    """The article of a text, lawful."""
    (source,) = reading.read(text.encode(), path)
    article = normalise.normalise(source)
    assert normalise.apply(source.source, article.notes) == article.text
    return article


def removed(article: Article, rule: str) -> list[str]:
    """What a rule took out of the text."""
    return [note.removed for note in article.notes if note.rule == rule]
