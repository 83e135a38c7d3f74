"""The query of a search, and the models of its answer."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from catalog_service.resources import Differences, Document, Resource, Significance, Snapshot, Span, Status
from catalog_service.search.grammar import FIELDS, Field

Collapse: TypeAlias = Literal["none", "duplicates", "stories"]
Facet: TypeAlias = Literal["kind", "publisher", "language", "month"]
FACETS: tuple[Facet, ...] = get_args(Facet)
# The current version of each document, or all versions.
Versions: TypeAlias = Literal["latest", "all"]
Sort: TypeAlias = Literal["relevance", "-published", "-recorded"]


@dataclass(frozen=True, slots=True)
class Query:
    """A search, in the words of the API. A range of dates is (from, to), both inclusive; None is an open end."""

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
    versions: Versions = "latest"
    collapse: Collapse = "duplicates"
    facets: tuple[Facet, ...] = ()
    highlight: bool = True
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    total: Literal["none", "exact"] = "none"
    strict: bool = False


class Snippet(Resource):
    """A part of the title or text around the words that match; offsets count from the beginning of title or text."""

    field: Field
    start: int
    end: int
    text: str
    highlights: tuple[Span, ...]


class CollapsedDocument(Resource):
    """A document that a hit represents.

    `differs` counts the edits between it and the hit, by kind. It is null if they have no relation of their own, if a
    kind is not known, and for copies, which differ in other words at most.
    """

    id: UUID
    collection: str
    path: str
    title: str
    publisher: str | None
    published: str | None
    differs: Differences | None = None


class Collapsed(Resource):
    """The `count` other matching documents that a hit represents: its copies, or the other documents of its story.

    `documents` are the first five of them, the earliest filing first.
    """

    story: UUID | None
    count: int
    because: Literal["duplicates", "stories"]
    documents: tuple[CollapsedDocument, ...]


class Hit(Resource):
    """One document that matches; it has a score only when hits are sorted by relevance.

    The snippets are of `version`, one of the `matched_versions`. If a search finds all versions, it is the newest of
    those that match best, and need not be the current one, which `document` shows.
    """

    document: Document
    version: int
    score: float | None
    snippets: tuple[Snippet, ...]
    collapsed: Collapsed | None
    matched_versions: tuple[int, ...]


class Total(Resource):
    """The number of hits on all pages together, and the number of their stories."""

    documents: int
    stories: int
    relation: Literal["eq", "gte"]


class Understood(Resource):
    """How the query was parsed; `escaped` when it was searched for as plain words."""

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
