"""What a search is asked and what it answers with."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from catalog_service.resources import Document, Resource, Significance, Snapshot, Span, Status
from catalog_service.search.grammar import Field

Collapse: TypeAlias = Literal["none", "duplicates", "stories"]
Facet: TypeAlias = Literal["kind", "publisher", "language", "month"]
FIELDS: tuple[Field, ...] = get_args(Field)
FACETS: tuple[Facet, ...] = get_args(Facet)
Sort: TypeAlias = Literal["relevance", "-published", "-recorded"]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked, in the API's words. Ranges of dates are (from, to), either end open, both included."""

    q: str = ""
    within: tuple[Field, ...] = FIELDS
    kind: str | None = None
    publisher: str | None = None
    language: str | None = None
    collection: str | None = None
    path: str | None = None
    status: Status | None = "current"
    published: tuple[str | None, str | None] = (None, None)
    recorded: tuple[str | None, str | None] = (None, None)
    story: str | None = None
    significance: Significance | None = None
    collapse: Collapse = "duplicates"
    facets: tuple[Facet, ...] = ()
    highlight: bool = True
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    total: Literal["none", "exact"] = "none"
    strict: bool = False


class Snippet(Resource):
    """A stretch of a version around what was found; offsets are absolute in its title or text."""

    field: Field
    start: int
    end: int
    text: str
    highlights: tuple[Span, ...]


class Collapsed(Resource):
    """What a hit stands for: `count` other documents, and why they are not listed."""

    story: UUID | None
    count: int
    because: Literal["duplicates", "stories"]


class Hit(Resource):
    """One document found; it has a score where hits are sorted by relevance."""

    document: Document
    score: float | None
    snippets: tuple[Snippet, ...]
    collapsed: Collapsed | None
    matched_versions: tuple[int, ...]


class Total(Resource):
    """How many hits all pages have together, and of how many stories they are."""

    documents: int
    stories: int
    relation: Literal["eq", "gte"]


class Understood(Resource):
    """How the query was understood."""

    parsed: str
    escaped: bool
    warnings: tuple[str, ...]


class SearchResults(Resource):
    """One page of hits."""

    hits: tuple[Hit, ...]
    facets: dict[Facet, dict[str, int]]
    total: Total | None
    query: Understood
    snapshot: Snapshot
    next: str | None
    took_ms: float
