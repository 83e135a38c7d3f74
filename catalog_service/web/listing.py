"""A document in a list: its date and what the catalog knows of it, in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog_service.relation_types import PROPERTIES
from catalog_service.resources import Document
from catalog_service.web import in_words


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A document, the words of its date of publication, and what is known of its versions and relations."""

    document: Document
    published: str
    known: Sequence[str]


def line(document: Document) -> ListedLine:
    """The document with its words."""
    return ListedLine(document, in_words.day(document.published) if document.published else "", _known(document))


def _known(document: Document) -> list[str]:
    shared = sum(count for type_, count in document.relations.items() if not PROPERTIES[type_].joins_story)
    filings = document.story.size if document.story else 0
    known = [
        (document.version > 1, f"version {document.version}"),
        (filings > document.duplicates + 1, f"in a story of {filings:,} documents"),
        (document.duplicates, in_words.count(document.duplicates, "other copy", "other copies")),
        (shared, f"shares passages with {in_words.count(shared, 'document')}"),
    ]
    return [words for is_so, words in known if is_so]
