"""Converts the API's answers to what the templates show: words, lines of lists, marked texts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup

from catalog_service import contract, resources
from catalog_service.relation_types import STORY_TYPES, Wording, wording
from catalog_service.relations.related_documents import Ending, RelatedDocument
from catalog_service.store.prepared import NamedRow
from catalog_service.web import in_words


@dataclass(frozen=True, slots=True)
class RelationLine:
    """A related document in the list of a document; `name` is its title or path, `ended` says until when and why.

    `differs` lists the differences of two filings of a story.
    """

    id: str
    words: str
    document: str
    version: int
    name: str
    ended: "EndedRelation | None"
    differs: str


@dataclass(frozen=True, slots=True)
class EndedRelation:
    """What happened to one of the documents when a relation ended, and when; no time if it was never current."""

    words: str
    time: str | None


def differences_listed(differs: resources.Differences | None) -> str:
    """The number of differences of each kind, such as "2 figures and 1 name"; empty if none, or no kinds, are known."""
    counts = [(count, name) for name, count in (differs.model_dump() if differs else {}).items() if count]
    listed = [f"{count:,} {name if count > 1 else name.removesuffix('s')}" for count, name in counts]
    return in_words.listed(listed)


def relation_line(related: RelatedDocument) -> RelationLine:
    """The line of a related document, in the past tense if the relation is not between current versions."""
    relation = related.relation
    other = relation.a if str(relation.a.document) == related.id else relation.b
    words = wording_of(relation)
    return RelationLine(
        relation.id,
        words.phrase if related.is_current else words.past,
        related.id,
        other.version,
        other.title or related.path,
        None if related.is_current else ended(related.ending, {related.id: "the other document"}),
        differences_listed(relation.differs) if relation.type in STORY_TYPES else "",
    )


def takers(document: str, related: Iterable[RelatedDocument]) -> list[RelatedDocument]:
    """The related documents that have their words from the document."""
    return [
        other
        for other in related
        if other.relation.source and str(getattr(other.relation, other.relation.source).document) == document
    ]


def wording_of(relation: resources.Relation) -> Wording:
    """How pages name the relation."""
    return wording(relation.type, same_text=relation.a.digest == relation.b.digest)


def ended(ending: Ending | None, names: Mapping[str, str], otherwise: str = "this document") -> EndedRelation:
    """The ending in words; `names` are names of documents by their ids, `otherwise` that of any other document."""
    if ending is None:
        return EndedRelation("not between current versions", None)
    name = names.get(ending.document, otherwise)
    return EndedRelation(Markup("{} was {}").format(name, ending.reason), contract.format_time(ending.time))


def named_as_now(version: resources.Version, row: NamedRow) -> resources.Version:
    """The version with the present path of its document if it is the current one: a rename makes no version."""
    return version.model_copy(update={"path": row.path}) if version.version == row.number else version


def web_address(url: str) -> str:
    """The URL if its scheme is http or https, else an empty string: a document may contain any URL."""
    try:
        return url if urlsplit(url).scheme in ("http", "https") else ""
    except ValueError:
        return ""
