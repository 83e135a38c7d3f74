"""The answers of a catalog about everything it holds, now or as of a moment, for comparisons field by field."""

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from catalog_service import documents, search, stories
from catalog_service.errors import NotFound, Redacted, Withdrawn
from catalog_service.relations import queries
from catalog_service.search.results import FACETS
from catalog_service.store import moments
from catalog_service.store.moments import AsOf

LIMIT = 200
# These differ from one answer to the next, or from one catalog to another.
VARYING: Any = {"took_ms": True, "next": True, "snapshot": {"epoch"}}
SEARCHES = (
    search.Query(q="envoys", total="exact", facets=FACETS),
    search.Query(q="monday OR came", collapse="none", sort="-recorded", total="exact", facets=("month",)),
    search.Query(collapse="stories", sort="-published", total="exact"),
    search.Query(status="withdrawn", collapse="none", sort="-recorded"),
)
Answers = dict[str, Any]


def collect(session: Session, ids: Collection[str], as_of: AsOf | None = None) -> Answers:
    """The answers about the documents with these ids, and all lists."""
    return dict(_collected(session, ids, as_of))


def _collected(session: Session, ids: Collection[str], as_of: AsOf | None) -> Iterator[tuple[str, Any]]:
    for status in ("current", "withdrawn", None):
        page = documents.find(session, documents.Filter(status=status), limit=LIMIT, as_of=as_of)
        yield f"documents {status}", _fields(page)
    scopes: tuple[queries.VersionScope, ...] = ("current", "all")
    for scope in scopes:
        related = queries.find(session, queries.Filter(versions=scope), limit=LIMIT, as_of=as_of)
        yield f"relations {scope}", _fields(related)
        for id_ in ids:
            related = queries.of_document(session, queries.OfDocument(id_, scope), limit=LIMIT, as_of=as_of)
            yield f"relations {scope} of {id_}", _fields(related)
    at = moments.resolve(session, as_of) if as_of else None
    for id_ in ids:
        yield id_, _one(session, id_, at)
    listed = stories.find(session, stories.Filter(), limit=LIMIT, as_of=as_of)
    yield "stories", _fields(listed)
    for story in listed.stories:
        yield f"story {story.id}", _fields(stories.one(session, story.id, limit=LIMIT, as_of=as_of))
    for number, query in enumerate(SEARCHES):
        yield f"search {number}", _fields(search.find(session, query, as_of))


def _one(session: Session, id_: str, at: int | None) -> Any:  # noqa: ANN401  JSON.
    """The document, or the kind of its absence with the tombstone."""
    try:
        return _fields(documents.one(session, UUID(id_), at))
    except (NotFound, Withdrawn, Redacted) as error:
        return [error.code, error.extensions]


def _fields(model: BaseModel) -> Any:  # noqa: ANN401  JSON.
    return model.model_dump(mode="json", exclude=VARYING)
