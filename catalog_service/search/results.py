"""What a search answers with."""

from uuid import UUID

from catalog_service.resources import Document, Resource, Snapshot, Span


class Snippet(Resource):
    """A stretch of a version around what was found; offsets are absolute in its title or text."""

    field: str
    start: int
    end: int
    text: str
    highlights: tuple[Span, ...]


class Collapsed(Resource):
    """What a hit stands for: `count` other documents, and why they are not listed."""

    story: UUID | None
    count: int
    because: str


class Hit(Resource):
    """One document found."""

    document: Document
    score: float
    snippets: tuple[Snippet, ...]
    collapsed: Collapsed | None
    matched_versions: tuple[int, ...]


class Total(Resource):
    """How many were found; `gte` when counting stopped at the cap."""

    documents: int
    stories: int
    relation: str


class Understood(Resource):
    """How the query was understood."""

    parsed: str
    escaped: bool
    warnings: tuple[str, ...]


class SearchResults(Resource):
    """One page of hits."""

    hits: tuple[Hit, ...]
    facets: dict[str, dict[str, int]]
    total: Total | None
    query: Understood
    snapshot: Snapshot
    next: str | None
    took_ms: float
