"""The filings of a story as lines of a table: what each changed against the one before, copies and sources. Pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalog_service import resources
from catalog_service.relation_types import PROPERTIES
from catalog_service.web import in_words, presenting
from catalog_service.web.news import edit_words
from catalog_service.web.news.material import Compared

# The versions of two filings that are compared: those of the earlier and the later document.
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A document outside the story that a filing shares passages with, and the words for it."""

    relation: resources.Relation
    words: str
    document: resources.RelationEnd


@dataclass(slots=True)
class Filing:
    """A line of the table; `change` is what it changed against the filing before it, empty for the first one."""

    document: resources.Document
    published: str
    change: str = ""
    differs: str = ""
    copies: list[resources.Document] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def pairs(documents: Sequence[resources.Document]) -> list[tuple[resources.Document, resources.Document]]:
    """The filings whose texts are compared: each with the one before it, copies apart."""
    filings = [document for document in documents if not _is_copy(document)]
    return list(itertools.pairwise(filings))


def _is_copy(document: resources.Document) -> bool:
    return document.story is not None and document.story.role == "copy"


def filings(
    documents: Sequence[resources.Document],
    relations: Sequence[resources.Relation],
    compared: Mapping[Pair, Compared],
) -> list[Filing]:
    """The lines of the documents in their order; a copy is listed with the filing of the same text, or the last one."""
    lines: list[Filing] = []
    for document in documents:
        if _is_copy(document) and lines:
            same = [line for line in lines if line.document.digest == document.digest]
            (same or lines)[-1].copies.append(document)
            continue
        line = Filing(document, in_words.day(document.published) if document.published else "")
        if lines:
            line.change, line.differs = _change(lines[-1].document, document, relations, compared)
        line.sources = list(_sources(document, {str(each.id) for each in documents}, relations))
        lines.append(line)
    return lines


def _change(
    before: resources.Document,
    after: resources.Document,
    relations: Sequence[resources.Relation],
    compared: Mapping[Pair, Compared],
) -> tuple[str, str]:
    names = {str(before.id), str(after.id)}
    between = [each for each in relations if {str(each.a.document), str(each.b.document)} == names]
    differs = presenting.differences_listed(between[0].differs) if between else ""
    both = compared.get((str(before.id), str(after.id)))
    if both is None:
        words = after.words - before.words
        return f"{in_words.count(abs(words), 'word')} {'more' if words > 0 else 'fewer'}" if words else "", differs
    summary = both.diff.summary
    return edit_words.of_extent(summary.words_added, summary.words_removed, summary.moved), differs


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
