"""The filings of a story as lines of a table: what each changed against the one before, copies and sources. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from catalog_service import resources
from catalog_service.relation_types import PROPERTIES
from catalog_service.web import in_words, presenting
from catalog_service.web.news import edit_words
from catalog_service.web.news.material import Compared, Name


@dataclass(frozen=True, slots=True)
class Source:
    """A document outside the story that a filing shares passages with, and the words for it."""

    relation: resources.Relation
    words: str
    document: resources.RelationEnd


@dataclass(slots=True)
class Filing:
    """A line of the table; `change` is what it changed against the filing before it, empty for the first one.

    `is_head`: it, or one of its copies, is the newest filing of the story.
    """

    document: resources.Document
    published: str
    is_head: bool = False
    change: str = ""
    differs: str = ""
    copies: list[resources.Document] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def filings(
    documents: Sequence[resources.Document], head: UUID, relations: Sequence[resources.Relation]
) -> list[Filing]:
    """The lines of the documents in their order; a copy is listed with the filing of the same text, or the last one."""
    lines: list[Filing] = []
    members = {str(document.id) for document in documents}
    for document in documents:
        same = next((line for line in lines if line.document.digest == document.digest), None)
        if lines and (same or _is_copy(document)):
            line = same or lines[-1]
            line.copies.append(document)
        else:
            published = in_words.day(document.published) if document.published else ""
            line = Filing(document, published, sources=list(_sources(document, members, relations)))
            lines.append(line)
        line.is_head |= document.id == head
    return lines


def _is_copy(document: resources.Document) -> bool:
    return document.story is not None and document.story.role == "copy"


def pairs(lines: Sequence[Filing]) -> list[tuple[Name, Name]]:
    """The versions that are compared: those of each filing and of the one before it."""
    names = [(str(line.document.id), line.document.version) for line in lines]
    return list(itertools.pairwise(names))


def say_changes(
    lines: Sequence[Filing],
    relations: Sequence[resources.Relation],
    compared: Mapping[tuple[Name, Name], Compared],
) -> None:
    """Fills in what each filing changed; a pair that is not among the `compared` has the difference of its lengths."""
    for pair, (before, after) in zip(pairs(lines), itertools.pairwise(lines), strict=True):
        after.change = _change(before.document, after.document, compared.get(pair))
        names = {pair[0][0], pair[1][0]}
        between = [each for each in relations if {str(each.a.document), str(each.b.document)} == names]
        after.differs = presenting.differences_listed(between[0].differs) if between else ""


def _change(before: resources.Document, after: resources.Document, compared: Compared | None) -> str:
    if compared is not None:
        summary = compared.diff.summary
        return edit_words.of_extent(summary.words_added, summary.words_removed, summary.moved)
    words = after.words - before.words
    return f"{in_words.count(abs(words), 'word')} {'more' if words > 0 else 'fewer'}" if words else "as many words"


def _sources(document: resources.Document, members: set[str], relations: Sequence[resources.Relation]) -> list[Source]:
    """The documents outside the story that this one shares passages with."""
    found = []
    for relation in relations:
        own, other = relation.a, relation.b
        if str(own.document) != str(document.id):
            own, other = other, own
        if str(own.document) == str(document.id) and str(other.document) not in members:
            found.append(Source(relation, _words(relation, own), other))
    return found


def _words(relation: resources.Relation, own: resources.RelationEnd) -> str:
    passages = in_words.spelled(len(relation.passages) + relation.passages_omitted, "passage")
    if PROPERTIES[relation.type].joins_story or relation.source is None:
        return f"shares {passages} with"
    own_is_source = (relation.a if relation.source == "a" else relation.b).document == own.document
    return f"gives {passages} to" if own_is_source else f"takes {passages} from"
