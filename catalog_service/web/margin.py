"""The margin of a text: the passages that other documents have too, each with the documents that have it. Pure.

Passages of several documents that are at the same place in the text have one number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from catalog_service.marking import Span
from catalog_service.relation_types import STORY_TYPES
from catalog_service.relations.related_documents import RelatedDocument
from catalog_service.resources import Passage, Relation
from catalog_service.web import in_words

TONES = 6
LONGEST_NAME = 48
# How the margin names the other document by what is known of the order of the two.
FIRST_IN = {"published": "first in", "wire": "first in", "recorded": "recorded earlier in"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Another document that has a passage: how it relates to this one, and the passage's number in their relation.

    `source` is True if the words come from the other document, False if they come from this one, else None.
    """

    relation: str
    passage: int
    name: str
    role: str
    detail: str
    source: bool | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A numbered place in the text whose words other documents have, the source first."""

    number: int
    span: Span
    mentions: tuple[Mention, ...]

    @property
    def tone(self) -> int:
        """The number of its colour, from 1."""
        return (self.number - 1) % TONES + 1

    @property
    def is_first_here(self) -> bool:
        """Whether all other documents have the words from this one."""
        return all(mention.source is False for mention in self.mentions)


def places(document: str, version: int, related: Iterable[RelatedDocument]) -> list[Place]:
    """The places of a version's text that related documents have, in order, without overlap.

    Filings of the same story are left out: most of their text is the same.
    """
    found = sorted(_found(document, version, related), key=lambda pair: (pair[0][0], -pair[0][1]))
    clusters: list[tuple[Span, list[Mention]]] = []
    for span, mention in found:
        last = clusters[-1] if clusters else None
        if last and _is_same_place(last[0], span):
            clusters[-1] = ((last[0][0], max(last[0][1], span[1])), [*last[1], mention])
        else:
            start = max(span[0], last[0][1]) if last else span[0]
            clusters.append(((start, span[1]), [mention]))
    return [Place(number, span, tuple(_ordered(mentions))) for number, (span, mentions) in enumerate(clusters, start=1)]


def _is_same_place(place: Span, span: Span) -> bool:
    """Whether the two overlap by half of the shorter one or more."""
    common = min(place[1], span[1]) - max(place[0], span[0])
    return 2 * common >= min(place[1] - place[0], span[1] - span[0])


def _ordered(mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The source first, then those that hold; each document once."""
    ordered = sorted(mentions, key=lambda mention: (mention.source is not True, not mention.is_current))
    yield from {mention.relation: mention for mention in reversed(ordered)}.values().__reversed__()


def _found(document: str, version: int, related: Iterable[RelatedDocument]) -> Iterator[tuple[Span, Mention]]:
    for other in related:
        relation = other.relation
        own_is_a = (str(relation.a.document), relation.a.version) == (document, version)
        own = relation.a if own_is_a else relation.b
        if (str(own.document), own.version) != (document, version) or relation.type in STORY_TYPES:
            continue
        for number, passage in enumerate(relation.passages, start=1):
            mention = _mention(other, number, passage, own_is_a=own_is_a)
            yield (passage.a if own_is_a else passage.b), mention


def _mention(other: RelatedDocument, number: int, passage: Passage, *, own_is_a: bool) -> Mention:
    relation = other.relation
    end = relation.b if own_is_a else relation.a
    source = None if relation.source is None else (relation.source == "b") == own_is_a
    mention = Mention(
        relation=relation.id,
        passage=number,
        name=in_words.shortened(end.title or other.path, LONGEST_NAME),
        role=_role(relation, passage, source=source),
        detail=_detail(relation, passage, quotes_here=own_is_a and source is True),
        source=source,
        is_current=other.is_current,
    )
    return mention if other.is_current else replace(mention, role=f"{mention.role} an earlier state of")


def _role(relation: Relation, passage: Passage, *, source: bool | None) -> str:
    if source is not True:
        return "also in"
    if relation.source_basis == "quotes":
        return "quoted from" if passage.quoted else "also in"
    return FIRST_IN.get(relation.source_basis or "", "also in")


def _detail(relation: Relation, passage: Passage, *, quotes_here: bool) -> str:
    """The number of words, and how they differ from the other document's."""
    manner = "word for word" if passage.verbatim else "altered"
    details = [in_words.count(passage.words, "word"), manner]
    if quotes_here and relation.source_basis == "quotes" and not passage.quoted:
        details.append("not in quotation marks")
    return ", ".join(details)
