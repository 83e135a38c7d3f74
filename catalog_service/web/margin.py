"""The margin of a text: the passages that other documents have too, each with the documents that have it. Pure.

Passages of several documents that are at the same place in the text have one number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from catalog_service.marking import Span
from catalog_service.relation_types import STORY_TYPES
from catalog_service.relations import related_documents
from catalog_service.relations.related_documents import RelatedDocument, VersionName
from catalog_service.resources import Passage, Relation
from catalog_service.web import in_words

TONES = 6
# How the margin names the other document by what is known of the order of the two.
FIRST_IN = {"published": "first in", "wire": "first in", "recorded": "recorded earlier in"}


@dataclass(frozen=True, slots=True)
class Mention:
    """Another document that has a passage: how it relates to this one, and the passage's number in their relation.

    `name` is HTML: "the joint statement". `source` is True if the words come from the other document, False if they
    come from this one, else None.
    """

    relation: str
    passage: int
    name: Markup
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


def other_versions(document: str, related: Iterable[RelatedDocument]) -> set[VersionName]:
    """The versions of the related documents."""
    return {name for other in related for name in related_documents.names_of(other.relation) if name[0] != document}


def places(
    document: str, version: int, related: Iterable[RelatedDocument], names: Mapping[VersionName, Markup]
) -> list[Place]:
    """The places of a version's text that related documents have, in order, without overlap.

    `names` has the versions of `other_versions`. Filings of the same story are left out: most of their text is the
    same.
    """
    found = sorted(_found((document, version), related, names), key=lambda pair: (pair[0][0], -pair[0][1]))
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
    seen: set[str] = set()
    for mention in sorted(mentions, key=lambda mention: (mention.source is not True, not mention.is_current)):
        if mention.relation not in seen:
            seen.add(mention.relation)
            yield mention


def _found(
    own: VersionName, related: Iterable[RelatedDocument], names: Mapping[VersionName, Markup]
) -> Iterator[tuple[Span, Mention]]:
    """The passages of the version, each with the other document that has it."""
    for other in related:
        relation = other.relation
        sides = related_documents.names_of(relation)
        if own not in sides or relation.type in STORY_TYPES:
            continue
        own_is_a = sides[0] == own
        name = names[sides[1] if own_is_a else sides[0]]
        for number, passage in enumerate(relation.passages, start=1):
            mention = _mention(other, number, passage, name, own_is_a=own_is_a)
            yield (passage.a if own_is_a else passage.b), mention


def _mention(other: RelatedDocument, number: int, passage: Passage, name: Markup, *, own_is_a: bool) -> Mention:
    relation = other.relation
    source = None if relation.source is None else (relation.source == "b") == own_is_a
    return Mention(
        relation=relation.id,
        passage=number,
        name=name,
        role=_role(relation, passage, source=source),
        detail=_detail(other, passage, quotes_here=own_is_a and source is True),
        source=source,
        is_current=other.is_current,
    )


def _role(relation: Relation, passage: Passage, *, source: bool | None) -> str:
    if source is not True:
        return "also in"
    if relation.source_basis == "quotes":
        return "quoted from" if passage.quoted else "also in"
    return FIRST_IN.get(relation.source_basis or "", "also in")


def _detail(other: RelatedDocument, passage: Passage, *, quotes_here: bool) -> str:
    """The number of words, how they differ from the other document's, and what happened to that since."""
    details = [in_words.count(passage.words, "word"), "word for word" if passage.verbatim else "altered"]
    if quotes_here and other.relation.source_basis == "quotes" and not passage.quoted:
        details.append("not in quotation marks")
    if other.ending and other.ending.document == other.id:
        details.append(f"since {other.ending.reason}")
    return ", ".join(details)
